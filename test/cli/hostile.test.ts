import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ServerChannel } from 'ssh2';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Replay, replay } from '../../src/demo/replay.ts';
import type { Capture } from '../../src/model/host.ts';
import { HOST_KEY, sshServer } from '../collect/ssh/support.ts';
import {
  clientKey,
  fleetproof,
  folderFor,
  knownLine,
  place,
  type Ran,
  type Report,
  recording,
  replaying,
  reportIn,
  runsIn,
  SCAN,
} from './support.ts';

/** Each attacks whoever shows it in another way. */
const PAYLOADS = [
  '<script>alert(1)</script>',
  '"><img src=http://evil.example/x onerror=alert(1)>',
  '=HYPERLINK("http://evil.example","y")',
  '\u001b]0;owned\u0007\u001b[31m\u009b31m',
  '::set-output name=a::b',
  '{{constructor}} {{{this}}} </style></script>',
  '\u202egnp.exe\u2066\u2028',
  '\u0000\u0001\r\b',
  '[31m\ufffd\ufeff',
  'x'.repeat(70_000),
];
/** What no sink may show as it is. */
const ACTIVE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;

/** Payloads between all lines that the host ever printed. */
function poisoned(capture: Capture): Capture {
  const poison = (text: string) =>
    text
      .split('\n')
      .flatMap((line, at) => [line, PAYLOADS[at % PAYLOADS.length] ?? ''])
      .join('\n');
  return {
    ...capture,
    outputs: capture.outputs.map((one) => ({ ...one, stdout: poison(one.stdout), stderr: poison(one.stderr) })),
  };
}

/** Payloads inside every line: appended to it, or to each of its words. */
function laced(capture: Capture): Capture {
  const lace = (text: string) =>
    text.replace(/\S+$/gm, (word) => `${word}${PAYLOADS[word.length % (PAYLOADS.length - 1)] ?? ''}`);
  const words = (argv: readonly string[]) => argv.map((word) => word.replace(/[^\x20-\x7e]/g, ''));
  return {
    ...capture,
    outputs: capture.outputs.map((one) => ({
      ...one,
      argv: words(one.argv),
      stdout: lace(one.stdout),
      stderr: lace(one.stderr),
    })),
  };
}

type Misbehaviour = (channel: ServerChannel, answer: Replay, hangUp: () => void) => void;

function flood(channel: ServerChannel, stream: 'stdout' | 'stderr', block: Buffer): void {
  const target = stream === 'stdout' ? channel : channel.stderr;
  const more = () => {
    while (channel.writable && target.write(block));
  };
  target.on('drain', more);
  more();
}

const half = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor(bytes.length / 2));
const helloOf = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.indexOf('\n', 2) + 1);

/** What hosts do instead of answering. */
const MISBEHAVIOUR: Readonly<Record<string, Misbehaviour>> = {
  'endless-line': (channel, { stdout }) => {
    channel.write(helloOf(stdout));
    flood(channel, 'stdout', Buffer.alloc(65_536, 'A'));
  },
  'endless-items': (channel, { stdout }) => {
    channel.write(helloOf(stdout));
    flood(channel, 'stdout', half(stdout).subarray(helloOf(stdout).length));
  },
  'endless-errors': (channel, { stdout }) => {
    channel.write(helloOf(stdout));
    flood(channel, 'stderr', Buffer.alloc(65_536, 'E\n'));
  },
  drips: (channel, { stdout }) => {
    let at = 0;
    const timer = setInterval(() => channel.write(stdout.subarray(at, ++at)), 1000);
    channel.on('close', () => clearInterval(timer));
  },
  'drips-late': (channel, { stdout }) => {
    const whole = half(stdout);
    channel.write(whole);
    let at = whole.length;
    const timer = setInterval(() => channel.write(stdout.subarray(at, ++at)), 1000);
    channel.on('close', () => clearInterval(timer));
  },
  mute: () => undefined,
  'cut-in-an-item': (channel, { stdout }, hangUp) => {
    channel.write(half(stdout), () => hangUp());
  },
  'ends-early': (channel, { stdout }) => {
    channel.write(half(stdout));
    channel.exit(0);
    channel.end();
  },
  'stderr-elsewhere': (channel, { stdout }) => {
    channel.write(stdout);
    channel.exit(0);
    channel.end();
  },
  'without-a-shell': (channel) => {
    channel.write('password=hunter22\nThis account is \u001b[1mcurrently\u001b[m not available. token=hunter23\n\n');
    channel.exit(1);
    channel.end();
  },
  'another-nonce': (channel, { stdout }) => {
    channel.write(stdout.toString('latin1').replace(/^[0-9a-f]{32}/gm, '0'.repeat(32)));
    channel.exit(0);
    channel.end();
  },
  'noise-only': (channel) => {
    channel.write(Buffer.from([0, 0xff, 0xfe, 0x1b, 0x5b, 0x80, 10, 0]));
    channel.exit(0);
    channel.end();
  },
};

async function misbehaving(capture: Capture, act: Misbehaviour): Promise<number> {
  const server = await sshServer({
    accept: [{ ...clientKey, publicKey: '', line: clientKey.publicLine }],
    onExec: (channel, _command, connection) => {
      const chunks: Buffer[] = [];
      channel.on('data', (chunk: Buffer) => chunks.push(chunk));
      channel.on('end', () => {
        const answer = replay(capture, Buffer.concat(chunks).toString());
        if (answer === null) throw new Error('The scanner sent something else than the collector.');
        act(channel, answer, () => connection.end());
      });
    },
  });
  return server.port;
}

describe('a fleet with hosts that mean harm', () => {
  // A host with faults: what it says after poisoning must not look better.
  const honest = recording('db-1');
  let ran: Ran;
  let report: Report;
  let folder: string;
  let html: string;
  const of = (name: string) => report.hosts.find((host) => host.name === name);
  const verdicts = (name: string) =>
    new Map(
      report.findings
        .filter(({ host }) => host === name)
        .map((one) => [`${one.check} ${one.subject.replace(name, '')}`, one]),
    );

  beforeAll(async () => {
    const servers = {
      honest: await replaying(honest),
      poisoned: await replaying(poisoned(honest), { ident: '<script>alert(1)</script>=cmd|::warning::' }),
      laced: await replaying(laced(honest)),
    };
    const ports = await Promise.all(
      Object.entries(MISBEHAVIOUR).map(
        async ([name, act]) => [name, { port: await misbehaving(honest, act) }] as const,
      ),
    );
    const hosts = Object.fromEntries(
      [...Object.entries(servers), ...ports].map(([name, server]) => [name, place(server)]),
    );
    const known = [
      ...Object.values(servers).map((server) => knownLine(server)),
      ...ports.map(([, { port }]) => `[127.0.0.1]:${port} ${HOST_KEY.line}\n`),
    ];
    folder = folderFor(hosts, known.join(''));
    ran = await fleetproof([...SCAN, '--host-timeout', '8s', '-c', '20'], { cwd: folder });
    report = reportIn(folder);
    const [run = ''] = runsIn(folder);
    html = readFileSync(join(folder, 'runs', run, 'report.html'), 'utf8');
  }, 110_000);

  test('everything of them ends, and the others are judged as if they were alone', () => {
    expect(report.hosts).toHaveLength(3 + Object.keys(MISBEHAVIOUR).length);
    expect(of('honest')).toMatchObject({ outcome: 'assessed' });
    expect(report.findings.some(({ host, verdict }) => host === 'honest' && verdict === 'pass')).toBe(true);
    expect(ran.code).toBe(100);
  });

  test.each([
    ['endless-line', 'partial', 'truncated', /it printed more than the scanner accepts/],
    ['endless-items', 'partial', 'truncated', /it printed more than the scanner accepts/],
    ['endless-errors', 'partial', 'truncated', /it printed more than the scanner accepts/],
    ['drips', 'unreachable', 'timeout', /the collector never started: the time limit for one host/],
    ['drips-late', 'partial', 'timeout', /The collection stopped after \d+ items: the time limit for one host/],
    ['mute', 'unreachable', 'timeout', /the collector never started: the time limit for one host/],
    ['cut-in-an-item', 'partial', 'truncated', /The collection stopped after \d+ items: the connection was closed/],
    ['ends-early', 'partial', 'truncated', /The collection stopped after \d+ items: the remote shell ended early/],
    ['stderr-elsewhere', 'partial', 'truncated', /^What the commands write to stderr did not come back/],
    [
      'without-a-shell',
      'unreachable',
      'unreadable',
      /ended early \(exit code 1\); the last it said: This account is \\x1b\[1mcurrently\\x1b\[m not available. token=\[redacted\]\. The account needs/,
    ],
    ['another-nonce', 'unreachable', 'unreadable', /the collector never started/],
    ['noise-only', 'unreachable', 'unreadable', /the collector never started/],
  ] as const)('%s is %s (%s), said in words', (name, outcome, reason, message) => {
    expect(of(name)).toMatchObject({ outcome, reason });
    expect(of(name)?.message).toMatch(message);
    // Deadlines and caps hold: memory, time and the report stay small.
    expect(of(name)?.cost.ms).toBeLessThan(20_000);
    expect(of(name)?.cost.bytesIn).toBeLessThan(24 * 1024 * 1024);
  });

  test.each(['poisoned', 'laced', ...Object.keys(MISBEHAVIOUR)])('nothing of %s looks better than it is', (name) => {
    const clean = verdicts('honest');
    const better = [...verdicts(name)].filter(
      ([key, { verdict }]) => verdict === 'pass' && clean.get(key)?.verdict !== 'pass',
    );
    expect(better.map(([key, { because }]) => `${key}: ${because}`)).toEqual([]);
    const { outcome } = of(name) ?? {};
    if (outcome === 'unreachable')
      expect([...verdicts(name).values()].every(({ verdict }) => verdict === 'unknown')).toBe(true);
  });

  test('the terminal shows nothing active and starts no workflow command', () => {
    expect(ran.stdout.match(ACTIVE)).toBeNull();
    expect(ran.stderr.match(ACTIVE)).toBeNull();
    expect(`${ran.stdout}\n${ran.stderr}`).not.toMatch(/^\s*(::|##vso)/m);
  });

  test('the HTML report has no markup and no address from a host', () => {
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>|javascript:/i);
    expect(html).not.toMatch(/(src|href)\s*=\s*["']?http:\/\/evil/i);
    expect(html.match(ACTIVE)).toBeNull();
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('report.json is as its schema says, and shows nothing active', async () => {
    const schema = await fleetproof(['schema', 'report'], { cwd: folder });
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });
    expect(ajv.validate(JSON.parse(schema.stdout), report), JSON.stringify(ajv.errors?.slice(0, 3))).toBe(true);
    const [run = ''] = runsIn(folder);
    const text = readFileSync(join(folder, 'runs', run, 'report.json'), 'utf8');
    expect(text.match(ACTIVE)).toBeNull();
  });

  test('no file is named by a host, and none is large', () => {
    const [run = ''] = runsIn(folder);
    const names = readdirSync(join(folder, 'runs', run), { recursive: true }).map(String);
    expect(names.filter((name) => !/^objects(\/[0-9a-f]{64})?$/.test(name)).sort()).toEqual([
      'captures.ndjson',
      'findings.ndjson',
      'report.html',
      'report.json',
      'run.json',
    ]);
    expect(html.length).toBeLessThan(4 * 1024 * 1024);
  });
});
