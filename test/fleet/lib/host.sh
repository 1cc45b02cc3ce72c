# shellcheck shell=bash
# One booted host, seen from outside.

# Each host's systemd holds this many of the 128 inotify instances that a user
# may have by default.
INOTIFY_PER_HOST=5

# init_of NSPAWN-PID: the pid of the host's systemd. It is the child that is
# pid 1 in its own namespace.
init_of() {
  local child children
  read -ra children 2>/dev/null <"/proc/$1/task/$1/children" || true # no line end
  for child in "${children[@]}"; do
    [[ $(awk '/^NSpid:/ { print $NF }' "/proc/$child/status" 2>/dev/null) != 1 ]] || { echo "$child" && return; }
  done
  return 1
}

# host_run FLEET ROOT-PID COMMAND…: as root inside the host, in the fleet's
# cgroup so that it dies with it. The kernel's clock and modules are shared with
# this machine, so the right to change them is dropped.
host_run() {
  local id=$1 pid=$2
  shift 2
  (
    cgroup_join "$id/tools"
    exec nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup --root --wd -- \
      /usr/bin/setpriv --bounding-set -sys_time,-sys_module,-sys_boot,-sys_rawio -- \
      /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
  )
}

host_has_booted() {
  local state
  state=$(host_run "$1" "$2" systemctl is-system-running 2>/dev/null) || true
  [[ $state == running || $state == degraded ]]
}

# sshd_answers PID-IN-NETNS ADDRESS: from where the host's visitors come.
sshd_answers() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  in_netns "$1" timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/22" && read -r line <&3 && [[ $line == SSH-* ]]' "$2" 2>/dev/null
}

# host_variants FLEET HOST ROOT-PID STEP LOWER
host_variants() {
  local variant variants run=(host_run "$1" "$3" "FLEET_PACKAGE=$(cat "$5/update/package")")
  [[ $4 != prove_outside ]] || run=(from_outside "$1" "$2")
  IFS=, read -ra variants <"$(fleet_dir "$1")/hosts/$2/variants"
  for variant in "${variants[@]}"; do
    "${run[@]}" bash -c "$(variant_step "$4" "$variant")" </dev/null || { say "$2: variant $variant: $4 failed" && return 1; }
  done
}

# from_outside FLEET HOST COMMAND…
from_outside() {
  local dir host attacker=${ATTACKER4[0]} source=$LAN4.${SCANNER_ADDRESSES[-1]}
  dir=$(fleet_dir "$1") host=$(fleet_dir "$1")/hosts/$2
  [[ ! -e $host/behind ]] || attacker='' source=''
  write_known_hosts "$dir" "$2" >"$host/known_hosts"
  shift 2
  in_netns "$(cat "$host/visitor")" env FLEET_KEYS="$dir/keys" \
    FLEET_KNOWN_HOSTS="$host/known_hosts" FLEET_ADDRESS="$(cat "$host/address")" FLEET_ATTACKER="$attacker" \
    FLEET_SOURCE="$source" "$@"
}

# host_boot FLEET HOST LOWER: boots, waits, applies and proves the variants.
# The network is there already; facts for `up` to read are left in files.
host_boot() {
  local id=$1 host=$2 lower=$3 dir nspawn init netns
  dir=$(fleet_dir "$id")/hosts/$host
  netns=$(cat "$dir/netns")
  make_host_keys "$dir" || return
  (
    cgroup_create "$id/$host"
    cgroup_join "$id/$host"
    exec setsid unshare --mount --propagation private bash "$FLEET_HOME/lib/host-start.sh" \
      "$(fleet_dir "$id")" "$host" "$lower" "$(netns_of "$netns")" </dev/null >"$dir/console.log" 2>&1
  ) &
  nspawn=$!
  host_wait "$id" "$host" "$nspawn" || {
    tail -n 15 "$dir/console.log" >&2
    say "$host did not boot"
    return 1
  }
  init=$(cat "$dir/init")
  host_variants "$id" "$host" "$init" after_boot "$lower" || return
  host_variants "$id" "$host" "$init" prove_outside "$lower" || return
  host_variants "$id" "$host" "$init" prove "$lower"
}

# The types that a Debian installation makes.
make_host_keys() {
  local type
  for type in rsa ecdsa ed25519; do
    ssh-keygen -q -t "$type" -N '' -C "root@${1##*/}" -f "$1/ssh_host_${type}_key" || return
  done
}

host_wait() {
  local dir init
  dir=$(fleet_dir "$1")/hosts/$2
  wait_until 60 init_found "$3" || return 1
  init=$(init_of "$3") || return 1
  echo "$init" >"$dir/init"
  wait_until 120 host_has_booted "$1" "$init" || { say "$2 is still starting" && return 1; }
  wait_until 20 sshd_answers "$(cat "$dir/visitor")" "$(cat "$dir/address")" || { say "sshd on $2 does not answer" && return 1; }
}

# Stops waiting when nspawn has given up.
init_found() { ! kill -0 "$1" 2>/dev/null || init_of "$1" >/dev/null; }
