# shellcheck shell=bash
# fail2ban was removed.

after_boot() { apt-get -o DPkg::Lock::Timeout=60 -qq -y remove fail2ban >/dev/null; }

prove() { refuse 'the command is there' command -v fail2ban-client; }
