# shellcheck shell=bash
# fail2ban's server is stopped in its tracks: every question to it hangs.

after_boot() {
  # The unit is active before its socket is there: stopped that early, the
  # server would be missing instead of hanging.
  await_fail2ban
  systemctl kill --signal=STOP fail2ban
}

prove() {
  unit_is fail2ban active enabled
  local status=0
  timeout 2 fail2ban-client ping >/dev/null 2>&1 || status=$?
  [[ $status == 124 ]] || { echo "fail2ban-client ended with $status instead of hanging" >&2 && return 1; }
}
