# shellcheck shell=bash
# Nothing is wrong: an attacker has just been banned, for real.

prove_outside() {
  attack 1
  refuse 'the attacker still gets in' fleet_ssh -b "$FLEET_ATTACKER" -i "$FLEET_KEYS/audit" "audit@$FLEET_ADDRESS" true
}

prove() {
  expect 'nobody is banned' '203.0.113.66' fail2ban-client status sshd
  expect 'the kernel does not know' '203.0.113.66' nft list ruleset
}
