#!/bin/bash
# Runs inside a base system that can reach the mirror, when the image is built
# and again when it has grown old: real package lists, every update applied,
# and a REAL run of the machinery that installs security updates. It first puts
# one older package back, so that this run has something to install. The package
# stays in /update in both versions, for the variants that want it pending.
# Arguments: suite, mirror, security mirror.
set -euo pipefail
suite=$1 mirror=$2 security=$3
export DEBIAN_FRONTEND=noninteractive

write_sources() {
  rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
  if [[ $suite == trixie ]]; then # what its installer writes
    cat >/etc/apt/sources.list.d/debian.sources <<-END
	Types: deb
	URIs: $1
	Suites: $suite $suite-updates
	Components: main
	Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

	Types: deb
	URIs: $2
	Suites: $suite-security
	Components: main
	Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
	END
  else
    cat >/etc/apt/sources.list <<-END
	deb $1 $suite main
	deb $1 $suite-updates main
	deb $2 $suite-security main
	END
  fi
}

# Translations would add 100 MB; they are left out of this run only.
apt_options='Acquire::Languages "none"; Acquire::Check-Valid-Until "true"; APT::Sandbox::User "root";'
echo "$apt_options" >/etc/apt/apt.conf.d/99build
write_sources "$mirror" "$security"
rm -rf /var/lib/apt/lists /update
mkdir -p /update/new /var/lib/apt/lists/partial
apt-get -q update
apt-get -q -y dist-upgrade

older=$(python3 - <<'END'
import apt
cache = apt.Cache()

def downgrade():
    """Installed packages whose version came from -security while the release
    itself still carries an older one; small first, so that it is quick."""
    for package in sorted((p for p in cache if p.installed), key=lambda p: p.installed.size):
        if not any(o.label == 'Debian-Security' for o in package.installed.origins):
            continue
        for version in package.versions:
            if version < package.installed and any(o.label == 'Debian' for o in version.origins):
                yield package.shortname, version.version

for name, version in downgrade():
    print(f'{name}={version}')
END
)
chosen=
for candidate in $older; do
  # Alone: siblings built from one source often demand each other's version.
  changes=$(apt-get -s --allow-downgrades install "$candidate" | grep -cE '^(Inst|Remv) ') || true
  [[ $changes != 1 ]] || { chosen=$candidate && break; }
done
[[ -n $chosen ]] || { echo "no installed package has an older version outside $suite-security" >&2 && exit 1; }
cd /update
printf '%s\n' "${chosen%%=*}" >package
apt-get -q download "$chosen"
mv ./*.deb old.deb
(cd new && apt-get -q download "${chosen%%=*}")

dpkg --force-downgrade -i old.deb >/dev/null
rm -f /var/lib/apt/periodic/*
/usr/lib/apt/apt.systemd.daily update
/usr/lib/apt/apt.systemd.daily install
tail -n 1 /var/log/unattended-upgrades/unattended-upgrades.log | grep 'All upgrades installed'
! apt-get -s dist-upgrade | grep '^Inst ' || exit 1
test -e /var/lib/apt/periodic/unattended-upgrades-stamp -a -e /var/lib/apt/periodic/update-stamp

# --- the mirror's real name stays out of the image ----------------------------
rename_lists() {
  local from=${1#*://} to=$2 file name
  from=${from%/}
  from=${from//\//_}
  for file in /var/lib/apt/lists/"$from"_dists_*; do
    name=${file##*/}
    mv "$file" "/var/lib/apt/lists/${to}${name#"$from"}"
  done
}
# The security tree first: its name may begin with the other one's.
rename_lists "$security" mirror.example.org_debian-security
rename_lists "$mirror" mirror.example.org_debian
write_sources http://mirror.example.org/debian http://mirror.example.org/debian-security
host=${mirror#*://} host=${host%%/*}
{ grep -rlIF -- "$host" /etc/apt /var/log /var/lib/apt || true; } | xargs -r sed -i "s/${host//./\\.}/mirror.example.org/g"

rm -f /etc/apt/apt.conf.d/99build /var/cache/apt/*.bin
apt-get clean
# Built elsewhere and often: none of this belongs to one host.
rm -rf /run/* /tmp/* /var/tmp/* /var/lib/systemd/timers /var/lib/systemd/random-seed /var/lib/fail2ban/*
: >/etc/machine-id
rm -f /etc/hostname /var/lib/dbus/machine-id /run/reboot-required*
