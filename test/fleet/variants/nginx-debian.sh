# shellcheck shell=bash
# nginx as Debian installs it: a welcome page in clear, for every name.

before_boot() { ln -s ../sites-available/default /etc/nginx/sites-enabled/default; }

prove_outside() {
  expect 'it is another page' 'Welcome to nginx' curl -sS --noproxy '*' --max-time 10 "http://$FLEET_ADDRESS/"
  refuse 'it serves TLS' connects 443
}
