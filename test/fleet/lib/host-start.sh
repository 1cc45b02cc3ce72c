#!/bin/bash
# Becomes one host. Runs in a mount namespace of its own, in the host's cgroup:
# FLEET-DIR HOST LOWER NETNS-PATH. Everything it mounts is gone with the host.
set -euo pipefail
fleet=$1 host=$2 lower=$3 netns=$4
dir=$fleet/hosts/$host
FLEET_HOME=$(dirname "$(dirname "$(readlink -f "$0")")")
# shellcheck source=common.sh
. "$FLEET_HOME/lib/common.sh"
IFS=, read -ra variants <"$dir/variants"

# nspawn leaves its lock and socket directories in /run; these are private.
for path in /run/systemd /run/lock; do
  [[ ! -d $path ]] || mount -t tmpfs -o mode=0755 tmpfs "$path"
done
mount -t tmpfs -o mode=0755 tmpfs "$dir/disk"
mkdir "$dir/disk/upper" "$dir/disk/work" "$dir/disk/root"
mount -t overlay overlay -o "lowerdir=$lower/root,upperdir=$dir/disk/upper,workdir=$dir/disk/work" "$dir/disk/root"
root=$dir/disk/root

echo "$host" >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n::1\tlocalhost ip6-localhost ip6-loopback\n' "$host" >"$root/etc/hosts"
for user in audit alice; do
  cp "$fleet/keys/$user.pub" "$root/home/$user/.ssh/authorized_keys"
  chroot "$root" chown "$user:$user" "/home/$user/.ssh/authorized_keys"
  chmod 0600 "$root/home/$user/.ssh/authorized_keys"
done
cp "$dir"/ssh_host_* "$root/etc/ssh/"
install -m 0600 "$fleet/keys/alice.pub" "$root/root/.ssh/authorized_keys" # the break-glass key

# What a variant wants on disk before anything reads it.
install -d -m 0700 "$root/.fleet"
cp -r "$lower"/update/* "$root/.fleet/"
for variant in "${variants[@]}"; do
  # No network: rules belong in the booted host's own namespace.
  unshare --net --pid --fork --kill-child env FLEET_PACKAGE="$(cat "$lower/update/package")" \
    chroot "$root" /bin/bash -c "$(variant_step before_boot "$variant")"
done
rm -r "$root/.fleet"

# Without WRITABLE=network ufw's and sysctl.d's settings are silently ignored.
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_LOCK=0
# The host sees cgroup2 on a hybrid machine too.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
# Without CAP_NET_ADMIN iptables is refused while fail2ban reports a ban.
exec systemd-nspawn --quiet --boot --directory="$root" --machine="$host" --register=no --keep-unit \
  --network-namespace-path="$netns" --capability=CAP_NET_ADMIN --console=pipe \
  --resolv-conf=off --timezone=off --link-journal=no
