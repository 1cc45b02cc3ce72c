# shellcheck shell=bash
# The jail bans on a port where no sshd listens.

before_boot() { sed -i '/^\[sshd\]/a port = 2222' /etc/fail2ban/jail.local; }

after_boot() {
  await_fail2ban
  fail2ban-client set sshd banip 203.0.113.66 >/dev/null
}

prove_outside() { fleet_ssh -b "$FLEET_ATTACKER" -i "$FLEET_KEYS/audit" "audit@$FLEET_ADDRESS" true; }

prove() {
  expect 'nothing is banned' '203.0.113.66' fail2ban-client status sshd
  await 'the ban has another port' prints 2222 nft list ruleset
}
