# shellcheck shell=bash
# ufw filters now and will not after a reboot.

after_boot() { sed -i 's/^ENABLED=.*/ENABLED=no/' /etc/ufw/ufw.conf; }

prove() {
  expect 'ufw is not active' 'Status: active' ufw status
  grep -qx 'ENABLED=no' /etc/ufw/ufw.conf
}
