# shellcheck shell=bash
# The scanner's user may do everything, with a password that nobody can type.

before_boot() {
  echo 'audit ALL=(ALL:ALL) ALL' >/etc/sudoers.d/audit
  echo 'audit:Correct-Horse-7' | chpasswd
}

prove_outside() { expect 'no password is needed' 'a password is required' as_audit sudo -n true; }
