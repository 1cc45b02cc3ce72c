# shellcheck shell=bash
# The JSON document that `up` prints.

print_fleet() {
  local id=$1 dir host sep='' scanner
  dir=$(fleet_dir "$id")
  scanner=$(cat "$dir/scanner")
  write_known_hosts "$dir" "${HOSTS[@]}" >"$dir/known_hosts"
  printf '{\n  "id": %s,\n' "$(json_string "$id")"
  printf '  "namespace": %s,\n' "$(json_string "$(netns_of "$scanner")")"
  printf '  "scanner": {"addresses": %s, "addresses6": %s, "attackers": %s, "attackers6": %s},\n' \
    "$(json_array "${SCANNER_ADDRESSES[@]/#/$LAN4.}")" "$(json_array "${SCANNER_ADDRESSES[@]/#/$LAN6}")" \
    "$(json_array "${ATTACKER4[@]}")" "$(json_array "$ATTACKER6")"
  printf '  "keys": {"audit": %s, "alice": %s},\n' "$(json_string "$dir/keys/audit")" "$(json_string "$dir/keys/alice")"
  printf '  "users": ["audit", "alice"],\n  "knownHosts": %s,\n  "hosts": [' "$(json_string "$dir/known_hosts")"
  for host in "${HOSTS[@]}"; do
    printf '%s\n    ' "$sep"
    print_host "$host" "$dir/hosts/$host"
    sep=,
  done
  printf '\n  ]\n}\n'
}

print_host() {
  local keys variants behind=null
  mapfile -t keys < <(cat "$2"/ssh_host_*.pub)
  IFS=, read -ra variants <"$2/variants"
  [[ ! -e $2/behind ]] || behind=$(json_string "$(cat "$2/behind")")
  printf '{"name": %s, "suite": %s, "variants": %s, "address": %s, "address6": %s, "behind": %s, "rootPid": %s, "hostKeys": %s}' \
    "$(json_string "$1")" "$(json_string "$(cat "$2/suite")")" "$(json_array "${variants[@]}")" \
    "$(json_string "$(cat "$2/address")")" "$(json_string "$(cat "$2/address6")")" "$behind" \
    "$(cat "$2/init")" "$(json_array "${keys[@]}")"
}

# write_known_hosts FLEET-DIR HOST…
write_known_hosts() {
  local dir=$1 host key
  shift
  for host in "$@"; do
    for key in "$dir/hosts/$host"/ssh_host_*.pub; do
      printf '%s,%s,%s %s\n' "$host" "$(cat "$dir/hosts/$host/address")" "$(cat "$dir/hosts/$host/address6")" \
        "$(cut -d' ' -f1,2 "$key")"
    done
  done
}
