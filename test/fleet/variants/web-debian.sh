# shellcheck shell=bash
# nginx as Debian installs it: a welcome page in clear, for every name.

before_boot() { ln -s ../sites-available/default /etc/nginx/sites-enabled/default; }

prove_outside() {
  expect 'it is not the default page' 'Welcome to nginx' fetch_plain whatever.example /
  refuse 'it serves TLS' connects 443
}
