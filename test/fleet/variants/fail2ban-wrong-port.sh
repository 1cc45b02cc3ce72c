# shellcheck shell=bash
# The jail bans on a port where no sshd listens.

before_boot() { sed -i '/^\[sshd\]/a port = 2222' /etc/fail2ban/jail.local; }

after_boot() { fail2ban-client set sshd banip "${FLEET_ATTACKER:-203.0.113.66}" >/dev/null; }

prove_outside() { fleet_ssh -b "$FLEET_ATTACKER" -i "$FLEET_KEYS/audit" "audit@$FLEET_ADDRESS" true; }

prove() {
  expect 'nothing is banned' '203.0.113.66' fail2ban-client status sshd
  expect 'the ban has another port' 2222 nft list ruleset
}
