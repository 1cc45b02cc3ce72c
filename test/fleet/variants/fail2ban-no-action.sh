# shellcheck shell=bash
# The jail bans on paper: it has no action.

before_boot() { sed -i '/^\[sshd\]/a action =' /etc/fail2ban/jail.local; }

after_boot() {
  await_fail2ban
  fail2ban-client set sshd banip 192.0.2.99 >/dev/null
}

prove() {
  expect 'it has an action' 'No actions for jail sshd' fail2ban-client get sshd actions
  expect 'nothing is banned' '192.0.2.99' fail2ban-client status sshd
  unexpected 'the kernel drops it' '192.0.2.99' nft list ruleset
}
