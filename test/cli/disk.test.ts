import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  fleetproof,
  folderFor,
  knownLine,
  PROGRAM,
  place,
  recording,
  replaying,
  reportIn,
  runsIn,
  SCAN,
  talking,
} from './support.ts';

describe('an output folder that cannot be', () => {
  test.each([
    ['below a file', 'fleet.yaml/runs', /fleet\.yaml/],
    ['a file', 'fleet.yaml', /fleet\.yaml/],
    ['where nobody can write', '/proc/runs', /\/proc/],
    ['with a name that is too long', 'x'.repeat(300), /name too long/],
  ])('(%s) ends with 73 before any connection', async (_name, out, message) => {
    const server = await talking('');
    let connections = 0;
    const counting = setInterval(() => {
      connections = Math.max(connections, server.open.size);
    }, 5);
    const cwd = folderFor({ h: place(server) }, '');
    const { code, stdout, stderr } = await fleetproof([...SCAN, '-o', out], { cwd });
    clearInterval(counting);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/Choose another with -o DIR\.$/m);
    expect(stdout).toBe('');
    expect(code).toBe(73);
    expect(connections).toBe(0);
  });

  test('is said by evaluate, report and init as well', async () => {
    const server = await replaying(recording('web-1'));
    const cwd = folderFor({ h: place(server) }, knownLine(server));
    await fleetproof([...SCAN, '--format', 'json'], { cwd });
    const run = `runs/${runsIn(cwd)[0]}`;
    const codes = await Promise.all(
      [
        ['evaluate', run, '-o', 'fleet.yaml'],
        ['report', run, '--format', 'json', '-o', 'nowhere/report.json'],
        ['init', 'fleet.yaml/below'],
      ].map(async (args) => (await fleetproof(args, { cwd })).code),
    );
    expect(codes).toEqual([73, 74, 73]);
  });
});

test('a run that names a folder elsewhere as its id does nothing to that folder', async () => {
  const server = await replaying(recording('web-1'));
  const cwd = folderFor({ h: place(server) }, knownLine(server));
  await fleetproof([...SCAN, '--format', 'json'], { cwd });
  const [run = ''] = runsIn(cwd);
  const file = join(cwd, 'runs', run, 'run.json');
  const other = join(cwd, '.other.partial');
  mkdirSync(other);
  writeFileSync(join(other, 'theirs'), 'kept');
  const id = join('..', '..', '..', '..', '..', '..', cwd, '.other');
  writeFileSync(file, readFileSync(file, 'utf8').replace(`"id": "${run}"`, `"id": "/${id}"`));
  expect((await fleetproof(['report', `runs/${run}`, '--format', 'json', '-o', 'report.json'], { cwd })).code).toBe(0);
  expect(readdirSync(other)).toEqual(['theirs']);
});

test('a report is written into a pipe or a device as it is, and over a file only when it is whole', async () => {
  const server = await replaying(recording('web-1'));
  const cwd = folderFor({ h: place(server) }, knownLine(server));
  await fleetproof([...SCAN, '--format', 'json'], { cwd });
  const report = ['report', `runs/${runsIn(cwd)[0]}`, '--format', 'json', '-o'];
  symlinkSync('/dev/null', join(cwd, 'sink'));
  expect(await fleetproof([...report, 'sink'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(statSync(join(cwd, 'sink')).isCharacterDevice()).toBe(true);
  symlinkSync('/dev/full', join(cwd, 'full'));
  expect(await fleetproof([...report, 'full'], { cwd })).toMatchObject({
    code: 74,
    stderr: expect.stringContaining('full'),
  });
  expect(statSync(join(cwd, 'full')).isCharacterDevice()).toBe(true);
  writeFileSync(join(cwd, 'kept'), 'before');
  await fleetproof([...report, 'kept'], { cwd });
  expect(JSON.parse(readFileSync(join(cwd, 'kept'), 'utf8'))).toHaveProperty('schemaVersion', '1.0');
  expect(readdirSync(cwd).filter((name) => name.includes('partial'))).toEqual([]);
});

test('two scans into the same folder at once are both whole', async () => {
  const server = await replaying(recording('web-1'));
  const cwd = folderFor({ h: place(server) }, knownLine(server));
  const both = await Promise.all([1, 2, 3].map(() => fleetproof(SCAN, { cwd })));
  expect(both.map(({ code }) => code)).toEqual([101, 101, 101]);
  const runs = runsIn(cwd);
  expect(new Set(runs).size).toBe(3);
  for (const run of runs) {
    expect(readdirSync(join(cwd, 'runs', run)).sort()).toEqual(
      ['captures.ndjson', 'findings.ndjson', 'report.html', 'report.json', 'run.json'].sort(),
    );
    const again = await fleetproof(['evaluate', `runs/${run}`], { cwd });
    expect(again.code).toBe(101);
  }
  expect(reportIn(cwd).hosts).toHaveLength(1);
}, 60_000);

/** A file system of a few pages, in a mount namespace of the command's own. Needs no root where the kernel lets users do it. */
const NAMESPACE = ['-r', '-m'];
const canMount =
  spawnSync('unshare', [...NAMESPACE, 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' }).status === 0;
if (!canMount) console.warn('\nFULL DISKS ARE NOT TESTED: this machine lets nobody mount a file system.\n');

describe.skipIf(!canMount)('a disk that is full', () => {
  test.each([
    ['before the scan', 'nr_inodes=2', 73, false, 1],
    ['while captures come in', 'size=64k', 74, true, 1],
    // Some of a group still have room for theirs.
    ['while a group of captures comes in', 'size=200k', 74, true, 8],
    ['while reports are written', 'size=300k', 74, true, 1],
  ])('%s (%s) ends with %i and leaves nothing', async (_name, limit, expected, asked, count) => {
    const servers = await Promise.all(Array.from({ length: count }, () => replaying(recording('web-2'))));
    const hosts = Object.fromEntries(servers.map((server, at) => [`h-${at}`, place(server)]));
    const cwd = folderFor(hosts, servers.map((server) => knownLine(server)).join(''));
    mkdirSync(join(cwd, 'small'));
    const script = `mount -t tmpfs -o ${limit} none small || exit 99
"$0" "$@"; code=$?
echo "left: $(ls -A small | tr '\\n' ' ')"
exit $code`;
    const args = [...NAMESPACE, 'sh', '-c', script, process.execPath, PROGRAM, ...SCAN, '-o', 'small'];
    const env = { PATH: process.env.PATH, HOME: cwd };
    const child = spawn('unshare', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(text).toMatch(/no space left on device/i);
    expect(text).not.toMatch(/internal error/);
    expect(text).toMatch(/^left: $/m);
    expect(code).toBe(expected);
    expect(servers.some(({ seen }) => seen.connections > 0)).toBe(asked);
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
  });
});
