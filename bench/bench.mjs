// npm run bench [-- --quick | --outside] [--captures DIR]: how fast and how big the scanner is, beside a bare ssh2 log-in and OpenSSH's client.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { factNamesOf } from '../dist/src/cli/assessment.js';
import { builtinBaselines } from '../dist/src/cli/builtin.js';
import { programOf } from '../dist/src/collect/program.js';
import { probesFor } from '../dist/src/facts/derive.js';
import { startFarm } from './farm.mjs';
import { outsideView } from './outside.mjs';
import { EVALUATING, JUDGING, partsOf } from './profile.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, outside: { type: 'boolean' }, captures: { type: 'string' } },
});
const SIZES = values.quick ? [200] : [200, 1000, 5000];
const CONCURRENCY = 32;
/** OpenSSH's client is a process per host: it costs the same per host at any size, and stops here. */
const OPENSSH_HOSTS = 1000;
const LIMIT_MS = 15 * 60_000;

const scratch = mkdtempSync(join(tmpdir(), 'fleetproof-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(75));

/** Runs one client to its end. Returns what it used; throws when it ended with another code than these. */
async function measure(command, args, { exits = [0], env = {} } = {}) {
  const usage = join(scratch, 'usage.json');
  rmSync(usage, { force: true });
  const began = performance.now();
  const child = spawn(command, args, {
    cwd: scratch,
    env: { PATH: process.env.PATH, HOME: scratch, FLEETPROOF_BENCH_USAGE: usage, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (chunk) => (text[name] += chunk));
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - began) / 1000;
  if (!exits.includes(code)) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${text.stderr}`);
  return { seconds, ...text, ...(existsSync(usage) ? JSON.parse(readFileSync(usage, 'utf8')) : {}) };
}

async function scan(concurrency, flags = []) {
  const runs = mkdtempSync(join(scratch, 'runs-'));
  const options = [
    '-i',
    'fleet.yaml',
    '--no-network',
    '-o',
    runs,
    '-c',
    String(concurrency),
    '--known-hosts',
    'known_hosts',
  ];
  const args = [...flags, '--import', here('./usage.mjs'), here('../bin/fleetproof.js'), 'scan', ...options];
  // The replayed hosts have faults, as real ones do.
  const exits = [0, 100, 101];
  const used = await measure(process.execPath, [...args, '--format', 'json,html', '--json'], { exits });
  const { unreachable } = JSON.parse(used.stdout).summary.hosts;
  if (unreachable > 0) throw new Error(`${unreachable} hosts were not reached: the numbers would mean nothing.`);
  // The run stays until the end: for minutes after thousands of files were removed, ext4 takes longer to make new ones.
  return used;
}

function bare(count, ...program) {
  return measure(process.execPath, [
    ...['--import', here('./usage.mjs'), here('./bare-ssh2.mjs')],
    ...[scratch, String(count), String(CONCURRENCY), ...program],
  ]);
}

/** As `bare`, but sends what a scan sends, and takes and keeps what a scan gets: what the work between the two costs. */
function sameBytes(count) {
  const program = join(scratch, 'program.sh');
  writeFileSync(
    program,
    programOf(probesFor(factNamesOf(builtinBaselines(), 'inside')), randomBytes(16).toString('hex')),
  );
  return bare(count, program);
}

/** The client alone: xargs and the ssh processes, as the shell's `times` adds them up. */
async function openssh(hosts) {
  const options = [
    ...['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', 'UpdateHostKeys=no', 'LogLevel=ERROR'],
    ...['KexAlgorithms=curve25519-sha256', 'Ciphers=aes128-gcm@openssh.com', 'HostKeyAlgorithms=ssh-ed25519'],
    ...['GlobalKnownHostsFile=/dev/null', `IdentityFile=${join(scratch, 'id_ed25519')}`],
  ].map((option) => `-o ${option}`);
  const lines = hosts.map(
    ({ address, port }) =>
      `-o UserKnownHostsFile=${join(scratch, 'known_hosts.d', `${address}-${port}`)} -p ${port} audit@${address} true`,
  );
  writeFileSync(join(scratch, 'hosts.txt'), `${lines.join('\n')}\n`);
  const script = `xargs -P ${CONCURRENCY} -L 1 ssh -F none ${options.join(' ')} <hosts.txt; e=$?; times; exit $e`;
  const result = await measure('sh', ['-c', script]);
  const children = result.stdout
    .trim()
    .split('\n')
    .at(-1)
    .matchAll(/(\d+)m([\d.]+)s/g);
  const cpuMs = [...children].reduce((sum, [, minutes, seconds]) => sum + 60_000 * minutes + 1000 * seconds, 0);
  return { ...result, cpuMs };
}

const rows = [];

/** One row: the client's numbers, and what the hosts saw of it. */
async function row(farm, what, count, concurrency, run) {
  process.stderr.write(`${what}: ${count} hosts, ${concurrency} at a time …\n`);
  const before = await farm.seen();
  const used = await run();
  const after = await farm.seen();
  const entry = {
    what,
    count,
    concurrency,
    rate: count / used.seconds,
    cpu: used.cpuMs / count,
    rss: used.peakRssMiB,
    connections: (after.connections - before.connections) / count,
    execs: (after.execs - before.execs) / count,
  };
  rows.push(entry);
  return entry;
}

async function profileOf(count) {
  process.stderr.write(`fleetproof scan, profiled: ${count} hosts …\n`);
  const folder = join(scratch, 'profile');
  await scan(CONCURRENCY, ['--cpu-prof', '--cpu-prof-dir', folder]);
  const [file] = readdirSync(folder);
  return partsOf(JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

const hasSsh = spawnSync('sh', ['-c', 'command -v ssh && command -v xargs'], { stdio: 'ignore' }).status === 0;
const results = [];
for (const size of values.outside ? [] : SIZES) {
  const farm = await startFarm(size, scratch, values.captures);
  try {
    const scanned = await row(farm, 'fleetproof scan', size, CONCURRENCY, () => scan(CONCURRENCY));
    // All of them, so that each process has its start-up shared by as many hosts.
    const login = await row(farm, 'bare ssh2 log-in + true', size, CONCURRENCY, () => bare(size));
    await row(farm, 'bare ssh2, the same bytes', size, CONCURRENCY, () => sameBytes(size));
    const some = farm.hosts.slice(0, OPENSSH_HOSTS);
    const ssh = hasSsh
      ? await row(farm, 'OpenSSH client + true', some.length, CONCURRENCY, () => openssh(some))
      : undefined;
    if (size === 1000) await row(farm, 'fleetproof scan', size, 128, () => scan(128));
    const parts = size === SIZES.at(-1) ? await profileOf(size) : undefined;
    results.push({ size, scanned, login, ssh, parts });
  } finally {
    await farm.stop();
  }
}
if (!values.outside) process.stdout.write(report());
process.stdout.write(outsideReport(await outsideView(measure, scratch)));

function outsideReport({ rows: looked, perSite, tls, one }) {
  const peer = (tool) => looked.find((entry) => entry.tool === tool);
  const faster = (tool) => peer(tool).seconds / one;
  return [
    '\nOne site on loopback, its server in the same machine; whole processes, start-up included.\n',
    markdown(
      ['', 'seconds', 'connections'],
      looked.map(({ what, seconds, connections }) => [what, seconds.toFixed(2), connections]),
    ),
    markdown(
      ['target', 'wanted', 'measured', 'met'],
      [
        ['TLS connections per site and address', 'at most 15', tls, tls <= 15 ? 'yes' : 'NO'],
        ['seconds per further site', 'at most 1', perSite.toFixed(2), perSite <= 1 ? 'yes' : 'NO'],
        ...['testssl', 'sslscan']
          .filter((tool) => peer(tool) !== undefined)
          .map((tool) => [
            `times faster than ${tool}`,
            tool === 'testssl' ? 'at least 10' : '–',
            faster(tool).toFixed(1),
            tool !== 'testssl' || faster(tool) >= 10 ? 'yes' : 'NO',
          ]),
      ],
    ),
  ].join('\n');
}

function report() {
  const number = (value, digits) => (value === undefined ? '–' : value.toFixed(digits));
  const table = rows.map((entry) => [
    entry.what,
    entry.count,
    entry.concurrency,
    number(entry.rate, 1),
    number(entry.cpu, 1),
    number(entry.rss, 0),
    number(entry.connections, 2),
    number(entry.execs, 2),
  ]);
  const parts = results.find((result) => result.parts !== undefined)?.parts ?? new Map();
  const total = [...parts.values()].reduce((sum, ms) => sum + ms, 0);
  const percentOf = (named) => (100 * named.reduce((sum, part) => sum + (parts.get(part) ?? 0), 0)) / total;
  const share = [...parts].sort((a, b) => b[1] - a[1]).map(([part, ms]) => [part, number((100 * ms) / total, 1)]);
  const last = results.at(-1);
  const worst = (pick) => Math.max(...results.map(pick));
  const targets = [
    [
      'connections per host',
      '1',
      number(
        worst(({ scanned }) => scanned.connections),
        2,
      ),
      worst(({ scanned }) => scanned.connections) === 1,
    ],
    [
      'execs per host',
      '1',
      number(
        worst(({ scanned }) => scanned.execs),
        2,
      ),
      worst(({ scanned }) => scanned.execs) === 1,
    ],
    target('CPU per host, to a bare ssh2 log-in', 2, last.scanned.cpu / last.login.cpu, 'x'),
    ...(last.ssh === undefined
      ? []
      : [target("CPU per host, to OpenSSH's client", 60, (100 * last.scanned.cpu) / last.ssh.cpu, '%')]),
    target(`peak RSS at ${last.size} hosts`, 250, last.scanned.rss, 'MiB'),
    target('evaluating and both reports, of the CPU', 15, percentOf(EVALUATING), '%'),
    target('the same with reading the facts', 15, percentOf(JUDGING), '%'),
  ];
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}, ${process.platform}`;
  return [
    `${machine}. The client and the two processes that play the hosts share these cores, so hosts/s is a lower bound; CPU and memory are the client's alone, start-up of its process included.\n`,
    markdown(
      [
        '',
        'hosts',
        'at a time',
        'hosts/s',
        'CPU per host, ms',
        'peak RSS, MiB',
        'connections per host',
        'execs per host',
      ],
      table,
    ),
    markdown(['where the scanner spends its CPU', '%'], share),
    markdown(
      ['target', 'at most', 'measured', 'met'],
      targets.map(([what, limit, value, met]) => [what, limit, value, met ? 'yes' : 'NO']),
    ),
  ].join('\n');
}

function target(what, limit, value, unit) {
  return [what, `${limit} ${unit}`, `${value.toFixed(1)} ${unit}`, value <= limit];
}

function markdown(head, lines) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map((_, at) => (at === 0 ? '---' : '---:'))) + lines.map(line).join('');
}
