# shellcheck shell=bash
# A database port is open to everybody, over IPv6 only.

after_boot() { ufw allow proto tcp from any to ::/0 port 5432 >/dev/null; }

prove() {
  expect 'the port is closed' '-A ufw6-user-input -p tcp -m tcp --dport 5432 -j ACCEPT' ip6tables-save
  unexpected 'the port is open over IPv4 too' 5432 iptables-save
}
