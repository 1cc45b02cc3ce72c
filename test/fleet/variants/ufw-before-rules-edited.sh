# shellcheck shell=bash
# An edited before.rules opens a port that `ufw status` does not list.

after_boot() {
  sed -i '/^COMMIT/i -A ufw-before-input -p tcp --dport 6379 -j ACCEPT' /etc/ufw/before.rules
  ufw reload >/dev/null
}

prove_outside() { expect 'the packets are dropped' 'refused' connects 6379; }

prove() {
  expect 'the rule is not loaded' '-A ufw-before-input -p tcp -m tcp --dport 6379 -j ACCEPT' iptables-save
  unexpected 'ufw knows about it' 6379 ufw status
}
