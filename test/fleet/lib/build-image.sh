#!/bin/bash
# Builds or refreshes one base system: SUITE TREE MIRROR SECURITY-MIRROR.
# TREE/root is empty (then it is bootstrapped) or an older image of this recipe.
# Its own process, so that `set -e` holds throughout.
set -euo pipefail
suite=$1 tree=$2 mirror=$3 security=$4
root=$tree/root
home=$(dirname "$(dirname "$(readlink -f "$0")")")
# shellcheck source=../image/packages.sh
. "$home/image/packages.sh"

# in_root [UNSHARE-OPTION] COMMAND…: a chroot with the file systems that
# maintainer scripts expect, in namespaces that take the mounts with them.
in_root() {
  local option=()
  [[ $1 != --net ]] || { option=(--net) && shift; }
  unshare "${option[@]}" --mount --pid --uts --ipc --cgroup --fork --kill-child --propagation private \
    bash "$home/lib/in-root.sh" "$root" "$@"
}

bootstrap() {
  local signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  mmdebstrap --quiet --mode=root --variant=minbase \
    --include="$(packages_for "$suite" | paste -sd,)" \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-include=/usr/share/locale/fr/*' \
    "$suite" "$root" \
    "deb $signed $mirror $suite main" "deb $signed $mirror $suite-updates main" \
    "deb $signed $security $suite-security main"
  cp "$home/image/provision.sh" "$root/provision.sh"
  # No network: ufw must find no firewall to touch, least of all this machine's.
  in_root --net bash /provision.sh "$suite"
  rm "$root/provision.sh"
}

freshen() {
  local resolv
  resolv=$(cat "$root/etc/resolv.conf")
  cat /etc/resolv.conf >"$root/etc/resolv.conf"
  cp /etc/hosts "$root/etc/hosts" # a mirror may be known to this file only
  apt-config dump | grep -E '^Acquire::https?::Proxy' >"$root/etc/apt/apt.conf.d/98proxy" || true
  cp "$home/image/freshen.sh" "$root/freshen.sh"
  in_root bash /freshen.sh "$suite" "$mirror" "$security"
  rm -f "$root/freshen.sh" "$root/etc/apt/apt.conf.d/98proxy"
  printf '%s\n' "$resolv" >"$root/etc/resolv.conf"
  printf '127.0.0.1\tlocalhost\n::1\tlocalhost\n' >"$root/etc/hosts"
  rm -rf "$tree/update"
  mv "$root/update" "$tree/update"
}

[[ -e $root/etc ]] || bootstrap
freshen
