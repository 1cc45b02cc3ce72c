# shellcheck shell=bash
# Looking into a running host, without its sshd.

# parse_host --id ID HOST … : sets ID, HOST and INIT.
parse_host() {
  [[ ${1:-} == --id && -n ${3:-} ]] || usage
  ID=$2 HOST=$3
  require_fleet "$ID"
  INIT=$(cat "$(fleet_dir "$ID")/hosts/$HOST/init" 2>/dev/null) || die "fleet '$ID' has no host '$HOST'"
}

cmd_exec() {
  parse_host "$@"
  shift 3
  [[ ${1:-} != -- ]] || shift
  (($#)) || usage
  host_run "$ID" "$INIT" "$@"
}

# The manifest is made from outside, with this machine's tools: nothing runs in
# the host, so that looking changes nothing but access times. One line per path:
# path, type, mode, uid, gid, size, modification time, then the SHA-256 of a
# regular file or the target of a link. A file that goes away meanwhile has none.
cmd_hash() {
  parse_host "$@"
  cd "/proc/$INIT/root" || die "$HOST is gone"
  local skip=(\( -path ./proc -o -path ./sys -o -path ./dev \) -prune -o)
  LC_ALL=C join -t $'\t' -a 1 -e - -o 0,1.2,1.3,1.4,1.5,1.6,1.7,2.2 \
    <(find . "${skip[@]}" -printf '%p\t%y\t%m\t%U\t%G\t%s\t%T@\n' | LC_ALL=C sort -t $'\t' -k1,1) \
    <({
      find . "${skip[@]}" -type f -print0 | { xargs -0 -r -n 500 -P 2 sha256sum -- 2>/dev/null || true; } | sed -E 's/^\\?([0-9a-f]{64})..(.*)$/\2\t\1/'
      find . "${skip[@]}" -type l -printf '%p\t-> %l\n'
    } | LC_ALL=C sort -t $'\t' -k1,1)
}
