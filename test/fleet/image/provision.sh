#!/bin/bash
# Runs once inside a fresh base system: makes it the compliant host that every
# variant starts from. Argument: the suite.
set -euo pipefail
suite=$1

# --- what a minimal bootstrap leaves behind -------------------------------
rm -f /etc/apt/apt.conf.d/99mmdebstrap /etc/ssh/ssh_host_*
echo 'nameserver 192.0.2.53' >/etc/resolv.conf # a documentation address: nobody answers, nothing leaves
localedef -i fr_FR -f UTF-8 fr_FR.UTF-8
echo 'LANG=C.UTF-8' >/etc/default/locale
# Hardware, consoles and password prompts a container has none of; each of the
# ask-password units also costs an inotify instance.
systemctl mask --quiet getty.target console-getty.service systemd-udevd.service \
  systemd-udev-trigger.service systemd-ask-password-wall.path systemd-ask-password-console.path \
  systemd-modules-load.service sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount \
  modprobe@configfs.service e2scrub_all.timer fstrim.timer

# --- password rules, before the first account takes them over ----------------------------------------------------------
cat >>/etc/security/pwquality.conf <<'END'
minlen = 12
dcredit = -1
ucredit = -1
ocredit = -1
enforce_for_root
END
sed -i '/pam_pwquality/a password\trequired\t\t\tpam_pwhistory.so remember=12 use_authtok enforce_for_root' /etc/pam.d/common-password
sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS\t60/' /etc/login.defs

# --- people ----------------------------------------------------------------
passwd --quiet --lock root
for user in audit alice; do
  useradd --create-home --shell /bin/sh "$user"
  usermod --password '*' "$user" # key only; '!' would also refuse keys without PAM
  install -d -m 0700 -o "$user" -g "$user" "/home/$user/.ssh"
done
usermod --shell /bin/bash alice
echo 'audit ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/audit
chmod 0440 /etc/sudoers.d/audit
install -d -m 0700 /root/.ssh

# --- secrets, kept as they should be ---------------------------------------
install -d /srv/app
(
  umask 077
  printf 'DATABASE_PASSWORD=fixture-%s\n' "$(openssl rand -hex 8)" >/srv/app/.env
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
    -subj /CN=fixture.example.org -keyout /etc/ssl/private/fixture.key -out /etc/ssl/certs/fixture.pem 2>/dev/null
  ssh-keygen -q -t ed25519 -N '' -C root -f /root/.ssh/id_ed25519
)
chmod 0644 /etc/ssl/certs/fixture.pem
chmod 0700 /etc/ssl/private

# --- sshd -------------------------------------------------------------------
# OpenSSH 8.4 ignores KbdInteractiveAuthentication in files; the old name is an
# alias from 8.7 on.
keyboard=KbdInteractiveAuthentication
[[ $suite != bullseye ]] || keyboard=ChallengeResponseAuthentication
cat >/etc/ssh/sshd_config.d/00-hardening.conf <<END
PasswordAuthentication no
$keyboard no
PermitEmptyPasswords no
PermitRootLogin no
MaxAuthTries 4
LoginGraceTime 30
X11Forwarding no
ClientAliveInterval 300
ClientAliveCountMax 2
END

# --- fail2ban ----------------------------------------------------------------
cat >/etc/fail2ban/jail.local <<'END'
[DEFAULT]
bantime = 10m
findtime = 10m
maxretry = 5

[sshd]
enabled = true
END
if [[ $suite == trixie ]]; then
  # OpenSSH 9.8 and later log failed log-ins as sshd-session.
  echo 'journalmatch = _SYSTEMD_UNIT=ssh.service + _COMM=sshd + _COMM=sshd-session' >>/etc/fail2ban/jail.local
  install -d -g systemd-journal -m 2755 /var/log/journal
else
  # The jail does not start while the log it reads is missing.
  install -m 0640 -o root -g adm /dev/null /var/log/auth.log
fi

# --- ufw: written here, loaded by the host's own ufw.service -----------------
# The caller gave this script an empty network namespace.
ufw --force default deny incoming >/dev/null
ufw --force default allow outgoing >/dev/null
for port in 22 80 443; do ufw allow "$port/tcp" >/dev/null; done
ufw logging low >/dev/null
sed -i 's/^ENABLED=.*/ENABLED=yes/' /etc/ufw/ufw.conf

# --- nginx ------------------------------------------------------------------------
# The package's welcome page is a site in the clear.
rm -f /etc/nginx/sites-enabled/default

# --- automatic updates ---------------------------------------------------------
cat >/etc/apt/apt.conf.d/20auto-upgrades <<'END'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
END
systemctl enable --quiet ssh ufw fail2ban unattended-upgrades apt-daily.timer apt-daily-upgrade.timer
