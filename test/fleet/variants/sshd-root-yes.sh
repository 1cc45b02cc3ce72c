# shellcheck shell=bash
# root may log in, by whatever sshd accepts.

before_boot() { sed -i 's/^PermitRootLogin.*/PermitRootLogin yes/' /etc/ssh/sshd_config.d/00-hardening.conf; }

# root's authorized_keys holds alice's key.
prove_outside() { expect 'root cannot log in' 0 fleet_ssh -i "$FLEET_KEYS/alice" "root@$FLEET_ADDRESS" id -u; }

prove() { expect 'sshd disagrees' 'permitrootlogin yes' sshd -T; }
