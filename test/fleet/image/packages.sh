# shellcheck shell=bash
# What every host has installed, by suite.

packages_for() {
  local names=(
    systemd systemd-sysv dbus libpam-systemd passwd login procps iproute2 iputils-ping netbase
    openssh-server ufw iptables nftables fail2ban python3-systemd
    apt unattended-upgrades debian-archive-keyring ca-certificates openssl
    sudo libpam-pwquality cracklib-runtime cron logrotate locales
    nginx-light
    busybox zsh # for the login-shell variants
  )
  # From trixie on Debian logs to the journal alone.
  [[ $1 == trixie ]] || names+=(rsyslog)
  printf '%s\n' "${names[@]}"
}
