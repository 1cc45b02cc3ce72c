# shellcheck shell=bash
# Globally keys only; one user, and everybody from one network, may use passwords.

before_boot() {
  useradd --create-home --shell /bin/sh deploy
  cat >/etc/ssh/sshd_config.d/60-exceptions.conf <<-'END'
	Match User deploy
	    PasswordAuthentication yes
	Match Address 198.51.100.0/24
	    PasswordAuthentication yes
	END
}

prove_outside() {
  expect 'the rule is global' '(publickey).' offered_methods audit
  expect 'deploy is not asked for a password' '(publickey,password)' offered_methods deploy
}

prove() {
  local who='addr=203.0.113.7,laddr=192.0.2.1,lport=22,host=x'
  expect 'the rule is global' 'passwordauthentication no' sshd -T
  expect 'deploy is not matched' 'passwordauthentication yes' sshd -T -C "user=deploy,$who"
  expect 'the network is not matched' 'passwordauthentication yes' sshd -T -C 'user=audit,addr=198.51.100.7,laddr=192.0.2.1,lport=22,host=x'
}
