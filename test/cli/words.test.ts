import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fleetproof, folderWith, PROGRAM } from './support.ts';

const FLEET = 'defaults: { user: audit }\nhosts:\n  - { name: web-1 }\n  - { name: web-2 }\n';
const CONFIG = 'inventory: fleet.yaml\n';

const run = (args: readonly string[], files: Readonly<Record<string, string>> = {}) =>
  fleetproof(args, { cwd: folderWith({ 'fleet.yaml': FLEET, 'fleetproof.yaml': CONFIG, ...files }) });

// yargs makes an empty list of each, as if the option did not stand there: the whole fleet, another baseline, no pin.
test.each([
  [['plan', '--limit='], '--limit has no value'],
  [['plan', '--limit', ''], '--limit has no value'],
  [['plan', '--limit'], '--limit has no value'],
  [['plan', '--limit', '--json'], '--limit has no value'],
  [['plan', '--limit', '--', 'web-1'], '--limit has no value'],
  [['plan', '--baseline='], '--baseline has no value'],
  [['plan', 'web-1', '-b'], '--baseline has no value'],
  [['plan', '--site='], '--site has no value'],
  [['plan', '-i', ''], '--inventory has no value'],
  [['plan', '--config='], '--config has no value'],
  [['scan', '--known-hosts='], '--known-hosts has no value'],
  [['scan', '--knownHosts='], '--known-hosts has no value'],
  [['scan', '-o', ''], '--out has no value'],
])('%j is refused', async (args, message) => {
  const { code, stderr, stdout } = await run(args);
  expect(stderr).toContain(message);
  expect(stderr.split('\n')).toHaveLength(2);
  expect(stdout).toBe('');
  expect(code).toBe(64);
});

test.each([
  [['plan', '--json', '--', 'web-1'], ['web-1']],
  [
    ['plan', '--json', 'web-2', '--', 'web-1'],
    ['web-2', 'web-1'],
  ],
  [['plan', '--json', '--limit', 'web-2', '--'], ['web-2']],
])('%j: what stands behind -- is a host', async (args, names) => {
  const { stdout, code } = await run(args);
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as { hosts: { name: string }[] }).hosts.map(({ name }) => name)).toEqual(names);
});

test('an option behind -- is none, and no name either', async () => {
  const { stderr, code } = await run(['plan', 'web-1', '--', '--json']);
  expect(stderr).toContain('Unexpected argument "--json".');
  expect(code).toBe(64);
});

test.each([
  [['schema', 'nope'], 'There is no schema "nope". Expected report, baseline, config or inventory.'],
  [['schema', 'inventroy'], 'Did you mean "inventory"?'],
  [['schema'], 'It lacks an argument: fleetproof schema <name>.'],
  [['evaluate', '--json'], 'It lacks an argument: fleetproof evaluate <run>.'],
  [['scna'], 'There is no command "scna". Did you mean "scan"?'],
  [['version'], 'There is no command "version".'],
  [['report', 'runs/x'], '--format is missing.'],
  [['plan', '--sudoers', '--script'], '--sudoers and --script exclude each other.'],
  [['plan', '--limit', '!'], '--limit "!" matches no host and no group.'],
  [['plan', '--limit', 'tag:'], '--limit "tag:" matches no host and no group.'],
  [['plan', '--limit', '!web-3'], '--limit "!web-3" matches no host and no group.'],
])('%j says what is wrong with it', async (args, message) => {
  const { stderr, stdout, code } = await run(args);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
  expect(code).toBe(64);
});

test.each([
  [
    'scan',
    'format: [json, htmll]\n',
    78,
    'fleetproof.yaml:2:16: There is no report format "htmll". Expected json, html.',
  ],
  ['scan', 'format: json,htlm\n', 78, 'fleetproof.yaml:2:9: There is no report format "htlm".'],
  ['plan', 'format: htlm\n', 78, 'fleetproof.yaml:2:9: There is no report format "htlm".'],
  ['plan', 'baseline: [./nope.yaml]\n', 66, 'fleetproof.yaml:2:12: '],
  ['plan', 'baseline: [cleavrr]\n', 78, 'fleetproof.yaml:2:12: There is no baseline "cleavrr".'],
  ['plan', 'limit:\n  - web-1\n  - web-9\n', 78, 'fleetproof.yaml:4:5: limit "web-9" matches no host and no group.'],
  ['plan', 'limit: ","\n', 78, 'fleetproof.yaml:2:8: limit is empty.'],
  ['plan', 'limit: "!all"\n', 78, 'fleetproof.yaml:2:8: limit "!all" leaves no host.'],
  ['scan', 'knownHosts: nope\n', 66, '/nope: The file does not exist.'],
])('%s with %j in the configuration', async (command, config, expected, message) => {
  const { stderr, stdout, code } = await run([command], { 'fleetproof.yaml': `${CONFIG}${config}` });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('--');
  expect(stdout).toBe('');
  expect(code).toBe(expected);
});

// Beside --accept-new-host-keys, a pin that is not there would let in whoever answers.
test.each([
  ['nope', 'nope: The file does not exist.'],
  ['.', '.: This is a folder.'],
])('--known-hosts %s is refused', async (file, message) => {
  const { stderr, code } = await run(['scan', '--known-hosts', file]);
  expect(stderr).toContain(message);
  expect(code).toBe(66);
});

test('standard input without end is refused, not read', () => {
  const endless = openSync('/dev/zero', 'r');
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'plan', '-i', '-'], {
    stdio: [endless, 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 20_000,
  });
  closeSync(endless);
  expect(stderr).toContain('standard input:1:1: The file is larger than 1 MiB.');
  expect(status).toBe(65);
});

test('plan writes an address of IPv6 so that its port can be told from it', async () => {
  const files = {
    'fleet.yaml':
      'hosts:\n  - { name: a, address: "2001:db8::7", port: 2222, user: u, jump: ["j@[2001:db8::1]:23"] }\n',
  };
  expect((await run(['plan'], files)).stdout).toContain('a  u@[2001:db8::7]:2222  through');
  expect(JSON.parse((await run(['plan', '--json'], files)).stdout)).toMatchObject({
    hosts: [{ address: '2001:db8::7', jump: ['j@[2001:db8::1]:23'] }],
  });
});

test('init says where to go on', async () => {
  const { stdout } = await run(['init', 'fleet']);
  expect(stdout).toContain('  cd fleet\n  fleetproof plan\n');
  expect((await run(['init'])).stdout).not.toContain('cd ');
});

test.runIf(process.platform === 'linux')('init ends where no folder can be made', async () => {
  expect(await run(['init', '/proc/fleetproof'])).toMatchObject({ code: 73 });
});

test('plan says of sites beside an inventory that nobody logs in there', async () => {
  const args = ['plan', '--site', 'https://shop.example', '-i', 'fleet.yaml'];
  const plan = await run(args);
  expect(plan.stdout).toContain('2 hosts, one connection and one exec');
  expect(plan.stdout).not.toContain('@shop.example');
  const { hosts, outside } = JSON.parse((await run([...args, '--json'])).stdout) as Record<
    'hosts',
    { name: string }[]
  > & {
    outside: { hosts: { name: string }[] };
  };
  expect(hosts.map(({ name }) => name)).toEqual(['web-1', 'web-2']);
  expect(outside.hosts.map(({ name }) => name)).toEqual(['web-1', 'web-2', 'shop.example']);
  const rules = (await run([...args, '--sudoers'])).stdout.split('\n').filter((line) => line.endsWith(' FLEETPROOF'));
  expect(rules).toEqual([expect.stringMatching(/^audit /)]);
});

test('plan --sudoers without anything that runs as root is no file that sudo refuses', async () => {
  const { code, stdout } = await run(['plan', '--sudoers', '--site', 'https://shop.example']);
  expect(stdout).toBe('# Nothing runs as root: no rule is needed.\n');
  expect(code).toBe(0);
});

test('a site that is none is a wrong option', async () => {
  const { code, stderr } = await run(['scan', '--site', 'ftp://a.example']);
  expect(stderr).toContain('--site: The site "ftp://a.example" has the unknown scheme "ftp"');
  expect(code).toBe(64);
});
