# shellcheck shell=bash
# One host, many sites: each is compliant but for its certificate or its suites.

before_boot() {
  local name
  make_web
  certificate good.example
  certificate expired.example expired.example '-100 days' '-10 days'
  certificate soon.example soon.example '-85 days' '+5 days'
  certificate wrong-name.example other.example
  certificate no-chain.example
  cp "$PKI/no-chain.example.crt" "$PKI/no-chain.example.pem"
  key "$PKI/self-signed.example.key"
  openssl req -x509 -new -key "$PKI/self-signed.example.key" -days 80 -subj /CN=self-signed.example \
    -addext subjectAltName=DNS:self-signed.example -out "$PKI/self-signed.example.pem"
  certificate stale.example stale.example '-85 days' '+5 days'
  certificate weak-suite.example weak-suite.example '' '' rsa
  for name in good expired soon wrong-name no-chain self-signed stale; do site "$name.example" <<<"$HSTS"; done
  # CBC, and the second one without forward secrecy. Debian's OpenSSL has nothing weaker.
  site weak-suite.example <<<"$HSTS ssl_ciphers ECDHE-RSA-AES128-SHA:AES128-SHA;"
}

# Renewed on disk; nobody told nginx.
after_boot() {
  sleep 2 # so that the file is newer than the workers by any clock
  certificate stale.example
}

prove_outside() {
  local name
  for name in expired soon wrong-name no-chain self-signed; do
    expect 'HSTS is not sent' 'max-age=63072000' fetch "$name.example" /
  done
  expect 'CBC is refused' 'Cipher is ECDHE-RSA-AES128-SHA' hello weak-suite.example -tls1_2
  timeout 10 openssl s_client -connect "$FLEET_ADDRESS:443" -servername weak-suite.example -tls1_2 \
    -cipher AES128-SHA:@SECLEVEL=0 </dev/null 2>&1 | grep 'Cipher is AES128-SHA' >/dev/null
  expect 'the others do it too' 'Cipher is (NONE)' hello good.example -tls1_2 -cipher AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0
}

prove() {
  expect 'good is not trusted' 'code: 0 (ok)' verify good.example
  expect 'it has not expired' 'certificate has expired' verify expired.example
  expect 'it expires late' 'code: 0 (ok)' verify soon.example
  refuse 'it expires late' served_until soon.example 14
  expect 'the name matches' 'ostname mismatch' verify wrong-name.example
  expect 'the chain is whole' 'unable to verify the first certificate' verify no-chain.example
  expect 'somebody signed it' 'self' verify self-signed.example
  expect 'stale is not trusted' 'code: 0 (ok)' verify stale.example
  refuse 'nginx serves the new certificate' served_until stale.example 14
  openssl x509 -in "$PKI/stale.example.crt" -noout -checkend $((14 * 86400)) >/dev/null
}

# served_until NAME DAYS: is what nginx serves valid for so long?
served_until() {
  timeout 10 openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null |
    openssl x509 -noout -checkend $(($2 * 86400)) >/dev/null
}
