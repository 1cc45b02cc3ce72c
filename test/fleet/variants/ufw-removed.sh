# shellcheck shell=bash
# ufw was removed; its settings stay in /etc.

after_boot() { apt-get -o DPkg::Lock::Timeout=60 -qq -y remove ufw >/dev/null; }

prove() {
  refuse 'the command is there' command -v ufw
  # shellcheck disable=SC2016 # dpkg-query expands it
  expect 'the package is not removed' 'deinstall ok config-files' dpkg-query -W -f '${Status}' ufw
  unexpected 'the kernel still denies' ':INPUT DROP' iptables-save
}
