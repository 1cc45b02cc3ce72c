# shellcheck shell=bash
# Everything as it should be; the base image is built that way.

prove_outside() {
  expect 'something but keys is offered' 'Permission denied (publickey).' offered_methods audit
  expect 'audit cannot become root' 0 as_audit sudo -n id -u
}

prove() {
  local name
  for name in ufw fail2ban ssh cron unattended-upgrades apt-daily.timer apt-daily-upgrade.timer; do
    unit_is "$name" active enabled
  done
  expect 'ufw is not active' 'Status: active' ufw status
  expect 'ufw does not log' 'Logging: on (low)' ufw status verbose
  expect 'IPv4 is not denied' ':INPUT DROP' iptables-save
  expect 'IPv6 is not denied' ':INPUT DROP' ip6tables-save
  await_fail2ban
  expect 'the sshd jail is not there' 'Jail list:	sshd' fail2ban-client status
  expect 'passwords are allowed' 'passwordauthentication no' sshd -T
  expect 'keyboard-interactive is allowed' 'kbdinteractiveauthentication no' sshd -T
  expect 'root may log in' 'permitrootlogin no' sshd -T
  test -e /var/lib/apt/periodic/unattended-upgrades-stamp
  tail -n 1 /var/log/unattended-upgrades/unattended-upgrades.log | grep -q 'All upgrades installed'
  test ! -e /run/reboot-required
  [[ $(stat -c %a /srv/app/.env) == 600 && $(stat -c %a /root/.ssh) == 700 ]]
}
