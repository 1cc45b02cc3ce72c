# shellcheck shell=bash
# Takes a fleet down, by cgroup and pid, and looks whether anything is left.

# watch_owner ID OWNER: a process outside the fleet that outlives the owner just
# long enough to take the fleet down.
watch_owner() {
  local start pid
  start=$(process_start "$2")
  pid=$(
    setsid bash "$FLEET_HOME/fleet" watch "$1" "$2" "$start" </dev/null >/dev/null 2>&1 &
    echo "$!"
  )
  printf '%s %s\n' "$2" "$start" >"$(fleet_dir "$1")/owner"
  printf '%s %s\n' "$pid" "$(process_start "$pid")" >"$(fleet_dir "$1")/watcher"
}

cmd_watch() {
  while same_process "$2" "$3"; do
    [[ -d $(fleet_dir "$1") ]] || return 0
    sleep 1
  done
  [[ ! -d $(fleet_dir "$1") ]] || take_down "$1"
}

owner_is_dead() {
  local pid start
  read -r pid start 2>/dev/null <"$1/owner" || return 1
  ! same_process "$pid" "$start"
}

stop_watcher() {
  local pid start
  read -r pid start 2>/dev/null <"$1/watcher" || return 0
  [[ $pid != "$$" ]] && same_process "$pid" "$start" || return 0
  kill "$pid" 2>/dev/null
  wait_until 5 process_gone "$pid" "$start"
}

process_gone() { ! same_process "$1" "$2"; }

# take_down ID: two at once (test runner and watcher) do no harm.
take_down() {
  local id=$1 dir namespaces leftovers
  dir=$(fleet_dir "$id")
  exec {down_lock}>"$FLEET_RUN/.$id.lock"
  flock "$down_lock"
  stop_watcher "$dir"
  namespaces=$(namespaces_of "$id")
  cgroup_destroy "$id"
  rm -rf --one-file-system "$dir"
  leftovers=$(leftovers_of "$id" "$namespaces")
  rm -f "$FLEET_RUN/.$id.lock"
  exec {down_lock}>&-
  rmdir "$FLEET_RUN" 2>/dev/null || true
  [[ -z $leftovers ]] || { say "left of '$id': $leftovers" && return 1; }
  say "'$id' is down, nothing is left"
}

fleet_pids() {
  find "$(cgroup2_root)/$CGROUP_PREFIX$1" -name cgroup.procs -exec cat {} + 2>/dev/null || true
}

# Every namespace that a process of the fleet is in and this shell is not.
namespaces_of() {
  local pid
  for pid in $(fleet_pids "$1"); do readlink "/proc/$pid"/ns/{net,mnt,pid,uts,ipc,cgroup} 2>/dev/null; done |
    sort -u | grep -vxF "$(readlink /proc/self/ns/{net,mnt,pid,uts,ipc,cgroup})" || true
}

leftovers_of() {
  local id=$1 namespaces=$2
  [[ ! -e $(fleet_dir "$id") ]] || echo "the directory $(fleet_dir "$id")"
  ! cgroup_exists "$id" || echo "a cgroup"
  wait_until 5 processes_gone "$id" || echo "a process"
  grep -F "$(fleet_dir "$id")/" /proc/self/mountinfo | sed 's/^/the mount /' || true
  [[ -z $namespaces ]] || wait_until 5 namespaces_gone "$namespaces" || echo "a namespace"
}

# The dead stay in /proc until their parent has noticed; they do not count.
processes_gone() {
  local file pid
  while read -r file; do
    pid=${file#/proc/}
    ! process_start "${pid%/cgroup}" >/dev/null || return 1
  done < <(grep -lE "/$CGROUP_PREFIX$1(/| |\$)" /proc/[0-9]*/cgroup 2>/dev/null)
}

namespaces_gone() {
  ! readlink /proc/[0-9]*/ns/{net,mnt,pid,uts,ipc,cgroup} 2>/dev/null | grep -qxF "$1"
}

cmd_down() {
  local dir failed=0
  case ${1:-} in
    --id)
      valid_id "${2:-}" || usage
      [[ -d $(fleet_dir "$2") ]] || cgroup_exists "$2" || { say "no fleet '$2' is up" && return 0; }
      mkdir -p "$FLEET_RUN"
      take_down "$2"
      ;;
    --all)
      for dir in "$FLEET_RUN"/*/; do
        [[ -d $dir ]] || continue
        dir=${dir%/}
        if owner_is_dead "$dir"; then take_down "${dir##*/}" || failed=1; else say "'${dir##*/}' has no dead owner: kept"; fi
      done
      return "$failed"
      ;;
    *) usage ;;
  esac
}
