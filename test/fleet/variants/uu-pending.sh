# shellcheck shell=bash
# A security update is pending, although the last automatic run succeeded.

before_boot() { dpkg --force-downgrade -i /.fleet/old.deb >/dev/null 2>&1; }

prove() {
  expect 'nothing is pending' "Inst $FLEET_PACKAGE " apt_quietly apt-get -s dist-upgrade
  expect 'it is no security update' '-security/main' apt_quietly apt-cache policy "$FLEET_PACKAGE"
  tail -n 1 /var/log/unattended-upgrades/unattended-upgrades.log | grep -q 'All upgrades installed'
}
