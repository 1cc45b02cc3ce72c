# shellcheck shell=bash
# The timers are on, and elapse once a month.

before_boot() {
  local timer
  for timer in apt-daily apt-daily-upgrade; do
    install -d "/etc/systemd/system/$timer.timer.d"
    printf '[Timer]\nOnCalendar=\nOnCalendar=monthly\n' >"/etc/systemd/system/$timer.timer.d/monthly.conf"
  done
}

prove() {
  local timer
  for timer in apt-daily.timer apt-daily-upgrade.timer; do
    unit_is "$timer" active enabled
    expect "$timer is not monthly" 'OnCalendar=*-*-01 00:00:00' systemctl show "$timer" -p TimersCalendar
    refuse "$timer is daily, too" grep -q 'OnCalendar=\*-\*-\* ' <(systemctl show "$timer" -p TimersCalendar)
  done
}
