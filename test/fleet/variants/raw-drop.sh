# shellcheck shell=bash
# ufw's own chain lets in what was dropped before it, in the table raw.

after_boot() {
  iptables -A ufw-user-input -p tcp --dport 8080 -j ACCEPT
  iptables -t raw -A PREROUTING -p tcp --dport 8080 -j DROP
}

prove_outside() { unexpected 'an answer comes back' refused silent 8080; }

# silent PORT: says how a connection fails; with nothing where it just takes too long.
silent() { connects "$1" 2>&1 || true; }

prove() { expect 'the chain does not let it in' '--dport 8080 -j ACCEPT' iptables -S ufw-user-input; }
