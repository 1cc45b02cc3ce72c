# shellcheck shell=bash
# The scanner's user is nobody special.

before_boot() { rm /etc/sudoers.d/audit; }

prove_outside() { refuse 'audit may sudo' as_audit sudo -n true; }
