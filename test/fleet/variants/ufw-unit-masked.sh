# shellcheck shell=bash
# ufw filters now; its unit is masked, so nothing loads it at boot.

after_boot() { systemctl mask --quiet ufw; }

prove() {
  expect 'ufw is not active' 'Status: active' ufw status
  grep -qx 'ENABLED=yes' /etc/ufw/ufw.conf
  unit_is ufw active masked
}
