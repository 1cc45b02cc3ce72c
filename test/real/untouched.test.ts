import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, startFleet, whyNoFleet } from '../fleet/fleet.ts';
import { suites } from './expected.ts';
import { type ScanReport, scanFleet } from './scan.ts';

/** All that may differ on a host after a scan, and who writes it: the same as after any log-in with a few sudos. */
const LEFT_BY_A_LOG_IN: readonly (readonly [string, RegExp])[] = [
  ['rsyslog', /^\.\/var\/log\/(auth\.log|daemon\.log|syslog)$/],
  // The journal of an account comes into being with its first log-in.
  ['journald', /^\.\/var\/log\/journal\/[0-9a-f]{32}(\/(system|user-\d+)\.journal)?$/],
  ['journald', /^\.\/run\/systemd\/journal\/(seqnum|streams(\/\d+:\d+)?)$/],
  ['pam_motd', /^\.\/run(\/motd\.dynamic)?$/],
  ['logind', /^\.\/run\/systemd\/(sessions|users|transient|units)$/],
  ['logind', /^\.\/run\/systemd\/sessions\/c?\d+(\.ref)?$/],
  ['logind', /^\.\/run\/systemd\/users\/\d+$/],
  ['logind', /^\.\/run\/systemd\/transient\/session-c?\d+\.scope$/],
  [
    'systemd',
    /^\.\/run\/systemd\/units\/invocation:(user@\d+\.service|user-runtime-dir@\d+\.service|session-c?\d+\.scope)$/,
  ],
  ['systemd --user', /^\.\/run\/user(\/\d+(\/.*)?)?$/],
  // fail2ban keeps how far it has read what sshd logs.
  ['fail2ban', /^\.\/var\/lib\/fail2ban\/fail2ban\.sqlite3$/],
];

/** Path → everything the manifest says of it. */
type Manifest = ReadonlyMap<string, string>;

const manifest = async (fleet: Fleet, host: string): Promise<Manifest> =>
  new Map((await fleet.hash(host)).map((line) => [line.slice(0, line.indexOf('\t')), line] as const));

function changes(before: Manifest, after: Manifest): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

const unexplained = (paths: readonly string[]): string[] =>
  paths.filter((path) => !LEFT_BY_A_LOG_IN.some(([, pattern]) => pattern.test(path)));

/** Accounts that have never logged in, so that what a first log-in leaves behind is seen as well. */
const PREPARE = `
useradd --create-home --shell /bin/sh scanner
usermod --password '*' scanner
cp -r /home/audit/.ssh /home/scanner/.ssh && chown -R scanner: /home/scanner/.ssh
echo 'scanner ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/scanner
install -m 0600 /home/audit/.ssh/authorized_keys /root/.ssh/authorized_keys
sed -i 's/^PermitRootLogin.*/PermitRootLogin prohibit-password/' /etc/ssh/sshd_config.d/00-hardening.conf
systemctl reload ssh
sync`;

interface Visit {
  readonly user: string;
  readonly privilege: string;
  report: ScanReport | undefined;
  readonly changed: Map<string, readonly string[]>;
}

describe.skipIf(whyNoFleet().length > 0)('a scan changes nothing on a host but what records its log-in', () => {
  let fleet: Fleet;
  const visits: readonly Visit[] = [
    { user: 'scanner', privilege: 'sudo', report: undefined, changed: new Map() },
    { user: 'root', privilege: 'root', report: undefined, changed: new Map() },
  ];

  beforeAll(async () => {
    fleet = await startFleet(suites.map((suite) => `${suite} ${suite} compliant`));
    for (const { name } of fleet.hosts) {
      const { exitCode, stderr } = await fleet.exec(name, ['sh', '-ec', PREPARE]);
      if (exitCode !== 0) throw new Error(`${name} could not be prepared: ${stderr}`);
    }
    const manifests = () =>
      Promise.all(fleet.hosts.map(async ({ name }) => [name, await manifest(fleet, name)] as const));
    let before = new Map(await manifests());
    for (const visit of visits) {
      visit.report = await scanFleet(fleet, ['-c', '2'], { user: visit.user });
      const after = new Map(await manifests());
      for (const [name, now] of after) visit.changed.set(name, changes(before.get(name) ?? new Map(), now));
      before = after;
    }
  }, 300_000);

  afterAll(async () => {
    await fleet?.down();
  }, 120_000);

  describe.each(visits)('as $user', ({ user, privilege, changed }) => {
    test.each(suites)('on %s', (suite) => {
      const visit = visits.find((one) => one.user === user);
      const host = visit?.report?.hosts.find(({ name }) => name === suite);
      // Only a scan that ran everything proves that nothing of it writes.
      expect(host).toMatchObject({ outcome: 'assessed', privilege });
      expect(visit?.report?.evidence.filter((one) => one.host === suite && one.uid === 0).length).toBeGreaterThan(15);
      expect(unexplained(changed.get(suite) ?? [])).toEqual([]);
      // The manifest does see what changes.
      expect(changed.get(suite)?.some((path) => path.endsWith('/system.journal'))).toBe(true);
    });
  });

  test('and a file that is written would have been noticed', async () => {
    const before = await manifest(fleet, 'bookworm');
    const write = 'echo >>/etc/hostname; touch /tmp/left-behind /root/.ash_history; chmod o-r /etc/hosts';
    await fleet.exec('bookworm', ['sh', '-c', write]);
    expect(unexplained(changes(before, await manifest(fleet, 'bookworm')))).toEqual([
      './etc/hostname',
      './etc/hosts',
      './root',
      './root/.ash_history',
      './tmp',
      './tmp/left-behind',
    ]);
  });
});
