# shellcheck shell=bash
# An option on the daemon's command line overrides every file.

before_boot() { echo 'SSHD_OPTS="-o PasswordAuthentication=yes"' >/etc/default/ssh; }

prove_outside() { expect 'no password is asked for' '(publickey,password)' offered_methods audit; }

prove() { expect 'the files allow passwords' 'passwordauthentication no' sshd -T; }
