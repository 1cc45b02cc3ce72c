# shellcheck shell=bash
# One site as it should be: a chain that leads to the fixture's root, TLS 1.2
# and 1.3 with strong suites, HSTS everywhere, a redirect from plain HTTP.

before_boot() {
  make_web
  certificate shop.example
  site shop.example http2 <<<"$HSTS"
}

prove_outside() {
  expect 'HSTS is not sent' 'strict-transport-security: max-age=63072000; includeSubDomains' fetch shop.example /
  expect 'HSTS is not sent with errors' 'strict-transport-security: max-age=63072000; includeSubDomains' fetch shop.example /nothing
  expect 'plain HTTP is not redirected' 'Location: https://shop.example/a?b' fetch_plain shop.example '/a?b'
  expect 'TLS 1.2 is off' 'Cipher is ECDHE-ECDSA-' hello shop.example -tls1_2
  expect 'TLS 1.3 is off' 'Cipher is TLS_' hello shop.example -tls1_3
  expect 'TLS 1.1 is on' 'Cipher is (NONE)' hello shop.example -tls1_1
}

prove() {
  expect 'the chain is not trusted' 'code: 0 (ok)' verify shop.example
  unexpected 'nginx complains' warn nginx -t
}
