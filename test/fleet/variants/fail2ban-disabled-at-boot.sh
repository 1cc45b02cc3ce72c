# shellcheck shell=bash
# fail2ban runs now and will not after a reboot.

after_boot() { systemctl disable --quiet fail2ban 2>/dev/null; }

prove() { unit_is fail2ban active disabled; }
