# shellcheck shell=bash
# What a variant's steps can use. A variant is a file with some of these
# functions, called in this order:
#   before_boot    on the host's disk, before its first process starts; /.fleet
#                  has a package before (old.deb) and after (new/*.deb) a
#                  security update, named by FLEET_PACKAGE here and later
#   after_boot     in the running host
#   prove_outside  in the network namespace the host's visitors come from, with
#                  FLEET_ADDRESS, FLEET_ATTACKER, FLEET_KEYS and FLEET_KNOWN_HOSTS
#                  (FLEET_ATTACKER is empty behind a bastion)
#   prove          in the running host
# The two proofs fail unless the state is really there.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

suite() { (. /etc/os-release && echo "$VERSION_CODENAME"); }

# refuse MESSAGE COMMAND…: the proof fails if COMMAND succeeds.
refuse() {
  local message=$1
  shift
  ! "$@" >/dev/null 2>&1 || { echo "$message" >&2 && return 1; }
}

# expect MESSAGE TEXT COMMAND…: the proof fails unless COMMAND prints TEXT.
expect() {
  local message=$1 text=$2 output
  shift 2
  output=$("$@" 2>&1) || true
  [[ $output == *"$text"* ]] || { printf '%s; it printed: %s\n' "$message" "$output" >&2 && return 1; }
}

# unexpected MESSAGE TEXT COMMAND…: the proof fails if COMMAND fails or prints TEXT.
unexpected() {
  local message=$1 text=$2 output
  shift 2
  output=$("$@" 2>&1) || { printf '%s failed: %s\n' "$1" "$output" >&2 && return 1; }
  [[ $output != *"$text"* ]] || { echo "$message" >&2 && return 1; }
}

# await MESSAGE COMMAND…: waits for COMMAND to succeed; the proof fails after half
# a minute. Units are "active" before they answer, and a ban takes its time.
await() {
  local message=$1 deadline=$((SECONDS + 30))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || { echo "$message" >&2 && return 1; }
    sleep 0.2
  done
}

# prints TEXT COMMAND…: does COMMAND print TEXT?
prints() {
  local output
  output=$("${@:2}" 2>&1) || true
  [[ $output == *"$1"* ]]
}

# The server starts its jails after its unit is active.
await_fail2ban() { await 'the sshd jail does not start' fail2ban-client status sshd; }

# unit_is UNIT ACTIVE-STATE ENABLED-STATE
unit_is() {
  local state
  state="$(systemctl is-active "$1" || true) $(systemctl is-enabled "$1" 2>/dev/null || true)"
  [[ $state == "$2 $3" ]] || { echo "$1 is '$state' instead of '$2 $3'" >&2 && return 1; }
}

# apt_quietly COMMAND…: apt without the caches that root would leave behind.
apt_quietly() { "$1" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "${@:2}"; }

# --- for prove_outside ---------------------------------------------------------
# The last of the scanner's addresses: sshd 9.8 and later remembers who asked
# without logging in, and a test's own connections should start from nothing.
# A ban that falls into a connection drops all that follows, and ssh would wait
# for the rest of the log-in until TCP gives up, a quarter of an hour later.
fleet_ssh() {
  timeout 20 ssh -F none ${FLEET_SOURCE:+-b "$FLEET_SOURCE"} -o BatchMode=yes -o ConnectTimeout=5 -o UserKnownHostsFile="$FLEET_KNOWN_HOSTS" "$@" </dev/null
}
as_audit() { fleet_ssh -i "$FLEET_KEYS/audit" "audit@$FLEET_ADDRESS" "$@"; }

# offered_methods USER [SSH-OPTION…]: "Permission denied (publickey,password)."
offered_methods() {
  local user=$1
  shift
  fleet_ssh "$@" -o PreferredAuthentications=none "$user@$FLEET_ADDRESS" true 2>&1
}

# attack: failed log-ins from the attacker's address. Sshd 9.8 and later makes a
# source that fails wait, so this takes its time.
attack() {
  local n
  for n in 1 2 3 4 5 6 7 8; do
    offered_methods "intruder$n" ${FLEET_ATTACKER:+-b "$FLEET_ATTACKER"} >/dev/null || true
    sleep "${1:-0}"
  done
  sleep 1
}

# shellcheck disable=SC2016 # for the other shell to expand
connects() { timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$FLEET_ADDRESS" "$1"; }
