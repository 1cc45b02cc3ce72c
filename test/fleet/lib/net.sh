# shellcheck shell=bash
# One network namespace holds the bridges, one the scanner, one each host. A
# namespace is kept by a sleeping process and addressed as /proc/PID/ns/net:
# no bind mount, no name under /run/netns, and it dies with the fleet's cgroup.
# The machine's own namespace never sees an interface, a route or a rule.

LAN4=10.77.0 LAN6=fd77:77::   # where the scanner is
INNER4=10.78.0 INNER6=fd77:78:: # behind the bastion
SCANNER_ADDRESSES=(1 2 3 4)
# Attackers come from documentation ranges: allow-lists often trust private ones.
ATTACKER4=(203.0.113.66 198.51.100.66)
ATTACKER6=2001:db8:66::66

netns_of() { printf '/proc/%s/ns/net' "$1"; }
in_netns() {
  local pid=$1
  shift
  nsenter --net="$(netns_of "$pid")" -- "$@"
}

left_own_netns() { [[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }

# netns_create ID: prints the pid that keeps a new namespace alive.
netns_create() {
  local pid
  (
    cgroup_join "$1/tools"
    exec setsid unshare --net sleep infinity </dev/null >/dev/null 2>&1
  ) &
  pid=$!
  wait_until 5 left_own_netns "$pid" || die "cannot create a network namespace"
  in_netns "$pid" ip link set lo up
  echo "$pid"
}

# net_create_switch ID: the two bridges.
net_create_switch() {
  local pid
  pid=$(netns_create "$1") || return
  in_netns "$pid" ip -batch - <<-END
	link add lan type bridge stp_state 0 forward_delay 0
	link add inner type bridge stp_state 0 forward_delay 0
	link set lan up
	link set inner up
	END
  echo "$pid"
}

# net_plug SWITCH-PID BRIDGE PORT HOST-PID IFACE
net_plug() {
  in_netns "$1" ip -batch - <<-END
	link add $3 type veth peer name $5 netns $4
	link set $3 master $2 up
	END
  in_netns "$4" ip link set "$5" up
}

# net_address HOST-PID IFACE V4 V6: duplicate address detection would cost
# every host a second, and nobody else can be on these bridges.
net_address() {
  in_netns "$1" ip -batch - <<-END
	address add $3/24 dev $2
	address add $4/64 dev $2 nodad
	END
}

# net_create_scanner ID SWITCH-PID
net_create_scanner() {
  local pid n address
  pid=$(netns_create "$1") || return
  net_plug "$2" lan scanner "$pid" eth0
  for n in "${SCANNER_ADDRESSES[@]}"; do net_address "$pid" eth0 "$LAN4.$n" "$LAN6$n"; done
  for address in "${ATTACKER4[@]}"; do in_netns "$pid" ip address add "$address/32" dev eth0; done
  in_netns "$pid" ip address add "$ATTACKER6/128" dev eth0 nodad
  echo "$pid"
}

# net_route_attackers HOST-PID: answers find their way back over the bridge.
net_route_attackers() {
  local address
  for address in "${ATTACKER4[@]}"; do in_netns "$1" ip route add "$address/32" dev eth0; done
  in_netns "$1" ip -6 route add "$ATTACKER6/128" dev eth0
}
