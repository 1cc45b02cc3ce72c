# shellcheck shell=bash
# ufw is on and lets everything in.

after_boot() { ufw default allow incoming >/dev/null; }

prove_outside() { expect 'the packets are dropped' 'refused' connects 9999; }

prove() {
  expect 'ufw says otherwise' 'Default: allow (incoming)' ufw status verbose
  expect 'IPv4 is denied' ':INPUT ACCEPT' iptables-save
  expect 'IPv6 is denied' ':INPUT ACCEPT' ip6tables-save
}
