# shellcheck shell=bash
# Nothing is wrong: an attacker has just been banned, for real.

after_boot() { await_fail2ban; }

logs_in() { fleet_ssh -b "$FLEET_ATTACKER" -i "$FLEET_KEYS/audit" "audit@$FLEET_ADDRESS" true; }
is_shut_out() { ! logs_in; }

prove_outside() {
  attack 1
  await 'the attacker still gets in' is_shut_out
}

prove() {
  await 'nobody is banned' prints '203.0.113.66' fail2ban-client status sshd
  await 'the kernel does not know' prints '203.0.113.66' nft list ruleset
}
