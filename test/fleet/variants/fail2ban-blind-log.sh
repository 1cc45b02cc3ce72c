# shellcheck shell=bash
# The jail reads an auth.log that exists and that nobody writes any more, as
# after rsyslog was removed.

before_boot() {
  if [[ $(suite) == trixie ]]; then
    sed -i '/^journalmatch/d' /etc/fail2ban/jail.local
    printf 'backend = auto\nlogpath = /var/log/auth.log\n' >>/etc/fail2ban/jail.local
    install -m 0640 -g adm /dev/null /var/log/auth.log
  fi
  echo 'Nov  1 00:00:01 host CRON[1]: pam_unix(cron:session): session closed for user root' >/var/log/auth.log
  touch -d '20 days ago' /var/log/auth.log
  systemctl mask --quiet rsyslog.service syslog.socket
}

after_boot() { await_fail2ban; }

prove_outside() { attack; }

prove() {
  unit_is fail2ban active enabled
  expect 'the jail does not read the file' '/var/log/auth.log' fail2ban-client status sshd
  expect 'the jail sees failures' 'Total failed:	0' fail2ban-client status sshd
}
