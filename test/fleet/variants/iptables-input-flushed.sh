# shellcheck shell=bash
# Somebody flushed the INPUT chain; ufw does not notice.

after_boot() {
  local tool
  for tool in iptables ip6tables; do
    "$tool" -P INPUT ACCEPT
    "$tool" -F INPUT
  done
}

prove_outside() { expect 'the packets are dropped' 'refused' connects 9999; }

prove() {
  expect 'ufw notices' 'Status: active' ufw status
  expect 'ufw notices' 'Default: deny (incoming)' ufw status verbose
  unexpected 'ufw is still asked' '-A INPUT' iptables-save
}
