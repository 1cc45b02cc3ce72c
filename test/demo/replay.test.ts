import { describe, expect, test } from 'vitest';
import { parseFrames } from '../../src/collect/frames.ts';
import { programOf } from '../../src/collect/program.ts';
import { replay, replayer } from '../../src/demo/replay.ts';
import { probes as catalogue } from '../../src/facts/index.ts';
import type { Capture } from '../../src/model/host.ts';
import type { Output, Probe } from '../../src/model/probe.ts';
import { captureOf, EPOCH, newNonce, recordHere, snippet } from './recorded.ts';

/** What a scanner reads when this recording answers it. */
function readBack(capture: Capture, probes: readonly Probe[]) {
  const nonce = newNonce();
  const answer = replay(capture, programOf(probes, nonce));
  if (answer === null) throw new Error('The program was not recognised.');
  return { ...parseFrames(answer.stdout, answer.stderr, nonce, probes), answered: answer };
}

const user = (id: string, ...argv: [string, ...string[]]): Probe => ({ id, purpose: 'Test.', as: 'user', argv });

const REAL: readonly Probe[] = [
  user('plain', 'cat', '/etc/os-release'),
  user('empty', 'true'),
  user('exit-3', 'sh', '-c', 'echo said >&2; exit 3'),
  user('no-such-tool', 'fleetproof-no-such-tool', '--flag', "it's", 'two words'),
  user('not-utf8', 'printf', 'a\\000b\\377\\342\\202c\\303\\244\\357\\277\\275\\n'),
  user('stderr-not-utf8', 'sh', '-c', "printf '\\377\\342\\202\\n' >&2"),
  user('no-newline', 'printf', 'end'),
  user('large', 'seq', '1', '30000'),
  { ...user('capped', 'seq', '1', '30000'), maxBytes: 1000 },
  { ...user('slow', 'sleep', '5'), timeoutSeconds: 1 },
  snippet(
    'looks-like-calls',
    "echo 'run user plain 10 1000 true'\nrun user plain 10 1000 true\nlist plain 1 single user plain 1 1 y\n",
  ),
  { ...user('globs', 'ls', '-d'), argv: ['ls', '-d', { glob: '/etc/host*' }] },
  {
    ...user('each', 'echo', 'item:'),
    each: {
      snippet: "printf 'one\\ntwo\\n-bad\\nthree words\\nthree\\n'; : '\nrun user plain 1 1 true\n'",
      limit: 2,
    },
  },
  {
    ...user('at-once', 'echo'),
    each: { snippet: "printf 'a\\nb\\n'; exit 4", limit: 9, together: true },
  },
  { ...user('nothing-listed', 'echo'), each: { snippet: 'true', limit: 9 } },
  { ...user('rooted', 'id', '-u'), as: 'root' },
];

describe('a recording of this machine', () => {
  const { capture } = recordHere(REAL);
  const back = readBack(capture, REAL);

  test('reads back exactly as it was recorded', () => {
    expect(back.outputs).toEqual(capture.outputs);
    expect(back.complete).toBe(true);
    expect(back.hello?.epoch).toBe(capture.hostEpoch);
  });

  test('gives the very bytes that the host wrote, but for its uptime', () => {
    const timeless = (stream: Buffer | undefined) =>
      stream?.toString('latin1').replace(/(?<=\n[0-9a-f]{32} (?:hello 1 \d+ \d+|item \S+ \S+ \S+|done)) \d+/g, ' T');
    // Of what was cut off at a cap, a record keeps no more than the cap.
    const wrote = recordHere(REAL.filter(({ id }) => id !== 'capped' && id !== 'slow'));
    const answer = replay(wrote.capture, wrote.program);
    expect(timeless(answer?.stdout)).toBe(timeless(wrote.stdout));
    expect(timeless(answer?.stderr)).toBe(timeless(wrote.stderr));
  });

  test('covers what it should: every state that a machine shows by itself', () => {
    const states = Object.fromEntries(capture.outputs.map((output) => [output.probe, output.state]));
    expect(states).toMatchObject({ plain: 'ran', 'no-such-tool': 'missing', capped: 'truncated', slow: 'timeout' });
    expect(capture.outputs.filter(({ probe }) => probe === 'each')).toHaveLength(2);
    expect(capture.outputs.find(({ probe }) => probe === 'each.skipped')?.stdout).toBe('3');
    expect(capture.outputs.find(({ probe }) => probe === 'not-utf8')?.stdoutBytes).toBe(13);
  });

  test('answers fewer probes, in another order', () => {
    const some = [...REAL].reverse().filter((_, at) => at % 2 === 0);
    const ids = some.flatMap(({ id }) => [`${id}.list`, `${id}.skipped`, id]);
    const expected = ids.flatMap((id) => capture.outputs.filter(({ probe }) => probe === id));
    expect(readBack(capture, some).outputs).toEqual(expected);
  });
});

function output(changes: Partial<Output>): Output {
  const text = { stdout: '', stderr: '', ...changes };
  return {
    probe: 'p',
    state: 'ran',
    argv: ['/usr/bin/true'],
    uid: 1000,
    exitCode: 0,
    startedAt: EPOCH + 2,
    ms: 120,
    redactions: 0,
    stdoutBytes: Buffer.byteLength(text.stdout),
    stderrBytes: Buffer.byteLength(text.stderr),
    ...text,
  };
}

const SUDO = ['/usr/bin/sudo', '-n', '--', '/usr/sbin/ufw', 'status'];

describe('states that need another machine', () => {
  const table: readonly [string, readonly Output[], boolean][] = [
    [
      'sudo that asks for a password',
      [output({ state: 'denied', uid: null, exitCode: null, argv: SUDO, ms: 0 })],
      true,
    ],
    [
      'sudo that refuses one command',
      [output({ state: 'denied', uid: 0, exitCode: 1, argv: SUDO, stderr: 'sudo: a password is required\n' })],
      true,
    ],
    [
      'killed by timeout',
      [output({ state: 'timeout', exitCode: 124, ms: 10_010, argv: ['/usr/bin/timeout', '1', '/bin/x'] })],
      true,
    ],
    ['killed without a word', [output({ state: 'timeout', exitCode: null, ms: 14_010, stdout: 'half' })], true],
    ['cut by its own pipe', [output({ state: 'truncated', exitCode: 141, stdout: 'y\n' })], true],
    [
      'a connection that broke in the output',
      [output({}), output({ probe: 'q', state: 'truncated', exitCode: null, ms: null, stdout: 'ha' })],
      false,
    ],
    ['a connection that broke before the end mark', [output({ state: 'truncated', exitCode: 0, ms: null })], false],
    ['text that another scan framed', [output({ stdout: `\n${'0'.repeat(32)} bye 7\n${'0'.repeat(32)}000` })], true],
    ['secrets taken out', [output({ stdout: 'password=[redacted]\n', redactions: 1 })], true],
    ['root', [output({ uid: 0, argv: ['/usr/bin/timeout', '-k', '2', '10', '/usr/bin/true'] })], true],
  ];

  test.each(table)('%s', (_, outputs, complete) => {
    const probes = outputs.map(({ probe, argv }) => user(probe, argv[0] ?? 'true'));
    const back = readBack(captureOf(outputs), probes);
    expect(back.outputs).toEqual(outputs);
    expect(back.complete).toBe(complete);
    expect(back.answered.complete).toBe(complete);
  });

  test('what sudo refused by itself was run', () => {
    const refusal = output({
      state: 'denied',
      uid: 0,
      exitCode: 1,
      argv: SUDO,
      stderr: 'sudo: a password is required\n',
    });
    const { answered } = readBack(captureOf([refusal]), [user('p', 'ufw')]);
    expect(answered.stdout.toString()).toContain(' item p ran 0 ');
  });

  test('what may be said of sudo follows from what was recorded', () => {
    const hello = (outputs: readonly Output[], privilege: 'root' | 'sudo' | 'none') =>
      readBack(captureOf(outputs, { privilege }), [user('p', 'true')]).hello;
    const timed = ['/usr/bin/sudo', '-n', '--', '/usr/bin/timeout', '-k', '2', '10', '/usr/sbin/ufw'];
    expect(hello([output({ uid: 0 })], 'root')).toMatchObject({ uid: 0, sudo: 'root' });
    expect(hello([output({ uid: 0, argv: timed })], 'sudo')).toMatchObject({ uid: 1000, sudo: 'all' });
    expect(hello([output({ uid: 0, argv: SUDO }), output({ uid: 1001 })], 'sudo')).toMatchObject({
      uid: 1001,
      sudo: 'some',
    });
    expect(hello([output({ uid: null, state: 'denied' })], 'none')).toMatchObject({ uid: 1000, sudo: 'no' });
  });
});

describe('what the recording does not have', () => {
  test('is left out, and never an empty list or a missing tool', () => {
    const each: Probe = { ...user('q', 'cat'), each: { snippet: 'ls /', limit: 3 } };
    const back = readBack(captureOf([output({})]), [user('r', 'ufw'), user('p', 'true'), each]);
    expect(back.outputs).toEqual([output({})]);
    expect(back.complete).toBe(true);
  });

  test('is left out where the recording itself says that it did not run', () => {
    expect(readBack(captureOf([output({ state: 'not-run' })]), [user('p', 'true')]).outputs).toEqual([]);
  });

  test('says nothing at all for a host that was never reached', () => {
    const back = readBack({ ...captureOf([]), hostEpoch: null }, [user('p', 'true')]);
    expect(back.hello).toBeNull();
    expect(back.answered.complete).toBe(false);
  });

  test('is no answer to any other text', () => {
    expect(replay(captureOf([]), '')).toBeNull();
    expect(replay(captureOf([]), "N='not-a-nonce'\nrun user p 1 1 true\n")).toBeNull();
  });
});

/** xorshift32: the same bytes in every run. */
function randomBytes(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** As the parser reads raw bytes into a record. */
function recorded(bytes: Buffer, probe: string): Output {
  const stdout = bytes.toString('utf8');
  return output({ probe, stdout, stdoutBytes: bytes.length });
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('any bytes whatever come back in their number and their reading (%i)', (seed) => {
  const next = randomBytes(seed);
  const outputs = Array.from({ length: 40 }, (_, at) => {
    const length = next() % (at === 0 ? 70_000 : 200);
    // Mostly the bytes that UTF-8 is particular about.
    const particular = [0, 0x0a, 0x41, 0x80, 0xbf, 0xc3, 0xe2, 0x82, 0xed, 0xa0, 0xef, 0xbd, 0xf0, 0x9f, 0xff];
    const bytes = Array.from({ length }, () => (next() % 4 === 0 ? next() & 0xff : (particular[next() % 15] ?? 0)));
    return recorded(Buffer.from(bytes), `p${at}`);
  });
  const probes = outputs.map(({ probe }) => ({ ...user(probe, 'cat'), maxBytes: 400_000 }));
  expect(readBack(captureOf(outputs), probes).outputs).toEqual(outputs);
});

test('every probe of the catalogue is found in the program, in order', () => {
  const outputs = catalogue.flatMap(({ id, each }) =>
    (each === undefined ? [id] : [`${id}.list`, `${id}.skipped`, id]).map((probe) => output({ probe })),
  );
  expect(readBack(captureOf([...outputs].reverse()), catalogue).outputs).toEqual(outputs);
});

test('a replayer answers the same program with the same bytes and another with its own', () => {
  const answer = replayer(captureOf([output({ stdout: 'x' })]));
  const [one, two] = [newNonce(), newNonce()].map((nonce) => programOf([user('p', 'true')], nonce));
  if (one === undefined || two === undefined) throw new Error('two programs');
  expect(answer(one)).toBe(answer(one));
  expect(answer(two)?.stdout.includes(two.slice(two.indexOf("N='") + 3, two.indexOf("N='") + 35))).toBe(true);
});
