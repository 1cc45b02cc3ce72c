# shellcheck shell=bash
# The jail sees every attack and ignores every address.

before_boot() { sed -i '/^\[DEFAULT\]/a ignoreip = 127.0.0.1/8 ::1 0.0.0.0/0 ::/0' /etc/fail2ban/jail.local; }

after_boot() { await_fail2ban; }

prove_outside() { attack; }

prove() {
  await 'no attack was seen' grep -q 'Ignore 203.0.113.66' /var/log/fail2ban.log
  expect 'an address was banned' 'Total banned:	0' fail2ban-client status sshd
}
