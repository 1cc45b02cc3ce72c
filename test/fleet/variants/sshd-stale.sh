# shellcheck shell=bash
# The files were hardened after sshd had started; nobody reloaded it.

before_boot() { mv /etc/ssh/sshd_config.d/00-hardening.conf /root/; }

after_boot() {
  sleep 2 # so that the file is newer than the daemon by any clock
  install -m 0644 /root/00-hardening.conf /etc/ssh/sshd_config.d/00-hardening.conf
  rm /root/00-hardening.conf
}

prove_outside() { expect 'the daemon was reloaded' '(publickey,password)' offered_methods audit; }

prove() { expect 'the files allow passwords' 'passwordauthentication no' sshd -T; }
