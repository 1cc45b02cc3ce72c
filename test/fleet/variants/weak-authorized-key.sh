# shellcheck shell=bash
# alice still has an RSA key of 1024 bits from long ago.

before_boot() {
  ssh-keygen -q -t rsa -b 1024 -N '' -C alice@old-laptop -f /tmp/weak
  cat /tmp/weak.pub >>/home/alice/.ssh/authorized_keys
  rm /tmp/weak /tmp/weak.pub
}

prove() { expect 'the key is not there' '1024 SHA256' ssh-keygen -lf /home/alice/.ssh/authorized_keys; }
