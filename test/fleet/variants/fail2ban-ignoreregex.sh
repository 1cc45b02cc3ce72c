# shellcheck shell=bash
# The jail skips the very lines that a guessed password leaves.

before_boot() { sed -i '/^\[sshd\]/a ignoreregex = Failed password' /etc/fail2ban/jail.local; }

after_boot() { await_fail2ban; }

prove() { expect 'nothing is skipped' 'Failed password' fail2ban-client get sshd ignoreregex; }
