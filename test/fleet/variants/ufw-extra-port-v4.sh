# shellcheck shell=bash
# A database port is open to everybody, over IPv4 only.

after_boot() { ufw allow proto tcp from any to 0.0.0.0/0 port 5432 >/dev/null; }

prove() {
  expect 'the port is closed' '-A ufw-user-input -p tcp -m tcp --dport 5432 -j ACCEPT' iptables-save
  unexpected 'the port is open over IPv6 too' 5432 ip6tables-save
}
