# shellcheck shell=bash
# A security update is pending, and apt cannot know: there are no package lists.

before_boot() {
  dpkg --force-downgrade -i /.fleet/old.deb >/dev/null 2>&1
  rm -rf /var/lib/apt/lists
  install -d /var/lib/apt/lists
  install -d -m 0700 -o _apt /var/lib/apt/lists/partial
}

prove() { expect 'apt knows something' '0 upgraded, 0 newly installed' apt_quietly apt-get -s dist-upgrade; }
