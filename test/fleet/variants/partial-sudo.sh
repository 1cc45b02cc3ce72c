# shellcheck shell=bash
# The scanner's user may run a few fixed commands as root and nothing else.

before_boot() {
  cat >/etc/sudoers.d/audit <<-'END'
	audit ALL=(root) NOPASSWD: /usr/sbin/ufw status verbose, /usr/sbin/iptables-save "", /usr/sbin/ip6tables-save ""
	END
}

prove_outside() {
  expect 'ufw is not allowed' 'Status: active' as_audit sudo -n /usr/sbin/ufw status verbose
  refuse 'sshd is allowed' as_audit sudo -n /usr/sbin/sshd -T
}
