import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import ssh2, { type Client, type ClientChannel, type ConnectConfig, type ParsedKey } from 'ssh2';
import { afterEach, describe, expect, test } from 'vitest';
import { collectHost, type Program } from '../../src/collect/collector.ts';
import { programOf } from '../../src/collect/program.ts';
import { sshOptions } from '../../src/collect/ssh/session.ts';
import { type DemoFleet, demoClock, startDemoFleet } from '../../src/demo/fleet.ts';
import { newKey } from '../../src/demo/server.ts';
import type { Capture, Host } from '../../src/model/host.ts';
import type { Probe } from '../../src/model/probe.ts';
import { captureOf, EPOCH, newNonce, recordHere, snippet } from './recorded.ts';

const PROBES: readonly Probe[] = [
  { id: 'os-release', purpose: 'Test.', as: 'user', argv: ['cat', '/etc/os-release'] },
  { id: 'listed', purpose: 'Test.', as: 'user', argv: ['echo'], each: { snippet: 'echo a; echo b', limit: 5 } },
  { id: 'large', purpose: 'Test.', as: 'user', argv: ['seq', '1', '40000'], maxBytes: 400_000 },
  snippet('complains', 'echo trouble >&2; exit 9'),
];

const web: Capture = named('web-1', recordHere(PROBES).capture);
const denied: Capture = {
  ...captureOf(
    [
      {
        probe: 'ufw-status',
        state: 'denied',
        argv: ['/usr/bin/sudo', '-n', '--', '/usr/sbin/ufw', 'status'],
        uid: null,
        exitCode: null,
        startedAt: EPOCH + 1,
        ms: 0,
        stdout: '',
        stderr: '',
        stdoutBytes: 0,
        stderrBytes: 0,
        redactions: 0,
      },
    ],
    { clockOffsetSeconds: -7 },
    'db-1',
  ),
};

function named(name: string, capture: Capture): Capture {
  return { ...capture, host: { ...capture.host, name } };
}

const running: DemoFleet[] = [];

async function start(captures: readonly Capture[]): Promise<DemoFleet> {
  const fleet = await startDemoFleet(captures);
  running.push(fleet);
  return fleet;
}

afterEach(async () => {
  for (const fleet of running.splice(0)) await fleet.stop();
});

async function collect(
  host: Host,
  captures: readonly Capture[],
  probes = PROBES,
  defect: Partial<Program> = {},
): Promise<Capture> {
  const nonce = newNonce();
  const program: Program = { text: programOf(probes, nonce), nonce, probes, clock: demoClock(captures), ...defect };
  const { signal } = new AbortController();
  const uid = process.getuid?.() ?? null;
  const read = await collectHost(host, program, {
    ...sshOptions({ home: null, uid, agentSocket: null, signal }),
    connectSeconds: 3,
  });
  return read();
}

function fall(): never {
  throw new Error('a defect');
}

function only(fleet: DemoFleet, name: string): Host {
  const host = fleet.hosts.find((each) => each.name === name);
  if (host === undefined) throw new Error(`There is no ${name}.`);
  return host;
}

describe('a scan of the embedded fleet', () => {
  test('brings back what was recorded, over one connection and one exec', async () => {
    const fleet = await start([web, denied]);
    const capture = await collect(only(fleet, 'web-1'), [web, denied]);
    expect(capture.outputs).toEqual(web.outputs);
    expect(capture.outcome).toBe('assessed');
    expect(capture.hostEpoch).toBe(web.hostEpoch);
    expect(capture.session).toMatchObject({
      privilege: web.session.privilege,
      banner: 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7',
      clockOffsetSeconds: 0,
    });
    expect(capture.cost).toMatchObject({ connections: 1, execs: 1 });
  });

  test('shows that sudo was denied, and the clock as it was', async () => {
    const fleet = await start([web, denied]);
    const probes: Probe[] = [{ id: 'ufw-status', purpose: 'Test.', as: 'root', argv: ['ufw', 'status'] }];
    const capture = await collect(only(fleet, 'db-1'), [web, denied], probes);
    expect(capture).toMatchObject({ outcome: 'partial', reason: 'no-privilege', outputs: denied.outputs });
    expect(capture.session).toMatchObject({ privilege: 'none', clockOffsetSeconds: -7 });
  });

  test('cannot reach the host where nothing listens, nor trust the one with another key', async () => {
    const fleet = await start([web]);
    expect(fleet.hosts.map(({ name }) => name)).toEqual(['web-1', 'cache-1', 'backup-1']);
    const unreachable = await collect(only(fleet, 'backup-1'), [web]);
    expect(unreachable).toMatchObject({ outcome: 'unreachable', reason: 'unreachable', outputs: [] });
    expect(unreachable.message).toContain('connection refused');
    const swapped = await collect(only(fleet, 'cache-1'), [web]);
    expect(swapped).toMatchObject({ outcome: 'unreachable', reason: 'host-key', outputs: [] });
    expect(swapped.message).toContain('has changed');
  });

  test.each([
    ['while the host is there', { clock: () => fall() }],
    ['when its answer is read', { probes: { map: () => fall() } as unknown as Probe[] }],
  ])('says so when the scanner itself fails, %s', async (_when, defect) => {
    const fleet = await start([web]);
    const capture = await collect(only(fleet, 'web-1'), [web], PROBES, defect);
    expect(capture).toMatchObject({ outcome: 'unreachable', reason: 'internal', outputs: [], hostEpoch: null });
    expect(capture.message).toMatch(/The scanner failed on this host: .*a defect/);
  });

  test('takes no time from a host whose clock shows what no clock can', async () => {
    const absurd = named('absurd', { ...web, hostEpoch: 1e15 });
    const fleet = await start([absurd]);
    const capture = await collect(only(fleet, 'absurd'), [absurd]);
    expect(capture).toMatchObject({ outcome: 'unreachable', reason: 'unreadable', hostEpoch: null, outputs: [] });
  });

  test('sees a recording that broke off break off again', async () => {
    const cut = web.outputs
      .slice(0, 2)
      .map((each, at) => (at === 1 ? { ...each, state: 'truncated' as const, ms: null, exitCode: null } : each));
    const broken = { ...web, outputs: cut };
    const fleet = await start([broken]);
    const capture = await collect(only(fleet, 'web-1'), [broken]);
    expect(capture.outputs).toEqual(cut);
    expect(capture).toMatchObject({ outcome: 'partial', reason: 'truncated' });
    expect(capture.message).toContain('the connection was closed');
  });
});

describe('the fleet itself', () => {
  test('gives every host a loopback address and a key of its own', async () => {
    const fleet = await start([web, denied]);
    const places = fleet.hosts.map(({ address, port }) => `${address}:${port}`);
    expect(new Set(places).size).toBe(4);
    expect(fleet.hosts.every(({ address }) => address.startsWith('127.0.0.'))).toBe(true);
    const keys = fleet.knownHosts
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[2]);
    expect(new Set(keys).size).toBe(3);
    expect(only(fleet, 'web-1')).toMatchObject({ tags: ['prod'], provider: 'hetzner', user: 'audit' });
  });

  test('keeps its files to itself and leaves none behind', async () => {
    const fleet = await start([web]);
    const [keyFile = ''] = only(fleet, 'web-1').identities;
    const folder = dirname(keyFile);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyFile, 'utf8')).toBe(fleet.identity);
    expect(readFileSync(join(folder, 'known_hosts'), 'utf8')).toBe(fleet.knownHosts);
    fleet.cleanUp();
    expect(existsSync(folder)).toBe(false);
    await fleet.stop();
  });

  test('stops while somebody is still connected', async () => {
    const fleet = await start([web]);
    const { address, port } = only(fleet, 'web-1');
    const socket = connect({ host: address, port });
    await new Promise((arrived) => socket.once('data', arrived));
    const gone = new Promise((closed) => socket.once('close', closed));
    socket.on('error', () => undefined);
    await fleet.stop();
    await gone;
    await expect(logIn(only(fleet, 'web-1'), { privateKey: fleet.identity })).rejects.toThrow('ECONNREFUSED');
  });

  test.each([
    [[], 'needs a recording'],
    [[web, web], 'share a name'],
    [[named('backup-1', web)], 'share a name'],
    [[{ ...web, hostEpoch: null }], 'was not reached'],
  ])('refuses captures that make no fleet (%#)', async (captures, message) => {
    await expect(start(captures)).rejects.toThrow(message);
  });
});

function logIn({ address, port, user }: Host, config: ConnectConfig): Promise<Client> {
  const client = new ssh2.Client();
  return new Promise((ready, fail) => {
    client.on('error', fail).once('ready', () => ready(client.setNoDelay(true)));
    client.connect({ host: address, port, username: user, ...config });
  });
}

function parse(key: string): ParsedKey {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  return parsed;
}

async function offers(host: Host, key: ParsedKey): Promise<string[]> {
  const steps: string[] = [];
  const authHandler = [{ type: 'publickey', username: host.user, key }] as const;
  const debug = (line: string) => line.includes('USERAUTH_PK_OK') && steps.push('asked');
  await logIn(host, { authHandler: [...authHandler], debug }).then(
    (client) => steps.push('entered') && client.end(),
    () => steps.push('refused'),
  );
  return steps;
}

function exec(client: Client, command: string, input: string): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done, fail) => {
    client.exec(command, (error, channel: ClientChannel) => {
      if (error) return fail(error);
      const text = { code: -1, out: '', err: '' };
      channel.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
      channel.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
      channel.on('exit', (code: number) => (text.code = code)).on('close', () => done(text));
      channel.end(input);
    });
  });
}

describe('an embedded host as an SSH server', () => {
  test('lets in only the key of this fleet, and no password', async () => {
    const fleet = await start([web]);
    const host = only(fleet, 'web-1');
    await expect(logIn(host, { privateKey: newKey().privateKey })).rejects.toThrow('authentication');
    await expect(logIn(host, { password: 'audit' })).rejects.toThrow('authentication');
    await expect(logIn(host, {})).rejects.toThrow('authentication');
  });

  test('wants a signature, and asks for one only from its own key', async () => {
    const fleet = await start([web]);
    const host = only(fleet, 'web-1');
    const [own, other] = [parse(fleet.identity), newKey().parsed];
    const forged = Object.assign(Object.create(other), { getPublicSSH: () => own.getPublicSSH() });
    expect(await offers(host, own)).toEqual(['asked', 'entered']);
    expect(await offers(host, forged)).toEqual(['asked', 'refused']);
    expect(await offers(host, other)).toEqual(['refused']);
  });

  test('has a key that works, always', () => {
    const keys = Array.from({ length: 600 }, () => newKey());
    expect(keys.every(({ parsed }) => parsed.getPublicSSH().length === 51)).toBe(true);
  });

  test('runs nothing', async () => {
    const fleet = await start([web]);
    const client = await logIn(only(fleet, 'web-1'), { privateKey: fleet.identity });
    try {
      expect(await exec(client, 'sh', 'echo run me')).toMatchObject({ code: 127, out: '' });
      expect(await exec(client, 'true', '')).toEqual({ code: 0, out: '', err: '' });
      await expect(exec(client, 'id', '')).rejects.toThrow('Unable to exec');
      await expect(new Promise((_, fail) => client.shell((error) => fail(error)))).rejects.toThrow();
      await expect(new Promise((_, fail) => client.sftp((error) => fail(error)))).rejects.toThrow();
      await expect(
        new Promise((_, fail) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, (error) => fail(error))),
      ).rejects.toThrow('open failure');
    } finally {
      client.end();
    }
  });
});
