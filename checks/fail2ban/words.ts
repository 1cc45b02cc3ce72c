import type { Problem } from '../../src/model/check.ts';

/** A jail that does its work on every supported release. */
export const REMEDIATION = `Write /etc/fail2ban/jail.d/zz-sshd.local:
  [sshd]
  enabled = true
  backend = systemd
  journalmatch = _SYSTEMD_UNIT=ssh.service + _COMM=sshd + _COMM=sshd-session
  # every port that sshd listens on, as in: ssh,2222
  port = ssh
  protocol = tcp
  bantime = 1h
  findtime = 10m
  maxretry = 5
  # add your own addresses, one by one
  ignoreip = 127.0.0.1/8 ::1
  banaction = nftables[blocktype=reject]
  # or action_mwl, which sends mail besides
  action = %(action_)s
Then: apt-get install python3-systemd nftables && fail2ban-client -t && systemctl restart fail2ban && sleep 3 && fail2ban-client status sshd`;

/** A problem whose sentence says all there is to say. */
export function problem(because: string): Problem {
  return { because, actual: because.replace(/\.$/, '') };
}

/** `for ever`, `10 minutes`, `90 seconds`. */
export function duration(seconds: number): string {
  if (seconds < 0) return 'for ever';
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const [name, size] = units.find(([, one]) => seconds >= one && seconds % one === 0) ?? ['second', 1];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
