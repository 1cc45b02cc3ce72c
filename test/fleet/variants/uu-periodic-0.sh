# shellcheck shell=bash
# 20auto-upgrades says 1; a file that sorts later switches the upgrades off.

before_boot() { echo 'APT::Periodic::Unattended-Upgrade "0";' >/etc/apt/apt.conf.d/99-maintenance; }

prove() {
  grep -q 'Unattended-Upgrade "1"' /etc/apt/apt.conf.d/20auto-upgrades
  expect 'apt disagrees' "Unattended_Upgrade='0'" apt-config shell Unattended_Upgrade APT::Periodic::Unattended-Upgrade
}
