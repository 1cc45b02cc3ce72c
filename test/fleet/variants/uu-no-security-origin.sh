# shellcheck shell=bash
# The upgrades run every day and may take nothing from the security archive.

before_boot() {
  cat >/etc/apt/apt.conf.d/50unattended-upgrades <<-'END'
	Unattended-Upgrade::Origins-Pattern {
	        "origin=Debian,codename=${distro_codename},label=Debian";
	};
	END
}

prove() {
  expect 'the release is not allowed' 'label=Debian' apt-config dump Unattended-Upgrade::Origins-Pattern
  unexpected 'the security archive is allowed' -ecurity apt-config dump Unattended-Upgrade::Origins-Pattern
}
