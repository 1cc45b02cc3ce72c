# shellcheck shell=bash
# ufw lets the world reach a server on port 8080 that the baseline does not know.

after_boot() {
  systemd-run --quiet --unit=metrics python3 -m http.server --directory /var/www/html 8080
  ufw allow 8080/tcp >/dev/null
  await 'nothing listens' prints :8080 ss -Hltn
}

prove_outside() { connects 8080; }

prove() { expect 'ufw does not list it' '8080/tcp' ufw status; }
