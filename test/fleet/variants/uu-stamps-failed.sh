# shellcheck shell=bash
# The machinery runs every day, fails every day, and touches its stamps: a
# broken hook stops dpkg while a security update is pending.

before_boot() {
  dpkg --force-downgrade -i /.fleet/old.deb >/dev/null 2>&1
  cp /.fleet/new/*.deb /var/cache/apt/archives/ # as if downloaded: no mirror is reachable
  echo 'DPkg::Pre-Install-Pkgs { "/usr/local/sbin/snapshot-before-upgrade"; };' >/etc/apt/apt.conf.d/80snapshot
  printf '#!/bin/sh\necho "snapshot: no space left" >&2\nexit 1\n' >/usr/local/sbin/snapshot-before-upgrade
  chmod 0755 /usr/local/sbin/snapshot-before-upgrade
  : >/var/log/unattended-upgrades/unattended-upgrades.log
  rm -f /var/lib/apt/periodic/{upgrade,unattended-upgrades}-stamp
}

after_boot() { systemctl start apt-daily-upgrade.service; }

prove() {
  test -e /var/lib/apt/periodic/unattended-upgrades-stamp
  expect 'nothing is pending' "Inst $FLEET_PACKAGE " apt_quietly apt-get -s dist-upgrade
  expect 'systemd saw the failure' 'Result=success' systemctl show apt-daily-upgrade.service -p Result
  expect 'the log shows no failure' 'Installing the upgrades failed!' cat /var/log/unattended-upgrades/unattended-upgrades.log
}
