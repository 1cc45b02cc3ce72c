import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configProbe, readConfig } from '../../src/facts/fail2ban/config.ts';
import { Ignorance } from '../../src/model/fact.ts';
import { type Distro, output, outputs, runSnippet, SHELLS, sample } from './recorded.ts';

describe('the configuration', () => {
  /** The recording cut long lines at 260 characters and left the actions out. */
  const dump = (distro: Distro): string =>
    sample('fail2ban', distro, '02-dump')
      .split('\n')
      .filter((line) => line.startsWith('[') && line.endsWith(']') && !line.startsWith('[exit'))
      .join('\n');

  test.each<[Distro, string]>([
    ['debian11', 'iptables-multiport'],
    ['debian12', 'iptables-multiport'],
    ['debian13', 'nftables'],
    ['ubuntu2004', 'iptables-multiport'],
    ['ubuntu2204', 'iptables-multiport'],
    ['ubuntu2404', 'nftables'],
  ])('of %s as shipped', (distro, action) => {
    const [jail, ...others] = readConfig(outputs(output('fail2ban-config', dump(distro)))).jails;
    expect(others).toEqual([]);
    expect(jail).toMatchObject({ name: 'sshd', maxRetry: 5, findTime: 600, banTime: 600 });
    expect(jail?.actions.map(({ name }) => name)).toEqual([action]);
    expect(jail?.source.kind).toBe(action === 'nftables' ? 'journal' : 'files');
  });

  test.each([
    ['debian11', 'sshd', 'iptables', 'INPUT'],
    ['debian12', 'sshd', 'iptables', 'INPUT'],
    ['debian13', 'sshd-session', 'nft', 'hook:input'],
  ] as const)('of %s through the snippet, in every shell', (distro, processes, tool, place) => {
    const raw = sample('fail2ban', distro, 'dump-default');
    for (const shell of SHELLS) {
      const text = runSnippet(configProbe.snippet ?? '', shell, { 'fail2ban-client': raw });
      const [jail] = readConfig(outputs(output('fail2ban-config', text))).jails;
      expect(jail).toMatchObject({ name: 'sshd', processes, ownPatterns: false, ignoredByCommand: false });
      expect(jail?.actions).toMatchObject([
        { tools: [tool], ports: 'ssh', protocol: 'tcp', places: [place], letsIn: false },
      ]);
    }
    expect(SHELLS.length).toBeGreaterThan(1);
  });

  /** The recording with one word of its actions in another place, as `chain` or `chain_hook` put it. */
  test.each([
    ['debian11', / INPUT /g, ' DOCKER-USER ', ['DOCKER-USER']],
    ['debian12', / INPUT /g, ' DOCKER-USER ', ['DOCKER-USER']],
    ['debian12', / INPUT /g, ' <chain> ', []],
    ['debian13', /hook input/g, 'hook forward', ['hook:forward']],
    ['debian13', /type filter hook input/g, 'ip saddr', []],
  ] as const)('of %s shows where %s became %s', (distro, from, to, places) => {
    const raw = sample('fail2ban', distro, 'dump-default').replaceAll(from, to);
    for (const shell of SHELLS) {
      const text = runSnippet(configProbe.snippet ?? '', shell, { 'fail2ban-client': raw });
      const [jail] = readConfig(outputs(output('fail2ban-config', text))).jails;
      expect(jail?.actions[0]?.places).toEqual(places);
    }
  });

  test.each([
    ['debian11', 'REJECT --reject-with icmp-port-unreachable', 'ACCEPT', true],
    ['debian12', 'REJECT --reject-with icmp-port-unreachable', 'LOG', true],
    ['debian13', "['blocktype', 'reject']", "['blocktype', 'accept']", true],
    ['debian13', "['blocktype', 'reject']", "['blocktype', 'drop']", false],
  ] as const)('of %s, with %s as %s, lets in: %s', (distro, from, to, letsIn) => {
    const raw = sample('fail2ban', distro, 'dump-default');
    expect(raw).toContain(from);
    for (const shell of SHELLS) {
      const text = runSnippet(configProbe.snippet ?? '', shell, { 'fail2ban-client': raw.replaceAll(from, to) });
      const [jail] = readConfig(outputs(output('fail2ban-config', text))).jails;
      expect(jail?.actions).toMatchObject([{ letsIn }]);
    }
  });

  test.each([
    ['a failregex of its own', /'addfailregex', .*/, "'addfailregex', '^never <HOST>$']"],
    ['an ignoreregex', /$/, "\n['set', 'sshd', 'addignoreregex', '.*']\n['start', 'sshd']"],
  ])('with %s has patterns of its own', (_, from, to) => {
    const raw = sample('fail2ban', 'debian13', 'dump-default').trimEnd().replace("\n['start', 'sshd']", '');
    const changed = from.source === '$' ? raw.replace(from, to) : `${raw.replace(from, to)}\n['start', 'sshd']`;
    for (const shell of SHELLS) {
      const text = runSnippet(configProbe.snippet ?? '', shell, { 'fail2ban-client': changed });
      const [jail] = readConfig(outputs(output('fail2ban-config', text))).jails;
      expect(jail).toMatchObject({ name: 'sshd', ownPatterns: true });
    }
  });

  test.each(['debian11', 'debian12', 'debian13'] as const)('keeps secrets of actions on the host, on %s', (distro) => {
    const raw = sample('fail2ban', distro, 'dump-custom');
    expect(raw).toContain('0123456789abcdef');
    expect(raw).toContain('s3cret');
    const text = runSnippet(configProbe.snippet ?? '', 'sh', { 'fail2ban-client': raw });
    expect(text).not.toContain('0123456789abcdef');
    expect(text).not.toContain('s3cret');
    const { jails } = readConfig(outputs(output('fail2ban-config', text)));
    expect(jails.map(({ name, processes }) => [name, processes])).toEqual([
      ['sshd', distro === 'debian13' ? 'sshd-session' : 'sshd'],
      ['dropbear', null],
    ]);
    expect(jails[0]).toMatchObject({ banTime: 5400, ignoredByCommand: true });
    expect(jails[0]?.actions).toEqual([
      { name: 'nftables', tools: ['nft'], ports: null, protocol: 'tcp', places: ['hook:input'], letsIn: false },
      { name: 'cloudflare', tools: [], ports: null, protocol: '', places: [], letsIn: false },
      { name: 'sendmail', tools: [], ports: null, protocol: '', places: [], letsIn: false },
    ]);
  });

  test('has no log where the file is missing', () => {
    const start = "['add', 'sshd', 'auto']\n['start', 'sshd']";
    const [jail] = readConfig(outputs(output('fail2ban-config', start))).jails;
    expect(jail?.source).toEqual({ kind: 'files', files: [] });
  });

  test.each([
    [
      'an unreadable file',
      "unreadable /etc/fail2ban/jail.local\n['start', 'sshd']",
      'may not read /etc/fail2ban/jail.local',
    ],
    ['a line that is no list', "['set', 'sshd', 'maxretry', 5", 'not a list of words'],
    ['an action without its tools', 'action\tsshd\tnftables', 'unknown form'],
  ])('is unknown with %s', (_, text, message) => {
    const read = () => readConfig(outputs(output('fail2ban-config', text)));
    expect(read).toThrow(Ignorance);
    expect(read).toThrow(message);
  });

  test('is unknown where the client fails', () => {
    expect(() => readConfig(outputs(output('fail2ban-config', '', { exitCode: 255 })))).toThrow(Ignorance);
  });

  test('is unknown where a folder may not be listed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleetproof-fail2ban-'));
    try {
      mkdirSync(join(folder, 'jail.d'), { mode: 0o000 });
      chmodSync(folder, 0o755);
      const snippet = (configProbe.snippet ?? '')
        .replaceAll('/etc/fail2ban', folder)
        .replace('fail2ban-client -d', 'true');
      // Root may list everything, so somebody else has to ask.
      const asUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const run = spawnSync('sh', ['-c', snippet], { encoding: 'utf8', ...asUser });
      expect(() => readConfig(outputs(output('fail2ban-config', run.stdout)))).toThrow(`may not read ${folder}/jail.d`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
