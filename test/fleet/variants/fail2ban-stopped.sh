# shellcheck shell=bash
# fail2ban is installed and enabled, and does not run.

# A server that has not started yet fails instead of stopping.
after_boot() {
  await_fail2ban
  systemctl stop fail2ban
}

prove() {
  unit_is fail2ban inactive enabled
  refuse 'it answers' fail2ban-client ping
}
