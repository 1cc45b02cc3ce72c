# shellcheck shell=bash
# The jail bans, and its rule lets the banned address in. Nobody is banned yet.

before_boot() { sed -i '/^\[sshd\]/a banaction = iptables-multiport[blocktype=ACCEPT]' /etc/fail2ban/jail.local; }

after_boot() { await_fail2ban; }

prove() {
  fail2ban-client set sshd banip 203.0.113.66 >/dev/null
  await 'the ban does not accept' prints '203.0.113.66/32 -j ACCEPT' iptables-save
  fail2ban-client set sshd unbanip 203.0.113.66 >/dev/null
  await 'the ban stays' refuse 'it is there' prints '203.0.113.66/32' iptables-save
}
