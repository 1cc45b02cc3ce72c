# shellcheck shell=bash
# sshd still offers what an old client needed: CBC, SHA-1 and a small group.

before_boot() {
  cat >/etc/ssh/sshd_config.d/50-legacy.conf <<-'END'
	KexAlgorithms +diffie-hellman-group1-sha1
	Ciphers +aes128-cbc,3des-cbc
	MACs +hmac-md5
	END
}

prove_outside() {
  expect 'the old algorithms are refused' 0 fleet_ssh -i "$FLEET_KEYS/audit" -o KexAlgorithms=diffie-hellman-group1-sha1 -o Ciphers=3des-cbc -o MACs=hmac-md5 "audit@$FLEET_ADDRESS" sudo -n id -u
}
