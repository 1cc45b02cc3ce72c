# shellcheck shell=bash
# TLS 1.0 and 1.1 are on for the server that happens to be the default one of
# port 443, and with it for every name: nginx takes the versions of that server,
# whatever the one that is asked for says.

before_boot() {
  make_web own-default
  # At Debian's security level OpenSSL would refuse the old versions.
  sed -i 's/^ssl_ciphers .*/ssl_ciphers HIGH:!aNULL:!kRSA:@SECLEVEL=0;/' /etc/nginx/conf.d/tls.conf
  certificate legacy.example
  certificate modern.example
  site legacy.example default_server <<<"$HSTS ssl_protocols TLSv1 TLSv1.1 TLSv1.2;"
  site modern.example <<<"$HSTS ssl_protocols TLSv1.2 TLSv1.3;"
}

prove_outside() {
  local name
  for name in legacy modern; do
    expect "$name has no TLS 1.0" 'Cipher is ECDHE-ECDSA-' hello "$name.example" -tls1
    expect "$name has no TLS 1.1" 'Cipher is ECDHE-ECDSA-' hello "$name.example" -tls1_1
    expect "$name has no TLS 1.2" 'Cipher is ECDHE-ECDSA-' hello "$name.example" -tls1_2
    expect "$name has TLS 1.3" 'Cipher is (NONE)' hello "$name.example" -tls1_3
  done
}

prove() { expect 'the chain is not trusted' 'code: 0 (ok)' verify modern.example; }
