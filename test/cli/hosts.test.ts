import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDemoCaptures } from '../../src/demo/fleet.ts';
import { replayer } from '../../src/demo/replay.ts';
import { type DemoServer, newKey, startServer } from '../../src/demo/server.ts';
import type { Finding, HostEntry } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';
import { fleetproof, folderWith, type Ran } from './support.ts';

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  await Promise.all(closers.map((close) => close()));
});

const key = newKey();

async function replaying(capture: Capture): Promise<DemoServer> {
  const server = await startServer({ address: '127.0.0.1', clientKey: key.parsed, answer: replayer(capture) });
  closers.push(server.close);
  return server;
}

/** A server that is not SSH: says `hello` and then nothing. */
async function talking(hello: string): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(hello);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => new Promise((closed) => server.close(closed)));
  return (server.address() as { port: number }).port;
}

interface Report {
  readonly hosts: readonly HostEntry[];
  readonly findings: readonly Finding[];
}

function reportOf(folder: string): Report {
  const [run = ''] = readdirSync(join(folder, 'runs'));
  return JSON.parse(readFileSync(join(folder, 'runs', run, 'report.json'), 'utf8')) as Report;
}

const known = (server: DemoServer, hostKey = server.hostKey) => `[127.0.0.1]:${server.port} ${hostKey}\n`;

/** Every text of an output replaced by one that attacks whoever shows it. */
const PAYLOADS = ['<script>alert(1)</script>', '=HYPERLINK("http://x","y")', '\u001b]0;owned\u0007\u001b[31m', '::set-output name=a::b', '{{constructor}}', '\u202egnp.exe', '\u0000\u0001'];

function hostile(capture: Capture): Capture {
  const poison = (text: string) => text.split('\n').flatMap((line, at) => [line, PAYLOADS[at % PAYLOADS.length] ?? '']).join('\n');
  return { ...capture, outputs: capture.outputs.map((output) => ({ ...output, stdout: poison(output.stdout), stderr: poison(output.stderr) })) };
}

describe('a fleet with hosts of every kind', () => {
  let ran: Ran;
  let report: Report;
  let folder: string;
  const of = (name: string) => report.hosts.find((host) => host.name === name);

  beforeAll(async () => {
    const [first] = await loadDemoCaptures();
    if (first === undefined) throw new Error('There is no capture to replay.');
    const good = await replaying(first);
    const unknownKey = await replaying(first);
    const changedKey = await replaying(first);
    const poisoned = await replaying(hostile(first));
    const other = newKey();
    const refused = await talking('');
    folder = folderWith({
      id: key.privateKey,
      known_hosts: known(good) + known(poisoned) + known(changedKey, other.publicLine),
    });
    const { chmodSync, writeFileSync } = await import('node:fs');
    chmodSync(join(folder, 'id'), 0o600);
    const entries: Record<string, string> = {
      good: `127.0.0.1, port: ${good.port}`,
      poisoned: `127.0.0.1, port: ${poisoned.port}`,
      'unknown-key': `127.0.0.1, port: ${unknownKey.port}`,
      'changed-key': `127.0.0.1, port: ${changedKey.port}`,
      unresolvable: 'no-such-host.invalid',
      refused: '127.0.0.1, port: 1',
      'web-server': `127.0.0.1, port: ${await talking('HTTP/1.1 400 Bad Request\r\n\r\n')}`,
      silent: `127.0.0.1, port: ${refused}`,
    };
    const hosts = Object.entries(entries).map(([name, place]) => `  - { name: ${name}, address: ${place} }`);
    writeFileSync(join(folder, 'fleet.yaml'), `defaults: { user: audit, identity: ${join(folder, 'id')} }\nhosts:\n${hosts.join('\n')}\n`);
    const args = ['scan', '-i', 'fleet.yaml', '--known-hosts', 'known_hosts', '--handshake-timeout', '3s'];
    ran = await fleetproof(args, { cwd: folder });
    report = reportOf(folder);
  }, 60_000);

  test('all of them stand in the report, and the good one was judged', () => {
    expect(report.hosts.map((host) => host.name)).toEqual(
      ['changed-key', 'good', 'poisoned', 'refused', 'silent', 'unknown-key', 'unresolvable', 'web-server'],
    );
    expect(of('good')?.outcome).not.toBe('unreachable');
    expect(report.findings.filter((finding) => finding.host === 'good' && finding.verdict === 'pass').length).toBeGreaterThan(10);
    expect([100, 101]).toContain(ran.code);
  });

  test.each([
    ['unknown-key', 'host-key', /SHA256:.*ssh-keyscan/s],
    ['changed-key', 'host-key', /SHA256:/],
    ['unresolvable', 'unreachable', /no-such-host\.invalid/],
    ['refused', 'unreachable', /refused/i],
    ['web-server', 'unreachable', /SSH/],
    ['silent', 'timeout', /3 s/],
  ] as const)('%s is unreachable (%s), with the cause', (name, reason, message) => {
    expect(of(name)).toMatchObject({ outcome: 'unreachable', reason });
    expect(of(name)?.message).toMatch(message);
    const findings = report.findings.filter((finding) => finding.host === name);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding).toMatchObject({ verdict: 'unknown', reason });
  });

  test('what a hostile host says is harmless wherever it is shown, and never a pass', () => {
    const [run = ''] = readdirSync(join(folder, 'runs'));
    const html = readFileSync(join(folder, 'runs', run, 'report.html'), 'utf8');
    expect(html).not.toContain('<script>alert');
    expect(html.includes('\u001b')).toBe(false);
    expect(html.includes('\u202e')).toBe(false);
    expect(ran.stdout.includes('\u001b')).toBe(false);
    expect(ran.stdout.includes('\u202e')).toBe(false);
    expect(ran.stdout).not.toMatch(/^::/m);
    const poisoned = report.findings.filter((finding) => finding.host === 'poisoned');
    expect(poisoned.some((finding) => finding.verdict === 'unknown' || finding.verdict === 'fail')).toBe(true);
  });

  test('the same evidence judged again gives the same findings, byte for byte', async () => {
    const [run = ''] = readdirSync(join(folder, 'runs'));
    const again = await fleetproof(['evaluate', `runs/${run}`, '-o', 'again'], { cwd: folder });
    const [second = ''] = readdirSync(join(folder, 'again'));
    const findings = (path: string) => readFileSync(join(folder, path, 'findings.ndjson'), 'utf8');
    expect(findings(`again/${second}`)).toBe(findings(`runs/${run}`));
    expect(again.code).toBe(ran.code);
  });

  test('a report can be written later', async () => {
    const [run = ''] = readdirSync(join(folder, 'runs'));
    const later = await fleetproof(['report', `runs/${run}`, '--format', 'json'], { cwd: folder });
    expect(later.code).toBe(0);
    expect(later.stdout).toBe(readFileSync(join(folder, 'runs', run, 'report.json'), 'utf8'));
  });
});

describe('an interrupted scan', () => {
  async function hanging(): Promise<string> {
    const port = await talking('');
    const hosts = Array.from({ length: 6 }, (_, at) => `  - { name: h-${at}, address: 127.0.0.1, port: ${port} }`);
    return folderWith({ id: key.privateKey, 'fleet.yaml': `hosts:\n${hosts.join('\n')}\n` });
  }
  const args = ['scan', '-i', 'fleet.yaml', '-c', '2', '--handshake-timeout', '50s', '--host-timeout', '60s'];

  test('Ctrl-C: what was collected is written, marked interrupted, exit 75', async () => {
    const cwd = await hanging();
    const running = fleetproof(args, { cwd, onStderr: () => undefined });
    const started = Date.now();
    const ran = await interruptAfter(cwd, running, 1);
    expect(ran.code).toBe(75);
    expect(Date.now() - started).toBeLessThan(20_000);
    const [run = '', ...more] = readdirSync(join(cwd, 'runs'));
    expect(more).toEqual([]);
    const report = JSON.parse(readFileSync(join(cwd, 'runs', run, 'report.json'), 'utf8')) as Report & { run: { interrupted: boolean } };
    expect(report.run.interrupted).toBe(true);
    expect(report.hosts).toHaveLength(6);
    expect(ran.stderr).toMatch(/interrupted/);
  });

  async function interruptAfter(cwd: string, running: Promise<Ran>, times: number): Promise<Ran> {
    const pid = await pidOf(cwd);
    for (let time = 0; time < times; time += 1) process.kill(pid, 'SIGINT');
    return running;
  }

  /** The scan is under way once its draft exists; its process is the one whose working directory is ours. */
  async function pidOf(cwd: string): Promise<number> {
    const { existsSync, readlinkSync } = await import('node:fs');
    for (let turn = 0; turn < 200; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (!existsSync(join(cwd, 'runs')) || readdirSync(join(cwd, 'runs')).length === 0) continue;
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          if (readlinkSync(`/proc/${pid}/cwd`) === cwd) return Number(pid);
        } catch {
          // It has ended since.
        }
      }
    }
    throw new Error('The scan did not start.');
  }
});
