# shellcheck shell=bash
# Everything is configured, and nothing starts it.

before_boot() { systemctl mask --quiet apt-daily.timer apt-daily-upgrade.timer; }

prove() {
  unit_is apt-daily.timer inactive masked
  unit_is apt-daily-upgrade.timer inactive masked
}
