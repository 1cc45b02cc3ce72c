# shellcheck shell=bash
# fail2ban is installed and enabled, and does not run.

after_boot() { systemctl stop fail2ban; }

prove() {
  unit_is fail2ban inactive enabled
  refuse 'it answers' fail2ban-client ping
}
