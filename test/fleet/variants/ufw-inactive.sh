# shellcheck shell=bash
# ufw is switched off; its unit still says "active" and "enabled".

after_boot() { ufw disable >/dev/null; }

prove() {
  expect 'ufw is on' 'Status: inactive' ufw status
  unit_is ufw active enabled
  expect 'the kernel still denies' ':INPUT ACCEPT' iptables-save
}
