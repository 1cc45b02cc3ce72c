# shellcheck shell=bash
# What Docker does when a container publishes port 5432: DNAT before ufw's
# chains. The container is a network namespace with a web server in it.

after_boot() {
  ip netns add database
  ip link add docker0 type bridge
  ip link add veth0 type veth peer name eth0 netns database
  ip link set veth0 master docker0 up
  ip address add 172.17.0.1/16 dev docker0
  ip link set docker0 up
  ip -n database address add 172.17.0.2/16 dev eth0
  ip -n database link set eth0 up
  ip -n database route add default via 172.17.0.1
  sysctl -q -w net.ipv4.ip_forward=1
  # As Docker 26 writes them.
  iptables-restore --noflush <<-END
	*nat
	:DOCKER - [0:0]
	-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
	-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
	-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
	-A DOCKER -i docker0 -j RETURN
	-A DOCKER ! -i docker0 -p tcp -m tcp --dport 5432 -j DNAT --to-destination 172.17.0.2:5432
	COMMIT
	*filter
	:DOCKER - [0:0]
	:DOCKER-USER - [0:0]
	-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 5432 -j ACCEPT
	-A DOCKER-USER -j RETURN
	-I FORWARD -i docker0 -o docker0 -j ACCEPT
	-I FORWARD -i docker0 ! -o docker0 -j ACCEPT
	-I FORWARD -o docker0 -j DOCKER
	-I FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	-I FORWARD -j DOCKER-USER
	COMMIT
	END
  systemd-run --quiet --unit=container-database ip netns exec database python3 -m http.server 5432
  await 'the container does not listen' prints :5432 ip netns exec database ss -Hltn
}

prove_outside() { expect 'nothing answers' 'Directory listing' curl -sS --noproxy '*' --max-time 10 "http://$FLEET_ADDRESS:5432/"; }

prove() {
  unexpected 'ufw knows about it' 5432 ufw status
  unexpected 'the host listens itself' ':5432' ss -Hltn
}
