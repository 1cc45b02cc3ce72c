# shellcheck shell=bash
# Commands under sudo may not start other commands: ufw cannot ask iptables.

before_boot() { echo 'Defaults:audit noexec' >>/etc/sudoers.d/audit; }

prove_outside() {
  expect 'sudo does not work at all' 0 as_audit sudo -n id -u
  refuse 'a shell may start commands' as_audit "sudo -n sh -c '/usr/bin/id; exit \$?'"
}
