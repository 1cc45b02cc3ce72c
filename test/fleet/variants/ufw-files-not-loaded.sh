# shellcheck shell=bash
# user.rules opens a port at the next boot; the kernel does not know it yet.

after_boot() {
  sed -i -e '/^### RULES ###/a \\n### tuple ### allow tcp 8080 0.0.0.0/0 any 0.0.0.0/0 in\n-A ufw-user-input -p tcp --dport 8080 -j ACCEPT' /etc/ufw/user.rules
}

prove() {
  expect 'ufw does not list it' '8080/tcp' ufw status
  unexpected 'the kernel has it' 8080 iptables-save
}
