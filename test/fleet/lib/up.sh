# shellcheck shell=bash
# Boots a fleet from a spec, and tells about it in JSON.

# Two cores boot three hosts as fast as more of them.
BOOT_AT_ONCE=${FLEETPROOF_BOOT_AT_ONCE:-3}

declare -a HOSTS=()
declare -A SUITE=() VARIANTS=() BEHIND=() LOWER=()

read_spec() {
  local name suite variants options option variant number=0
  while read -r name suite variants options; do
    number=$((number + 1))
    [[ -n $name && $name != \#* ]] || continue
    [[ $name =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] || die "spec line $number: '$name' is not a host name"
    [[ -z ${SUITE[$name]:-} ]] || die "spec line $number: '$name' is there twice"
    known_suite "${suite:-none}" || die "spec line $number: unknown suite '$suite'; known are ${FLEET_SUITES[*]}"
    [[ -n $variants ]] || die "spec line $number: '$name' has no variant"
    for variant in ${variants//,/ }; do
      [[ -e $FLEET_HOME/variants/$variant.sh ]] || die "spec line $number: no variant '$variant'"
    done
    for option in $options; do
      [[ $option == behind=* ]] || die "spec line $number: unknown option '$option'"
      BEHIND[$name]=${option#behind=}
    done
    HOSTS+=("$name") SUITE[$name]=$suite VARIANTS[$name]=$variants
  done
  ((${#HOSTS[@]})) || die "the spec names no host"
  for name in "${!BEHIND[@]}"; do
    [[ -n ${SUITE[${BEHIND[$name]}]:-} && -z ${BEHIND[${BEHIND[$name]}]:-} ]] ||
      die "'$name' is behind '${BEHIND[$name]}', which is not a host of the outer network"
  done
}

# More hosts would not fail cleanly: their systemd would stop noticing events.
limit_hosts() {
  local limit running
  limit=$(($(cat /proc/sys/fs/inotify/max_user_instances) / INOTIFY_PER_HOST))
  running=$(find "$FLEET_RUN" -mindepth 3 -maxdepth 3 -path '*/hosts/*' -type d 2>/dev/null | wc -l) || running=0
  ((${#HOSTS[@]} + running <= limit)) ||
    die "${#HOSTS[@]} hosts asked and $running up, but fs.inotify.max_user_instances allows about $limit at once: split the spec or raise the sysctl"
}

cmd_up() {
  local id='' spec='' owner=''
  while (($#)); do
    case $1 in
      --id) id=$2 ;;
      --spec) spec=$2 ;;
      --owner) owner=$2 ;;
      *) usage ;;
    esac
    shift 2
  done
  [[ -n $id && -n $spec ]] || usage
  valid_id "$id" || die "'$id' is not a fleet id (a-z, 0-9, '-')"
  [[ -z $owner ]] || process_start "$owner" >/dev/null || die "no process $owner to own the fleet"
  if [[ $spec == - ]]; then read_spec; else read_spec <"$spec"; fi
  # shellcheck disable=SC2046 # one word per suite is wanted
  cmd_prepare $(printf '%s\n' "${SUITE[@]}" | sort -u)
  limit_hosts
  claim_dir "$(fleet_dir "$id")" || die "a fleet '$id' is up already"
  start_fleet "$id" "$owner" || {
    cgroup_leave "$ORIGIN"
    take_down "$id" || true
    die "fleet '$id' did not come up"
  }
  cgroup_leave "$ORIGIN"
  print_fleet "$id"
}

# Whoever makes the directory has the id. The one above it comes and goes with
# the last fleet that is down.
claim_dir() {
  until mkdir -m 0700 "$1" 2>/dev/null; do
    [[ ! -d $1 ]] || return 1
    mkdir -p "$FLEET_RUN" || die "cannot make $FLEET_RUN"
  done
}

# Runs inside the fleet's cgroup: if the owner dies meanwhile, this dies too.
start_fleet() {
  local id=$1 owner=$2 suite host failed=0
  ORIGIN=$(cgroup_origin)
  [[ -z $owner ]] || watch_owner "$id" "$owner"
  cgroup_create "$id/tools"
  cgroup_join "$id/tools"
  make_keys "$id" || return
  for suite in $(printf '%s\n' "${SUITE[@]}" | sort -u); do
    LOWER[$suite]=$(with_cache_lock lower_layer "$id" "$suite") || return
  done
  make_network "$id" || return
  for host in "${HOSTS[@]}"; do
    while (($(jobs -pr | wc -l) >= BOOT_AT_ONCE)); do wait -n || failed=1; done
    host_boot "$id" "$host" "${LOWER[${SUITE[$host]}]}" >&2 &
  done
  while (($(jobs -p | wc -l))); do wait -n || failed=1; done
  return "$failed"
}

make_keys() {
  local dir user
  dir=$(fleet_dir "$1")
  mkdir -p "$dir/keys" "$dir/hosts"
  for user in audit alice; do
    ssh-keygen -q -t ed25519 -N '' -C "$user" -f "$dir/keys/$user" || return
  done
}

# Addresses follow the order of the spec: 10.77.0.11 is the first host.
make_network() {
  local id=$1 dir switch scanner host pid number=10 bridge net4 net6
  switch=$(net_create_switch "$id") || return
  scanner=$(net_create_scanner "$id" "$switch") || return
  dir=$(fleet_dir "$id")
  echo "$scanner" >"$dir/scanner"
  for host in "${HOSTS[@]}"; do
    number=$((number + 1))
    mkdir -p "$dir/hosts/$host/disk"
    pid=$(netns_create "$id") || return
    bridge=lan net4=$LAN4 net6=$LAN6
    [[ -z ${BEHIND[$host]:-} ]] || bridge=inner net4=$INNER4 net6=$INNER6
    net_plug "$switch" "$bridge" "h$number" "$pid" eth0 || return
    net_address "$pid" eth0 "$net4.$number" "$net6$number" || return
    [[ $bridge == inner ]] || net_route_attackers "$pid" || return
    host_note "$host" netns "$pid"
    host_note "$host" address "$net4.$number"
    host_note "$host" address6 "$net6$number"
    host_note "$host" suite "${SUITE[$host]}"
    host_note "$host" variants "${VARIANTS[$host]}"
    host_note "$host" visitor "$scanner"
  done
  join_bastions "$switch"
}

# The bastion alone has a second interface, towards the hosts behind it.
join_bastions() {
  local host bastion pid number
  for host in "${!BEHIND[@]}"; do
    bastion=$dir/hosts/${BEHIND[$host]}
    pid=$(cat "$bastion/netns")
    host_note "$host" visitor "$pid"
    host_note "$host" behind "${BEHIND[$host]}"
    [[ ! -e $bastion/inner ]] || continue
    number=$(cat "$bastion/address")
    number=${number##*.}
    net_plug "$1" inner "b$number" "$pid" eth1 || return
    net_address "$pid" eth1 "$INNER4.$number" "$INNER6$number" || return
    echo "$INNER4.$number" >"$bastion/inner"
  done
}

# Facts about a host are one-line files: another process can read them.
host_note() { printf '%s\n' "$3" >"$dir/hosts/$1/$2"; }
