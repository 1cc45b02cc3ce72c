# shellcheck shell=bash
# ufw blocks without a word.

after_boot() { ufw logging off >/dev/null; }

prove() {
  expect 'ufw says otherwise' 'Logging: off' ufw status verbose
  unexpected 'the kernel logs' 'UFW BLOCK' iptables-save
}
