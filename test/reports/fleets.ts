import type { HostResult } from '../../src/model/finding.ts';
import { assessed, type Deviation, entryOf, fails, unknownFor, unreached } from './fixture.ts';

const EMPTY = {
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  bytes: 0,
  excerpt: '',
  truncated: false,
};
const INACTIVE_SHA256 = '41de42ed5201da9f8bdd8c755c3d6d4afacca3021bbfaaeadf4aeaccf2dd0e33';

const INACTIVE = fails('ufw is installed but inactive.', 'active, and enabled at boot', 'inactive', {
  remediation: 'Allow SSH first, or you lock yourself out.\nsudo ufw allow 22/tcp\nsudo ufw enable',
});
const NO_DEFAULT = fails(
  'ufw is inactive, so the default policy for incoming connections is not in force.',
  'deny or reject, for IPv4 and IPv6',
  'accept (IPv4), accept (IPv6)',
);
const LOGGING_OFF = fails('Firewall logging is off.', 'low or higher', 'off');
const PASSWORD = fails(
  'sshd accepts passwords: /etc/ssh/sshd_config.d/50-cloud-init.conf line 1 says "PasswordAuthentication yes" and wins over /etc/ssh/sshd_config line 57.',
  'passwordauthentication no, kbdinteractiveauthentication no',
  'passwordauthentication yes, kbdinteractiveauthentication no',
  {
    remediation:
      'Remove line 1 of /etc/ssh/sshd_config.d/50-cloud-init.conf, then:\nsudo sshd -t && sudo systemctl reload ssh',
  },
);
const UFW_DENIED = unknownFor(
  'no-privilege',
  'sudo refused to run "/usr/sbin/ufw status verbose".',
  'Allow it in sudoers: audit ALL=(root) NOPASSWD: /usr/sbin/ufw status verbose',
);
const SSHD_DENIED = unknownFor(
  'no-privilege',
  'sudo refused to run "/usr/sbin/sshd -T".',
  'Allow it in sudoers: audit ALL=(root) NOPASSWD: /usr/sbin/sshd -T',
);
const NO_APT: Deviation = {
  verdict: 'not-applicable',
  status: 'not-applicable',
  rule: 'not-apt',
  because: 'This is Alpine Linux, which has no apt.',
  expected: 'unattended-upgrades scheduled',
  actual: 'This is Alpine Linux, which has no apt.',
};

/** A small fleet as one meets it: one host compliant, the others each in a way of their own. */
export function mixedFleet(): HostResult[] {
  return [
    assessed(
      entryOf('alpine-1', '2001:db8::7', {
        os: { id: 'alpine', versionId: '3.20.3' },
        loginUser: 'root',
        privilege: 'root',
      }),
      {
        'updates-automatic': NO_APT,
        'updates-security-origin': NO_APT,
        'updates-recent': NO_APT,
        'firewall-active': fails('ufw is not installed.', 'active, and enabled at boot', 'not installed'),
        'firewall-default-deny': fails('ufw is not installed.', 'deny or reject, for IPv4 and IPv6', 'not installed'),
      },
    ),
    assessed(
      entryOf('db-1', '203.0.113.21', {
        outcome: 'partial',
        reason: 'no-privilege',
        message: 'sudo refused 2 of 5 commands.',
        privilege: 'none',
      }),
      {
        'firewall-active': UFW_DENIED,
        'firewall-default-deny': UFW_DENIED,
        'firewall-allowed-ports': UFW_DENIED,
        'firewall-logging': UFW_DENIED,
        'firewall-effective': UFW_DENIED,
        'ssh-key-only': SSHD_DENIED,
        'ssh-root-login': SSHD_DENIED,
        'updates-recent': unknownFor('unparseable', 'The time stamp of the last run could not be read: "n/a".'),
      },
      {
        'ufw-status': { state: 'denied', uid: null, exitCode: null, startedAt: null, ms: null, stdout: { ...EMPTY } },
        'sshd-config': { state: 'denied', uid: null, exitCode: null, startedAt: null, ms: null, stdout: { ...EMPTY } },
      },
    ),
    assessed(entryOf('db-2', '203.0.113.22'), {
      'fail2ban-active': fails(
        'fail2ban is enabled but failed: its sshd jail has no log file.',
        'active and enabled',
        'failed, enabled',
        {
          remediation: 'sudo fail2ban-client -t\nsudo systemctl restart fail2ban',
        },
      ),
      'fail2ban-sshd-jail': fails('fail2ban is not running, so no jail can ban.', 'a live sshd jail', 'no jail'),
      'updates-pending': fails(
        '1 security update has waited 9 days: openssl 3.0.20-1~deb12u2 → 3.0.22-1~deb12u2.',
        'none older than 7 days',
        'openssl, 9 days',
      ),
      'secrets-permissions': [
        fails('/etc/nginx/ssl/site.key is readable by everyone (mode 644).', '600 or stricter', '644 root:root', {
          subject: 'file:/etc/nginx/ssl/site.key',
          remediation: 'sudo chmod 600 /etc/nginx/ssl/site.key',
        }),
        fails('/var/www/app/.env is readable by everyone (mode 644).', '600 or stricter', '644 root:root', {
          subject: 'file:/var/www/app/.env',
          remediation: 'sudo chmod 600 /var/www/app/.env',
        }),
      ],
    }),
    unreached(
      'gw-1',
      '198.51.100.9',
      'host-key',
      'The host key of gw-1 is not in known_hosts (SHA256:Hq3nYk0c2u7eXHn3S4m2cR8dOZ4bq1q5m2J0cV9tT0E). Compare it with the console of the host, then add it: ssh-keyscan -p 22 198.51.100.9',
    ),
    assessed(entryOf('web-1', '203.0.113.11')),
    assessed(
      entryOf('web-2', '203.0.113.12'),
      {
        'firewall-active': INACTIVE,
        'firewall-default-deny': NO_DEFAULT,
        'firewall-logging': LOGGING_OFF,
        'ssh-key-only': PASSWORD,
      },
      { 'ufw-status': { stdout: { ...EMPTY, bytes: 17, excerpt: 'Status: inactive\n', sha256: INACTIVE_SHA256 } } },
    ),
    assessed(entryOf('web-3', '203.0.113.13', { clockOffsetSeconds: -41 }), {
      'firewall-active': INACTIVE,
      'firewall-default-deny': NO_DEFAULT,
      'firewall-logging': LOGGING_OFF,
      'firewall-allowed-ports': fails(
        '3306/tcp is open to everyone, for IPv4 and IPv6.',
        '22/tcp, 80/tcp, 443/tcp',
        '22/tcp, 80/tcp, 443/tcp, 3306/tcp',
        { remediation: 'sudo ufw delete allow 3306/tcp' },
      ),
    }),
    unreached(
      'web-4',
      '203.0.113.14',
      'unreachable',
      'No connection to 203.0.113.14:22 within 10 s: the address does not answer.',
    ),
  ];
}

/** Everything a host could try: markup, template syntax, control and bidi characters, formulas, log commands. */
export const PAYLOADS: readonly string[] = [
  '<script>window.pwned=1</script><img src=x onerror="window.pwned=1">',
  '{{constructor}} {{{raw}}} {{> page}}',
  '\u001b[2J\u001b]0;owned\u0007 red \u009b31m',
  'abc\u202edcba\u2066x\u2069 \u200b\ufeff',
  '=HYPERLINK("http://attacker.example/","x")',
  '::error file=x::injected ##[command]rm',
  '"><svg/onload=alert(1)> </style></title>--> ]]>',
  'a\u0000b\ud800c\u2028d',
];

/** Payloads in every field a host (or its answers) can fill. */
export function hostileFleet(): HostResult[] {
  return PAYLOADS.map((payload, index) => {
    const name = `evil-${index} ${payload}`;
    const [outcome, reason] =
      index % 2 === 0 ? (['assessed', undefined] as const) : (['partial', 'unparseable'] as const);
    const host = entryOf(name, payload, {
      outcome,
      ...(reason === undefined ? {} : { reason, message: payload }),
      os: { id: payload, versionId: payload },
      loginUser: payload,
      hostKey: payload,
    });
    const bad = fails(payload, payload, payload, { subject: `account:${payload}`, remediation: payload });
    const evidence = {
      argv: [payload, payload],
      stdout: { ...EMPTY, bytes: 9, excerpt: payload },
      stderr: { ...EMPTY, bytes: 9, excerpt: payload },
    };
    return assessed(
      host,
      {
        'firewall-active': bad,
        'ssh-key-only': unknownFor('unparseable', payload, payload),
        'firewall-logging': { ...bad, verdict: 'pass', status: 'pass' },
      },
      { 'ufw-status': evidence, 'sshd-config': evidence },
    );
  }).concat(unreached(`lost ${PAYLOADS[0]}`, `${PAYLOADS[2]}`, 'unreachable', `${PAYLOADS[0]} ${PAYLOADS[2]}`));
}

/** The nth host of a large fleet: most are clean, the rest fail or are unknown in repeating ways. */
export function fleetHost(index: number): HostResult {
  const name = `node-${String(index).padStart(4, '0')}`;
  const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  if (index % 97 === 5) return unreached(name, address, 'unreachable', `No connection to ${address}:22 within 10 s.`);
  const deviations: Record<string, Deviation> = {};
  if (index % 11 === 3) deviations['firewall-logging'] = LOGGING_OFF;
  if (index % 23 === 7) Object.assign(deviations, { 'firewall-active': INACTIVE, 'firewall-default-deny': NO_DEFAULT });
  if (index % 17 === 4) deviations['ssh-key-only'] = PASSWORD;
  if (index % 13 === 2) {
    const days = 8 + (index % 60);
    const packages = `${1 + (index % 7)} security updates have waited ${days} days.`;
    deviations['updates-pending'] = fails(packages, 'none older than 7 days', `oldest ${days} days`);
  }
  if (index % 29 === 9)
    Object.assign(deviations, { 'ssh-root-login': SSHD_DENIED, 'firewall-allowed-ports': UFW_DENIED });
  return assessed(entryOf(name, address), deviations);
}

export function largeFleet(size: number): HostResult[] {
  return Array.from({ length: size }, (_, index) => fleetHost(index));
}
