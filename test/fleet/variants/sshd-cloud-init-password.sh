# shellcheck shell=bash
# cloud-init's drop-in sorts before the hardening and wins; only root may read it.

before_boot() {
  mv /etc/ssh/sshd_config.d/00-hardening.conf /etc/ssh/sshd_config.d/99-hardening.conf
  (umask 077 && echo 'PasswordAuthentication yes' >/etc/ssh/sshd_config.d/50-cloud-init.conf)
}

prove_outside() { expect 'no password is asked for' '(publickey,password)' offered_methods audit; }

prove() {
  expect 'sshd disagrees' 'passwordauthentication yes' sshd -T
  refuse 'everybody may read it' setpriv --reuid=audit --clear-groups cat /etc/ssh/sshd_config.d/50-cloud-init.conf
}
