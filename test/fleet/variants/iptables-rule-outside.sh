# shellcheck shell=bash
# A rule ahead of ufw's lets the world reach MySQL.

after_boot() { iptables -I INPUT -p tcp --dport 3306 -j ACCEPT; }

prove_outside() { expect 'the packets are dropped' 'refused' connects 3306; }

prove() { unexpected 'ufw knows about it' 3306 ufw status; }
