# shellcheck shell=bash
# fail2ban runs without any jail: jail.local overrules Debian's default.

before_boot() { sed -i 's/^enabled = true/enabled = false/' /etc/fail2ban/jail.local; }

prove() {
  unit_is fail2ban active enabled
  await 'the server does not answer' fail2ban-client status
  expect 'a jail runs' 'Number of jail:	0' fail2ban-client status
}
