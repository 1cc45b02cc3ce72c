import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DemoServer } from '../../src/demo/server.ts';
import type { Capture } from '../../src/model/host.ts';
import {
  fleetproof,
  folderFor,
  knownLine,
  PROGRAM,
  place,
  type Ran,
  recording,
  replaying,
  reportIn,
  SCAN,
  talking,
} from './support.ts';

const PASSPHRASE = `open-${randomBytes(8).toString('hex')}-sesame`;

/** Pieces of a private key as it stands in its file, and as its bytes could be printed. */
function piecesOf(privateKey: string): string[] {
  const lines = privateKey.split('\n');
  const body = Buffer.from(privateKey.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return [lines[4] ?? '', lines.at(-4) ?? '', body.toString('hex').slice(400, 460)].map((text) => text.slice(5, 45));
}

/** Every file below a folder, with the ones that hold one of these texts. */
function holding(folder: string, texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())
    .filter((name) => {
      const content = readFileSync(join(folder, name), 'latin1');
      return texts.some((text) => content.includes(text));
    });
}

/** Where any process of this machine shows one of these texts to other users: its arguments, or its environment. */
function shown(texts: readonly string[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) =>
      ['cmdline', 'environ'].filter((file) => {
        try {
          const content = readFileSync(`/proc/${pid}/${file}`, 'latin1');
          return texts.some((text) => content.includes(text));
        } catch {
          return false;
        }
      }),
    );
}

const hasTerminal = spawnSync('script', ['--version']).status === 0;
if (!hasTerminal) console.warn('\nTHE PASSPHRASE PROMPT IS NOT TESTED: there is no script(1) to make a terminal.\n');

/** Runs the program on a terminal of its own and types `answer` when it asks. */
function onTerminal(cwd: string, args: readonly string[], answer: string, env: Readonly<Record<string, string>>) {
  const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, TERM: 'dumb', ...env },
  });
  let screen = '';
  const seen = new Set<string>();
  const watch = setInterval(() => {
    for (const where of shown([answer])) seen.add(where);
  }, 20);
  const typed: number[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const asked = screen.split('Passphrase for ').length - 1;
    if (asked > typed.length) {
      typed.push(asked);
      child.stdin.write(`${answer}\r`);
    }
  });
  return new Promise<{ code: number | null; screen: string; seen: string[]; asked: number }>((resolve) =>
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code, screen, seen: [...seen], asked: typed.length });
    }),
  );
}

describe('the passphrase of a key', () => {
  const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256, passphrase: PASSPHRASE, cipher: 'aes256-ctr' });
  const parsed = ssh2.utils.parseKey(pair.private, PASSPHRASE);
  if (parsed instanceof Error || Array.isArray(parsed)) throw new Error('The key of the test cannot be read.');
  const inClear = [
    PASSPHRASE,
    parsed.getPrivatePEM().split('\n')[2] ?? '',
    parsed.getPrivatePEM().split('\n')[3] ?? '',
  ];

  async function scene() {
    const servers = await Promise.all(
      [1, 2, 3].map(() => replaying(recording('web-1'), { clientKey: parsed as ssh2.ParsedKey })),
    );
    const hosts = Object.fromEntries(servers.map((server, at) => [`h-${at}`, place(server)]));
    const cwd = folderFor(hosts, servers.map((server) => knownLine(server)).join(''));
    writeFileSync(join(cwd, 'id'), pair.private);
    return cwd;
  }

  test.skipIf(!hasTerminal)(
    'is asked for once per key, on the terminal, without echo, and stands nowhere else',
    async () => {
      const cwd = await scene();
      const { code, screen, seen, asked } = await onTerminal(cwd, SCAN, PASSPHRASE, { FLEETPROOF_DEBUG: '1' });
      expect(code).toBe(101);
      expect(reportIn(cwd).hosts.map(({ outcome }) => outcome)).toEqual(['assessed', 'assessed', 'assessed']);
      expect(asked).toBe(1);
      expect(seen).toEqual([]);
      for (const text of inClear) expect(screen).not.toContain(text);
      expect(holding(cwd, inClear)).toEqual([]);
    },
    60_000,
  );

  test.skipIf(!hasTerminal)(
    'that is wrong three times is an auth failure, and nothing was sent',
    async () => {
      const cwd = await scene();
      const wrong = `${PASSPHRASE}-wrong`;
      const { code, screen, asked } = await onTerminal(cwd, SCAN, wrong, { FLEETPROOF_DEBUG: '1' });
      expect({ code, asked }).toEqual({ code: 69, asked: 3 });
      expect(reportIn(cwd).hosts.every(({ reason, cost }) => reason === 'auth' && cost.connections === 0)).toBe(true);
      expect(screen).not.toContain(wrong);
      expect(holding(cwd, [wrong])).toEqual([]);
    },
    60_000,
  );

  test('is never taken from the environment or a pipe: without a terminal there is no way to ask', async () => {
    const cwd = await scene();
    const env = {
      SSH_ASKPASS: '/bin/false',
      SSH_ASKPASS_REQUIRE: 'force',
      PASSPHRASE,
      FLEETPROOF_PASSPHRASE: PASSPHRASE,
      SSHPASS: PASSPHRASE,
    };
    const { code } = await fleetproof(SCAN, { cwd, env, input: `${PASSPHRASE}\n` });
    expect(code).toBe(69);
    const [host] = reportIn(cwd).hosts;
    expect(host).toMatchObject({ reason: 'auth', cost: { connections: 0 } });
    expect(host?.message).toMatch(/encrypted|passphrase/);
    expect(host?.message).toMatch(/agent/);
    expect(holding(cwd, inClear)).toEqual([]);
  });
});

describe('with FLEETPROOF_DEBUG=1', () => {
  const { private: key } = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });

  test('no log, report or evidence has key material, whatever fails', async () => {
    const refusing = await replaying(recording('web-1'));
    const hosts = {
      refusing: place(refusing),
      silent: place(await talking('')),
      web: place(await talking('HTTP/1.1 200\r\n')),
    };
    const cwd = folderFor(hosts, knownLine(refusing));
    writeFileSync(join(cwd, 'id'), key);
    chmodSync(join(cwd, 'id'), 0o600);
    const env = { FLEETPROOF_DEBUG: '1', DEBUG: '*', NODE_DEBUG: 'net' };
    const ran = await fleetproof([...SCAN, '--handshake-timeout', '3s'], { cwd, env });
    expect(ran.code).toBe(69);
    const pieces = piecesOf(key);
    expect(pieces.every((piece) => piece.length === 40)).toBe(true);
    for (const piece of pieces) expect(ran.stdout + ran.stderr).not.toContain(piece);
    expect(holding(cwd, pieces)).toEqual(['id']);
  });

  test.each([
    ['cut', (text: string) => text.slice(0, text.length / 2)],
    ['garbled', (text: string) => text.replace(/[A-Z]/g, '#')],
  ])('a %s key file is refused without its content', async (_name, spoil) => {
    const cwd = folderFor({ h: '127.0.0.1, port: 1' }, '');
    const spoiled = spoil(key);
    writeFileSync(join(cwd, 'id'), spoiled);
    const ran = await fleetproof(SCAN, { cwd, env: { FLEETPROOF_DEBUG: '1' } });
    expect(ran.code).toBe(69);
    const body = spoiled.replace(/-----[^-]+-----|\s/g, '');
    expect(ran.stdout + ran.stderr).not.toContain(body.slice(60, 90));
    expect(holding(cwd, [spoiled.split('\n')[3] ?? 'x'])).toEqual(['id']);
  });
});

describe('secrets that a host prints', () => {
  const secret = {
    password: 'hunter2-plain-text',
    url: 'swordfish-in-a-url',
    hash: '$6$rounds=5000$saltsalt$hashhashhashhashhashhashhashhashhash',
    key: randomBytes(48).toString('base64'),
    token: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    cloud: 'AKIAIOSFODNN7EXAMPLE',
  };
  const leak = `
DB_PASSWORD=${secret.password}
deb https://user:${secret.url}@mirror.example.org/debian stable main
backup:${secret.hash}:19000:0:99999:7:::
-----BEGIN OPENSSH PRIVATE KEY-----
${secret.key}
-----END OPENSSH PRIVATE KEY-----
api_token: ${secret.token}
aws ${secret.cloud}
`;
  const leaking = (capture: Capture): Capture => ({
    ...capture,
    outputs: capture.outputs.map((one) => ({
      ...one,
      stdout: `${leak}${one.stdout}${leak}`,
      stderr: `${one.stderr}${leak}`,
    })),
  });
  let ran: Ran;
  let server: DemoServer;
  let cwd: string;

  beforeAll(async () => {
    server = await replaying(leaking(recording('web-2')));
    cwd = folderFor({ h: place(server) }, knownLine(server));
    ran = await fleetproof(SCAN, { cwd });
  }, 60_000);

  test.each(Object.entries(secret))('(%s) are in no file and on no screen', (_name, value) => {
    expect(ran.stdout + ran.stderr).not.toContain(value);
    expect(holding(cwd, [value])).toEqual([]);
  });

  test('are counted', () => {
    expect(server.seen.execs).toBe(1);
    const { evidence } = reportIn(cwd);
    expect(evidence.length).toBeGreaterThan(20);
    expect(evidence.every(({ redactions }) => redactions >= 6)).toBe(true);
  });
});
