import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetproof, folderWith, PROGRAM } from './support.ts';

let connections = 0;
const server = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => void server.close());

const HOSTS = () => `hosts:\n  - { name: web-1, address: 127.0.0.1, port: ${port} }\n`;

describe('what cannot be used stops before any connection', () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>>, number, RegExp]>([
    ['no command', [], {}, 64, /Name a command/],
    ['an unknown command', ['scna'], {}, 64, /Did you mean "scan"/],
    ['a command that is no word', ['--_=checks'], {}, 64, /word of its own/],
    [
      'an unknown option',
      ['scan', 'h', '--fial-on', 'any'],
      {},
      64,
      /Unknown option --fial-on\. Did you mean --fail-on\?/,
    ],
    [
      'an unknown value',
      ['scan', 'h', '--fail-on', 'hihg'],
      {},
      64,
      /--fail-on cannot be "hihg"\. .*Did you mean "high"\?/,
    ],
    ['one argument too many', ['checks', 'ssh-key-only', 'b'], {}, 64, /Unexpected argument "b"\./],
    // yargs would make a list of the two, which no gate fails.
    [
      'an option twice',
      ['scan', 'h', '--fail-on', 'any', '--fail-on', 'any'],
      {},
      64,
      /--fail-on is given more than once/,
    ],
    ['a choice without its value', ['scan', 'h', '--fail-on'], {}, 64, /--fail-on has no value\./],
    ['a value for a switch', ['scan', 'h', '--allow-unknown=no'], {}, 64, /--allow-unknown is a switch/],
    ['two formats for one report', ['report', 'r', '--format', 'json,html'], {}, 64, /Expected one format/],
    [
      'an unknown format',
      ['scan', '-i', 'fleet.yaml', '--format', 'htlm'],
      {},
      64,
      /no report format "htlm".*Did you mean "html"/,
    ],
    ['an unknown check', ['checks', 'ssh-key-onyl'], {}, 64, /Did you mean "ssh-key-only"/],
    ['an unknown baseline', ['scan', '-i', 'fleet.yaml', '-b', 'cleavrr'], {}, 64, /Did you mean "cleavr"/],
    ['an unknown schema', ['schema', 'inventroy'], {}, 64, /inventory/],
    ['a bad duration', ['scan', '-i', 'fleet.yaml', '--host-timeout', 'soon'], {}, 64, /duration such as 30s/],
    ['a bad number', ['scan', '-i', 'fleet.yaml', '-c', '0'], {}, 64, /whole number from 1 to 1000/],
    ['a duration that no timer can wait', ['scan', 'h', '--run-timeout', '25d'], {}, 64, /at most 24d/],
    [
      'the same in the configuration',
      ['scan', 'h'],
      { 'fleetproof.yaml': 'timeouts: { run: 30d }\n' },
      78,
      /fleetproof\.yaml:1:18: No timer/,
    ],
    // The run's timer must not keep the process.
    [
      'a bad duration beside a long run',
      ['scan', 'h', '--run-timeout', '1h', '--connect-timeout', '5'],
      {},
      64,
      /--connect-timeout "5"/,
    ],
    [
      'sites that nobody may look at',
      ['scan', '--site', 'https://a.example', '--no-network'],
      {},
      64,
      /--no-network forbids/,
    ],
    [
      'sites beside a configuration without network',
      ['plan', '--site', 'https://a.example'],
      { 'fleetproof.yaml': 'network: false\n' },
      64,
      /network: false in the configuration/,
    ],
    ['an empty limit', ['plan', '-i', 'fleet.yaml', '--limit', ','], {}, 64, /--limit is empty/],
    ['an argument by its name', ['plan', 'a', '--hosts', 'b'], {}, 64, /Unknown option --hosts/],
    ['a negated option that is no switch', ['plan', 'a', '--no-inventory'], {}, 64, /Unknown option --no-inventory/],
    ['an option with a dot', ['plan', 'a', '--limit.x=1'], {}, 64, /Unknown option --limit\.x/],
    ['a format with nowhere to write it', ['evaluate', 'run', '--format', 'html'], {}, 64, /Expected -o DIR/],
    ['an unknown format to judge again', ['evaluate', 'run', '--format', 'htlm'], {}, 64, /Did you mean "html"/],
    ['no host', ['scan'], {}, 64, /No host is given/],
    ['a limit that matches nothing', ['scan', '-i', 'fleet.yaml', '--limit', 'wbe-1'], {}, 64, /web-1/],
    ['a missing inventory', ['scan', '-i', 'nowhere.yaml'], {}, 66, /nowhere\.yaml/],
    ['an empty inventory', ['scan', '-i', 'empty.yaml'], { 'empty.yaml': '' }, 65, /empty\.yaml/],
    [
      'a malformed inventory',
      ['scan', '-i', 'bad.yaml'],
      { 'bad.yaml': 'hosts:\n  - { name: web-1\n' },
      65,
      /bad\.yaml:\d+:\d+/,
    ],
    [
      'an unknown key',
      ['scan', '-i', 'bad.yaml'],
      { 'bad.yaml': 'hosts:\n  - { name: a, adress: 127.0.0.1 }\n' },
      65,
      /bad\.yaml:2:\d+.*address/,
    ],
    ['a duplicate key', ['scan', '-i', 'bad.yaml'], { 'bad.yaml': 'hosts: []\nhosts: []\n' }, 65, /bad\.yaml:2:\d+/],
    [
      'a duplicate host',
      ['scan', '-i', 'bad.yaml'],
      { 'bad.yaml': 'hosts:\n  - { name: a }\n  - { name: a }\n' },
      65,
      /bad\.yaml:3:\d+/,
    ],
    [
      'an inventory of more than 1 MiB',
      ['scan', '-i', 'big.yaml'],
      { 'big.yaml': `# ${'x'.repeat(1_100_000)}\n` },
      65,
      /1 MiB/,
    ],
    [
      'a YAML bomb',
      ['scan', '-i', 'bomb.yaml'],
      {
        'bomb.yaml': `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((key, at) => `${key}: &${key} [${`*${'abcdefgh'[at]},`.repeat(9)}]`).join('\n')}\n`,
      },
      65,
      /bomb\.yaml/,
    ],
    [
      'a baseline with an unknown check',
      ['scan', '-i', 'fleet.yaml', '-b', './b.yaml'],
      {
        'b.yaml':
          'id: b\ntitle: B\nversion: 1\nextends: [cleavr]\ncontrols:\n  cleavr-2:\n    checks: { firewall-actve: {} }\n',
      },
      65,
      /b\.yaml:7:\d+.*firewall-active/,
    ],
    [
      'a baseline with an unknown parameter',
      ['scan', '-i', 'fleet.yaml', '-b', './b.yaml'],
      {
        'b.yaml':
          'id: b\ntitle: B\nversion: 1\nextends: [cleavr]\ncontrols:\n  cleavr-2:\n    checks: { firewall-allowed-ports: { alowed: [22/tcp] } }\n',
      },
      65,
      /b\.yaml:7:\d+.*allowed/,
    ],
    [
      'a configuration with an unknown key',
      ['scan'],
      { 'fleetproof.yaml': 'inventori: fleet.yaml\n' },
      78,
      /fleetproof\.yaml:1:1.*inventory/,
    ],
  ])('%s', async (_name, args, files, code, message) => {
    const cwd = folderWith({ 'fleet.yaml': HOSTS(), ...files });
    const ran = await fleetproof(args, { cwd });
    expect(ran.stderr.replaceAll('\n', ' ')).toMatch(message);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toBe('');
    expect(existsSync(`${cwd}/runs`)).toBe(false);
    expect(connections).toBe(0);
  });
});

describe('what explains itself', () => {
  test.each<[readonly string[], RegExp]>([
    [['--help'], /fleetproof scan/],
    [['--version'], /^fleetproof \d+\.\d+\.\d+/],
    [['checks'], /ssh-key-only\s+critical/],
    [['checks', 'ssh-key-only'], /How to fix it/],
    [
      ['checks', 'tls-ciphers'],
      /How it looks\n {2}- From outside: TLS connections: versions, suites and certificates\n/,
    ],
    [['checks', 'tls-ciphers', '--json'], /"exchanges": \[\s+"tls"\s+\]/],
    [['checks', '--json'], /"id": "ssh-key-only"/],
    [['baselines'], /^cleavr\s/],
    [['baselines', 'cleavr'], /cleavr-3/],
    [['schema', 'inventory'], /"\$schema"/],
    [['schema', 'report'], /"\$schema"/],
    [['plan', '-i', 'fleet.yaml'], /one connection and one exec/],
    [['plan', '--script'], /^# fleetproof collector/],
    [['plan', '--sudoers'], /^audit ALL=\(root\) NOPASSWD: .*FLEETPROOF$/m],
    [['plan', '-i', '-'], /web-1/],
  ])('%j', async (args, output) => {
    const cwd = folderWith({ 'fleet.yaml': HOSTS() });
    const ran = await fleetproof(args, { cwd, input: HOSTS() });
    expect(ran.stdout).toMatch(output);
    expect(ran.code).toBe(0);
    expect(connections).toBe(0);
  });

  test('nothing is wider than 80 columns but what cannot be broken', async () => {
    const cwd = folderWith({});
    for (const args of [['--help'], ['scan', '--help'], ['checks'], ['baselines', 'cleavr']]) {
      const { stdout } = await fleetproof(args, { cwd });
      const wide = stdout.split('\n').filter((line) => line.length > 80 && /\s\S+\s/.test(line.trim()));
      expect(wide, args.join(' ')).toEqual([]);
    }
  });

  test('init writes a start once, and plan reads it', async () => {
    const cwd = folderWith({});
    expect((await fleetproof(['init'], { cwd })).stdout).toMatch(/fleet\.yaml written/);
    expect((await fleetproof(['init'], { cwd })).stdout).toMatch(/stays as it is/);
    const plan = await fleetproof(['plan'], { cwd });
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(/audit@203\.0\.113\.10:22/);
  });

  test.each([
    ['a reader that goes away', '| head -c 1', 0, ''],
    ['a disk that is full', '> /dev/full', 74, 'Standard output could not be written'],
  ])('%s is no crash', (_name, sink, code, message) => {
    const shell = `"$0" "$1" checks --json ${sink}; echo "code \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', shell, process.execPath, PROGRAM], { encoding: 'utf8' });
    expect(stdout).toMatch(new RegExp(`code ${code}\n$`));
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/at .*\.js:\d+/);
  });
});
