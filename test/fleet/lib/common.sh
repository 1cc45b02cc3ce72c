# shellcheck shell=bash
# Paths, messages and JSON that every part of the fleet needs.

FLEET_RUN=${FLEETPROOF_RUN:-/run/fleetproof}
FLEET_CACHE=${FLEETPROOF_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/fleetproof}/fleet
FLEET_SUITES=(bullseye bookworm trixie)

say() { printf 'fleet: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# Ids become cgroup and directory names, host names become RFC 1123 labels.
valid_id() { [[ $1 =~ ^[a-z0-9][a-z0-9-]{0,40}$ ]]; }

fleet_dir() { printf '%s/%s' "$FLEET_RUN" "$1"; }

require_fleet() {
  valid_id "$1" || die "'$1' is not a fleet id (a-z, 0-9, '-')"
  [[ -d $(fleet_dir "$1") ]] || die "no fleet '$1' is up"
}

# A pid alone may have been reused; together with its start time it cannot.
process_start() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) } # the command name may hold spaces and brackets
  read -ra fields <<<"$stat"
  [[ ${fields[0]} != Z ]] || return 1
  printf '%s' "${fields[19]}"
}

same_process() { [[ -n $2 && $(process_start "$1") == "$2" ]]; }

json_string() {
  local s=${1//\\/\\\\}
  s=${s//\"/\\\"}
  printf '"%s"' "${s//$'\t'/\\t}"
}

# variant_step STEP VARIANT: the text of a script, so that no file of ours need
# be in the host. Those named web-… get lib/web-step.sh as well.
variant_step() {
  cat "$FLEET_HOME/lib/variant-step.sh"
  [[ $2 != web-* ]] || cat "$FLEET_HOME/lib/web-step.sh"
  cat "$FLEET_HOME/variants/$2.sh"
  # shellcheck disable=SC2016 # for the other shell to expand
  printf '\n[[ $(type -t %s) != function ]] || %s\n' "$1" "$1"
}

# json_array WORD… -> ["WORD",…]
json_array() {
  local sep='' word
  printf '['
  for word in "$@"; do
    printf '%s' "$sep"
    json_string "$word"
    sep=,
  done
  printf ']'
}

# wait_until SECONDS COMMAND… : true as soon as COMMAND is.
wait_until() {
  local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
  shift
  until "$@"; do
    ((${EPOCHREALTIME/[.,]/} < deadline)) || return 1
    sleep 0.1
  done
}
