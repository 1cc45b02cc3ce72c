# shellcheck shell=bash
# The release outranks its own security archive, so apt takes no fix from there.

before_boot() { echo "APT::Default-Release \"$(suite)\";" >/etc/apt/apt.conf.d/99default-release; }

prove() {
  expect 'the release does not come first' "990 http" apt_quietly apt-cache policy
  expect 'the security archive does not come behind' "500 http://mirror.example.org/debian-security" apt_quietly apt-cache policy
}
