import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, type FleetHost, startFleet, whyNoFleet } from '../fleet/fleet.ts';
import { entryOf, runIn, type ScanReport, scanFleet, scratch, verdictsOf } from './scan.ts';
import { ADDRESS, compliantSeen, goodSite, rows, told } from './sites.ts';

/** What clients of a host with a variant named web-… have to trust. */
const ROOT = '/etc/ssl/fixture/root.pem';
const SITE = 'site:';
const hosts = rows.flatMap((row) => {
  const [first = ''] = row.variants.split(',');
  return row.on.map((suite) => ({ ...row, first, suite, name: `${first}-${suite}` }));
});

describe.skipIf(whyNoFleet().length > 0)('verdicts on real hosts that are seen from outside too', () => {
  let fleet: Fleet;
  let folder: string;
  let report: ScanReport;

  /** The host's line of the inventory: it names no site, but the file that their certificates are to be trusted by. */
  async function entry(host: FleetHost): Promise<string> {
    if (!host.variants.some((name) => name.startsWith('web-'))) return entryOf(host);
    const { stdout, stderr, exitCode } = await fleet.exec(host.name, ['cat', ROOT]);
    if (exitCode !== 0) throw new Error(`${host.name}: ${stderr}`);
    const caFile = join(folder, `${host.name}.pem`);
    await writeFile(caFile, stdout);
    return entryOf(host).replace(/ }$/, `, params: { tls-certificate: { caFile: ${caFile} } } }`);
  }

  const siteOf = (host: string, site: string) =>
    SITE + (site === ADDRESS ? `http://${fleet.host(host).address}:80` : `https://${site}.example:443`);

  const findingsOf = (host: string, subject: string) =>
    report.findings.filter((finding) => finding.host === host && finding.subject === subject);

  const explained = (host: string, subject: string) =>
    findingsOf(host, subject)
      .map(({ check, verdict, because }) => `${check}: ${verdict}: ${because}`)
      .join('\n');

  beforeAll(async () => {
    fleet = await startFleet(hosts.map(({ name, suite, variants }) => `${name} ${suite} ${variants}`));
    folder = await scratch();
    const entries = await Promise.all(fleet.hosts.map(entry));
    report = await scanFleet(fleet, ['-c', '16'], { hosts: entries, network: true });
  }, 600_000);

  afterAll(async () => {
    await fleet?.down();
  }, 120_000);

  describe.each(hosts)('$variants on $suite', ({ name, first, suite, host, sites }) => {
    test('the host', () => {
      const entry = report.hosts.find((one) => one.name === name);
      expect(entry).toMatchObject({ outcome: 'assessed', outside: { taken: true } });
      const seen = verdictsOf(report, name, (subject) => !subject.startsWith(SITE));
      expect(seen, explained(name, name)).toEqual({ ...compliantSeen(suite), ...host });
    });

    test('is asked no more than planned: 15 times over TLS for each site, 5 times over SSH', () => {
      const asked = report.evidence.filter((one) => one.host === name && one.state !== 'not-run');
      const of = (family: string) => asked.filter(({ argv }) => argv[0] === family);
      expect(of('ssh').length).toBeGreaterThan(1);
      expect(of('ssh').length).toBeLessThanOrEqual(5);
      for (const site of Object.keys(sites).filter((key) => key !== ADDRESS)) {
        const hellos = of('tls').filter(({ id }) => id.includes(`/${site}.example/`));
        expect(hellos.length, site).toBeGreaterThan(12);
        expect(hellos.length, site).toBeLessThanOrEqual(15);
      }
    });

    test('serves the sites that the table has', () => {
      const subjects = report.findings.flatMap((one) => (one.host === name ? [one.subject] : []));
      const seen = new Set(subjects.filter((subject) => subject.startsWith(SITE)));
      const expected = Object.keys(sites).map((site) => siteOf(name, site));
      expect([...seen].sort()).toEqual(expected.sort());
    });

    test.each(Object.entries(sites))('%s', (site, differs) => {
      const subject = siteOf(name, site);
      const seen = verdictsOf(report, name, (one) => one === subject);
      expect(seen, explained(name, subject)).toEqual({ ...goodSite, ...differs });
    });

    test.each(told.filter((row) => row[0] === first))('%s %s %s: the report says %s', (_, site, check, because) => {
      const findings = findingsOf(name, site === null ? name : siteOf(name, site));
      expect(findings.find((finding) => finding.check === check)?.because).toMatch(because);
    });
  });

  describe('OpenSSH 10, which makes a source wait that only looks', () => {
    const host = () => fleet.host('web-compliant-trixie');
    const logIn = (...options: readonly string[]) => {
      const trust = ['-F', 'none', '-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${fleet.knownHosts}`];
      const who = ['-i', fleet.keys.audit, '-l', 'audit'];
      return runIn(folder, fleet.wrap(['ssh', ...trust, ...options, ...who, host().address, 'echo in']));
    };

    test('lets the scanner in again after the whole outside view', async () => {
      const { stdout } = await fleet.exec(host().name, ['sshd', '-T']);
      expect(stdout).toMatch(/^persourcepenalties crash:90 authfail:5 noauth:1 /m);
      const asked = report.evidence.filter(({ host: name, argv }) => name === host().name && argv[0] === 'ssh');
      expect(asked.filter(({ state }) => state === 'answered').length).toBeGreaterThan(1);
      expect(await logIn()).toMatchObject({ exitCode: 0, stdout: 'in\n' });
    });

    test('and makes another one wait that asks without a pause', async () => {
      const [attacker = ''] = fleet.scanner.attackers;
      const ask = () => logIn('-b', attacker, '-o', 'PreferredAuthentications=none');
      // A second of waiting each, which counts from 15 seconds on.
      for (let n = 0; n < 6; n += 1) await Promise.all([ask(), ask(), ask(), ask()]);
      expect(await logIn('-b', attacker)).toMatchObject({ exitCode: 255, stdout: '' });
      const script = 'journalctl -q -o cat -b -u ssh | grep -i penalty';
      const journal = await fleet.exec(host().name, ['sh', '-c', script]);
      expect(journal.stdout).toContain(`[${attacker}]`);
      expect(journal.stdout).not.toContain(`[${fleet.scanner.addresses[0]}]`);
    });
  });
});
