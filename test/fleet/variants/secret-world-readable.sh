# shellcheck shell=bash
# An application's environment file can be read by everybody on the host.

before_boot() { chmod 0644 /srv/app/.env; }

prove() { setpriv --reuid=audit --clear-groups cat /srv/app/.env >/dev/null; }
