# shellcheck shell=bash
# unattended-upgrades was removed; the stamps and logs of its last run stay.

after_boot() { apt-get -o DPkg::Lock::Timeout=60 -qq -y remove unattended-upgrades >/dev/null; }

prove() {
  refuse 'the command is there' command -v unattended-upgrade
  test -e /var/lib/apt/periodic/unattended-upgrades-stamp
}
