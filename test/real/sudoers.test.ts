import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCaptures } from '../../src/evidence/captures.ts';
import { openRun } from '../../src/evidence/run.ts';
import { probes } from '../../src/facts/index.ts';
import type { Output } from '../../src/model/probe.ts';
import { type Fleet, type Ran, startFleet, whyNoFleet } from '../fleet/fleet.ts';
import { suites } from './expected.ts';
import { PROGRAM, runIn, type ScanReport, scanFleet } from './scan.ts';

const FILE = '/etc/sudoers.d/fleetproof';
const KEYS = 'grep -aHno -D skip -d skip -E';
const PATTERN = '^[[:blank:]]*#|(ssh|ecdsa|sk|rsa)-[a-z0-9@.-]+[[:blank:]]+AAAA[A-Za-z0-9+/]+';
const STAT = 'stat -L -c';
const FIND =
  "/usr/bin/find -L /run/sshd.pid /etc/ssh/sshd_config /etc/ssh/sshd_config.d -maxdepth 3 -printf '%T@ %C@ %y:' -print";

/** What an account with these rules might try. In `sh`; SUDO is `sudo -n --`. */
const ABUSES: readonly (readonly [string, string])[] = [
  ['a shell', 'SUDO /bin/sh -c id'],
  ['another command', 'SUDO /bin/cat /etc/shadow'],
  ['a log-in shell', 'sudo -n -i'],
  ['editing a file', 'EDITOR=cat sudo -n -e /etc/shadow'],
  ['sshd with another file', 'SUDO /usr/sbin/sshd -T -f /etc/shadow'],
  ['sshd with another file behind a context', 'SUDO /usr/sbin/sshd -T -C user=root -f /etc/shadow'],
  ['sshd with another file inside a context', "SUDO /usr/sbin/sshd -T -C 'user=root -f /etc/shadow'"],
  ['sshd with an option', 'SUDO /usr/sbin/sshd -T -C user=root -oInclude=/etc/shadow'],
  ['starting an sshd', 'SUDO /usr/sbin/sshd -p 2222'],
  ['iptables-save with a modprobe of its own', 'SUDO /usr/sbin/iptables-save -M /tmp/x'],
  ['iptables-save into a file', 'SUDO /usr/sbin/iptables-save -f /etc/cron.d/x'],
  ['nft with a file', 'SUDO /usr/sbin/nft -j -s list ruleset -f /etc/shadow'],
  ['nft that changes', 'SUDO /usr/sbin/nft flush ruleset'],
  ['fail2ban that changes', 'SUDO /usr/bin/fail2ban-client set sshd unbanip 203.0.113.66'],
  ['fail2ban with another configuration', 'SUDO /usr/bin/fail2ban-client -c /tmp/x status sshd'],
  ['tail of another file', 'SUDO TAIL -c 65536 /etc/shadow'],
  ['tail of one file more', 'SUDO TAIL -c 65536 /var/log/unattended-upgrades/unattended-upgrades.log /etc/shadow'],
  ['grep of another file', 'SUDO GREP -Ran ^ /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/shadow'],
  ['grep with another pattern', `SUDO KEYS . -- /etc/shadow`],
  ['grep with a pattern that goes on behind --', `SUDO KEYS "$p -- |.*" /etc/shadow`],
  ['grep with a pattern that goes on into a path', `SUDO KEYS "$p -- /|.*" /etc/shadow`],
  ['grep with a second pattern on a new line', `SUDO KEYS "$p -- /\n.*" /etc/shadow`],
  ['grep with a second pattern as an option', `SUDO KEYS "$p -- /x" -e . /etc/shadow`],
  ['grep with an option that holds its value', `SUDO KEYS "$p -- /x" --regexp=. /etc/shadow`],
  ['grep with a byte that is no character', `SUDO KEYS "$p -- /$(printf '\\377')|." /etc/shadow`],
  ['grep of a relative path', `cd /etc; SUDO KEYS "$p" -- shadow`],
  ['stat with a format that goes on', `SUDO STAT '%a %u %g %F:%n -- /%N%Y' /etc/shadow`],
  ['stat with another format', `SUDO STAT %Y -- /etc/shadow`],
  ['find that runs a command', `SUDO ${FIND} -exec id '{}' ';'`],
  ['find that writes a file', `SUDO ${FIND} -fprint /etc/cron.d/x`],
];

const ran = (fleet: Fleet, host: string, script: string): Promise<Ran> =>
  fleet.exec(host, ['su', 'audit', '-s', '/bin/sh', '-c', script]);

/** Bullseye has not merged /usr, so its grep is /bin/grep. */
const sh = (suite: string, script: string): string => {
  const bin = suite === 'bullseye' ? '/bin' : '/usr/bin';
  const words = script
    .replaceAll('SUDO', 'sudo -n --')
    .replaceAll('KEYS', `${bin}/${KEYS}`)
    .replaceAll('GREP', `${bin}/grep`)
    .replaceAll('STAT', `/usr/bin/${STAT}`)
    .replaceAll('TAIL', '/usr/bin/tail');
  return `p='${PATTERN}'\n${words}`;
};

async function outputsOf(report: ScanReport, host: string): Promise<readonly Output[]> {
  for await (const capture of readCaptures(report.folder, await openRun(report.folder)))
    if (capture.host.name === host) return capture.outputs;
  return [];
}

describe.skipIf(whyNoFleet().length > 0)('the printed sudoers file', () => {
  let fleet: Fleet;
  let full: ScanReport;
  let least: ScanReport;
  const visudo = new Map<string, Ran>();

  beforeAll(async () => {
    // One host has Match blocks: what they say is asked of sshd with arguments from the host.
    const variant = { bullseye: 'compliant', bookworm: 'sshd-match-password', trixie: 'compliant' };
    fleet = await startFleet(suites.map((suite) => `${suite} ${suite} ${variant[suite]}`));
    full = await scanFleet(fleet, ['-c', '2']);
    const plan = await runIn('/', [process.execPath, PROGRAM, 'plan', '--sudoers', 'audit@203.0.113.10']);
    expect(plan.exitCode, plan.stderr).toBe(0);
    const install = `cat >/tmp/file <<'END'\n${plan.stdout}END\nvisudo -cf /tmp/file && install -o root -g root -m 0440 /tmp/file ${FILE} && rm /etc/sudoers.d/audit`;
    for (const { name } of fleet.hosts) visudo.set(name, await fleet.exec(name, ['sh', '-c', install]));
    least = await scanFleet(fleet, ['-c', '2']);
  }, 300_000);

  afterAll(async () => {
    await fleet?.down();
  }, 120_000);

  describe.each(suites.map((suite) => ({ suite })))('on $suite', ({ suite }) => {
    test('is a sudoers file, and takes the place of full sudo', async () => {
      expect(visudo.get(suite)).toEqual({ exitCode: 0, stdout: '/tmp/file: parsed OK\n', stderr: '' });
      expect((await ran(fleet, suite, 'sudo -n true')).exitCode).toBe(1);
    });

    test('lets a scan determine whatever full sudo does', () => {
      const judged = (report: ScanReport) =>
        report.findings
          .filter(({ host }) => host === suite)
          .map(({ subject, check, verdict, reason }) => ({ subject, check, verdict, reason }));
      expect(judged(least).filter(({ reason }) => reason === 'no-privilege')).toEqual([]);
      expect(judged(least)).toEqual(judged(full));
      expect(judged(least).length).toBeGreaterThan(17);
    });

    test('lets every command run as root that full sudo runs as root', async () => {
      const asRoot = async (report: ScanReport) =>
        (await outputsOf(report, suite))
          .filter(({ uid }) => uid === 0)
          .map(({ probe, state, exitCode, argv }) => `${probe} ${state} ${exitCode} ${argv.at(-1)}`);
      expect(await asRoot(least)).toEqual(await asRoot(full));
      expect((await asRoot(least)).length).toBeGreaterThan(15);
    });

    test('leaves sudo nothing to refuse: no scan fills the log of the host with alarms', async () => {
      const log = await fleet.exec(suite, ['sh', '-c', 'journalctl -q -t sudo; cat /var/log/auth.log 2>/dev/null']);
      // The refusal that the first test of this file provokes is for /usr/bin/true.
      const refused = log.stdout.split('\n').filter((line) => /not allowed|password is required/.test(line));
      expect(refused.filter((line) => !/COMMAND=(\/usr)?\/bin\/true$/.test(line))).toEqual([]);
      expect(log.stdout).toContain('iptables-save');
    });

    test.each(ABUSES)('does not allow %s', async (_name, script) => {
      const { exitCode, stdout, stderr } = await ran(fleet, suite, sh(suite, script));
      expect(stderr).toMatch(/not allowed to execute|a password is required|may not run sudo/);
      expect(stdout).toBe('');
      expect(exitCode).not.toBe(0);
    });

    test('does not allow one argument more behind a fixed command', async () => {
      const fixed = probes.filter(({ as, each }) => as === 'root' && each === undefined);
      expect(fixed.length).toBeGreaterThan(10);
      for (const { argv } of fixed) {
        const words = argv.map((word) => `'${typeof word === 'string' ? word : word.glob}'`).join(' ');
        // The tool where this host has it, as the collector would find it.
        const script = `set -- ${words}; PATH=/usr/sbin:/usr/bin:/sbin:/bin; c=$(command -v "$1") || exit 77; shift; sudo -n -- "$c" "$@" /etc/shadow`;
        const { exitCode, stderr } = await ran(fleet, suite, script);
        if (exitCode === 77) continue;
        expect(stderr, words).toMatch(/not allowed to execute|a password is required/);
      }
    });

    test('shows of a file that is no key file at most which lines begin with #', async () => {
      const shadow = await ran(fleet, suite, sh(suite, 'SUDO KEYS "$p" -- /etc/shadow /etc/sudoers'));
      expect(shadow.stdout.split('\n').filter((line) => !/^(\/etc\/sudoers:\d+:#)?$/.test(line))).toEqual([]);
      const narrower = await ran(fleet, suite, sh(suite, 'SUDO KEYS "$p -- /x" /etc/shadow'));
      expect(narrower).toEqual({ exitCode: 1, stdout: '', stderr: '' });
    });
  });
});
