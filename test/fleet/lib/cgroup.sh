# shellcheck shell=bash
# Every process of a fleet lives in one cgroup tree, so that all of them can be
# killed at once without naming any. A hybrid machine has two trees to join:
# systemd-nspawn works in cgroup2 and in v1's name=systemd; in the second one
# every host would otherwise land in the same /payload.

CGROUP_PREFIX=fleetproof-

cgroup2_root() { awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts; }

cgroup_roots() {
  cgroup2_root
  awk '$3 == "cgroup" && $4 ~ /(^|,)name=systemd(,|$)/ { print $2; exit }' /proc/mounts
}

# cgroup_create ID[/HOST]
cgroup_create() {
  local root
  for root in $(cgroup_roots); do mkdir -p "$root/$CGROUP_PREFIX$1"; done
}

# cgroup_join ID[/HOST]: moves the calling (sub)shell.
cgroup_join() {
  local root
  for root in $(cgroup_roots); do
    printf '%s\n' "$BASHPID" >"$root/$CGROUP_PREFIX$1/cgroup.procs"
  done
}

# cgroup_leave: the calling shell goes back to where it came from, as recorded
# by cgroup_origin, so that it survives the fleet.
cgroup_origin() { awk -F: '$2 == "" || $2 ~ /name=systemd/ { print $2 ":" $3 }' /proc/self/cgroup; }

cgroup_leave() {
  local controller path root
  while IFS=: read -r controller path; do
    if [[ -z $controller ]]; then root=$(cgroup2_root); else root=$(cgroup_roots | sed -n 2p); fi
    printf '%s\n' "$BASHPID" >"$root$path/cgroup.procs" || printf '%s\n' "$BASHPID" >"$root/cgroup.procs"
  done <<<"$1"
}

cgroup_exists() {
  local root
  for root in $(cgroup_roots); do [[ ! -d $root/$CGROUP_PREFIX$1 ]] || return 0; done
  return 1
}

cgroup_populated() { grep -qs '^populated 1' "$(cgroup2_root)/$CGROUP_PREFIX$1/cgroup.events"; }
cgroup_empty() { ! cgroup_populated "$1"; }

# cgroup_destroy ID: kills whatever is inside, waits for it, removes the trees.
cgroup_destroy() {
  local root base
  base=$(cgroup2_root)/$CGROUP_PREFIX$1
  [[ ! -e $base/cgroup.kill ]] || printf 1 >"$base/cgroup.kill"
  wait_until 15 cgroup_empty "$1" || say "processes of '$1' outlive cgroup.kill"
  for root in $(cgroup_roots); do
    base=$root/$CGROUP_PREFIX$1
    [[ -d $base ]] || continue
    # A cgroup stays busy for a moment after its last process went.
    wait_until 5 remove_tree "$base" || say "cannot remove $base"
  done
}

remove_tree() {
  find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
  [[ ! -d $1 ]]
}
