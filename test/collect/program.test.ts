import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseFrames } from '../../src/collect/frames.ts';
import { commandSetSha256, programOf } from '../../src/collect/program.ts';
import { probes as allProbes } from '../../src/facts/index.ts';
import type { Output, Probe } from '../../src/model/probe.ts';

const nonce = '0123456789abcdef0123456789abcdef';
const base = { purpose: 'A probe of the tests.', as: 'user' } as const;

const probes: readonly Probe[] = [
  { ...base, id: 'text', argv: ['printf', 'one\\ntwo'] },
  { ...base, id: 'newline', argv: ['printf', 'one\\n\\n'] },
  { ...base, id: 'nothing', argv: ['true'] },
  { ...base, id: 'code', argv: ['sh', '-c', 'echo said; echo wrong >&2; exit 3'] },
  { ...base, id: 'tool-absent', argv: ['no-such-tool', 'a b'] },
  { ...base, id: 'bytes', argv: ['printf', '\\000\\377\\033[31mred'] },
  { ...base, id: 'large', maxBytes: 1_048_576, argv: ['sh', '-c', 'yes abcdefgh | head -c 1000000'] },
  { ...base, id: 'endless', maxBytes: 1000, argv: ['yes'] },
  { ...base, id: 'endless-errors', argv: ['sh', '-c', 'yes >&2'], timeoutSeconds: 2 },
  { ...base, id: 'too-many-errors', argv: ['sh', '-c', "trap '' PIPE; yes | head -c 140000 >&2; exit 0"] },
  { ...base, id: 'many-errors', argv: ['sh', '-c', 'yes | head -c 130000 >&2'] },
  { ...base, id: 'hangs', timeoutSeconds: 1, argv: ['sleep', '30'] },
  { ...base, id: 'quoted', argv: ['echo', 'it\'s $HOME `id` \\ "x"', '*'] },
  { ...base, id: 'globbed', argv: ['ls', '-d', { glob: '/etc/pass?d' }] },
  { ...base, id: 'snippet', argv: ['echo'], snippet: 'for i in 1 2; do echo "$i"; done\n# it\'s a comment\nexit 4' },
  { ...base, id: 'reads-stdin', argv: ['cat'] },
  {
    ...base,
    id: 'each-one',
    argv: ['echo', 'got'],
    each: { snippet: 'echo /a; echo "b c"; echo ../up; echo -- -x; echo /d; echo /e; echo oops >&2; exit 5', limit: 2 },
  },
  {
    ...base,
    id: 'each-together',
    argv: ['echo', 'got'],
    each: { snippet: 'echo /a\necho /b', limit: 9, together: true },
  },
  {
    ...base,
    id: 'each-hangs',
    argv: ['echo', 'got'],
    each: { snippet: 'echo /a; echo waits >&2; sleep 14; echo /b', limit: 9 },
  },
  { ...base, id: 'each-none', argv: ['echo'], each: { snippet: 'false', limit: 9, together: true } },
  { ...base, id: 'last', argv: ['echo', 'the end'] },
];

const shells = [['dash'], ['bash', '--posix'], ['bash'], ['busybox', 'ash'], ['zsh', '--emulate', 'sh']].filter(
  ([name]) => ['/bin', '/usr/bin'].some((folder) => existsSync(`${folder}/${name}`)),
);

describe.each(shells)('the environment of the account in %s', (...shell) => {
  const [command = 'sh', ...args] = shell.filter((word) => word !== undefined);

  test('reaches no command', () => {
    const env = {
      ...{ PATH: '/nonexistent', LC_ALL: 'C.UTF-8', LANGUAGE: 'de', HOME: '/root', N: 'n', S: 'all', T: 'timeout' },
      ...{ APT_CONFIG: '/home/audit/apt.conf', POSIXLY_CORRECT: '1', TZ: 'Asia/Tokyo', QUOTING_STYLE: 'c' },
      ...{ SEVERAL: 'lines\nPPID=1\nnot a name=1\nend', SHELLOPTS: 'noglob', 'odd.name': '1', v: '\u00ff', IFS: '/' },
    };
    const asked: readonly Probe[] = [{ ...base, id: 'environment', argv: ['env'] }];
    const input = programOf(asked, nonce);
    const file = ['/bin', '/usr/bin'].map((folder) => `${folder}/${command}`).find((path) => existsSync(path));
    const ran = spawnSync(file ?? command, args, { env, input, timeout: 60_000 });
    const frames = parseFrames(ran.stdout, ran.stderr, nonce, asked);
    expect(frames.complete).toBe(true);
    const names = (frames.outputs[0]?.stdout ?? '').split('\n').map((line) => line.replace(/=.*/, ''));
    const own = ['', 'HOME', 'LANG', 'LC_ALL', 'PATH'];
    // What shells set themselves, or cannot unset: no command of ours asks them.
    const shellsOwn = ['PWD', 'OLDPWD', 'SHLVL', '_', 'SHELLOPTS', 'odd.name'];
    expect(names.filter((name) => ![...own, ...shellsOwn].includes(name))).toEqual([]);
    expect(frames.outputs[0]?.stdout).toMatch(/^LC_ALL=C$/m);
  });

  test('gives it no function of bash in the place of a tool', () => {
    const tools = ['env', 'sed', 'id', 'date', 'head', 'printf', 'read', 'echo', '[', 'test', 'grep', 'apt-cache'];
    const functions = tools.map((tool) => [`BASH_FUNC_${tool}%%`, '() {  echo instead\n}']);
    const asked: readonly Probe[] = [
      { ...base, id: 'snippet', argv: ['sh'], snippet: 'grep -c . /etc/passwd >/dev/null && [ 1 = 1 ] && echo right' },
      { ...base, id: 'in-bash', argv: ['bash', '-c', 'grep -c . /etc/passwd >/dev/null && [ 1 = 1 ] && echo right'] },
      { ...base, id: 'listed', argv: ['echo'], each: { snippet: 'grep -o ^root: /etc/passwd | head -n 1', limit: 9 } },
    ];
    const file = ['/bin', '/usr/bin'].map((folder) => `${folder}/${command}`).find((path) => existsSync(path));
    // As `sh` bash takes over more of them than with --posix.
    const ran = spawnSync(file ?? command, command === 'bash' ? [] : args, {
      ...(command === 'bash' ? { argv0: 'sh' } : {}),
      ...{ env: { ...Object.fromEntries(functions), PATH: '/nonexistent' } },
      ...{ input: programOf(asked, nonce), timeout: 60_000 },
    });
    const frames = parseFrames(ran.stdout, ran.stderr, nonce, asked);
    expect(frames.complete).toBe(true);
    expect(frames.outputs.map(({ probe, stdout }) => `${probe}=${stdout.trim()}`)).toEqual([
      'snippet=right',
      'in-bash=right',
      'listed.list=root:',
      'listed.skipped=0',
      'listed=root:',
    ]);
  });
});

describe.each(shells)('a command that spins in %s', (...shell) => {
  test('is ended by the host, with whatever limit was there before', () => {
    const [command = 'sh', ...args] = shell.filter((word) => word !== undefined);
    const asked: readonly Probe[] = [{ ...base, id: 'limit', argv: ['sh', '-c', 'ulimit -t'] }];
    const limitOf = (before: string): string | undefined => {
      const line = `${before} exec "$0" "$@"`;
      const ran = spawnSync('sh', ['-c', line, command, ...args], { input: programOf(asked, nonce), timeout: 60_000 });
      const frames = parseFrames(ran.stdout, ran.stderr, nonce, asked);
      expect(frames.complete).toBe(true);
      return frames.outputs[0]?.stdout.trim();
    };
    expect(limitOf('')).toBe('60');
    // Raising a hard limit takes CAP_SYS_RESOURCE, and a refusal must not end the program.
    expect(['30', '60']).toContain(limitOf('ulimit -t 30;'));
  });
});

describe.each(shells)('the program in %s', (...shell) => {
  const [command = 'sh', ...args] = shell.filter((word) => word !== undefined);
  const ran = spawnSync(command, args, { input: programOf(probes, nonce), maxBuffer: 1e8, timeout: 60_000 });
  const frames = parseFrames(ran.stdout, ran.stderr, nonce, probes);
  const of = (probe: string): Output | undefined => frames.outputs.find((output) => output.probe === probe);

  test('reaches its end, with every item', () => {
    expect(frames.complete).toBe(true);
    expect(frames.hello?.uid).toBe(process.getuid?.());
    expect(Math.abs((frames.hello?.epoch ?? 0) - Date.now() / 1000)).toBeLessThan(120);
  });

  test.each([
    ['text', 'ran', 0, 'one\ntwo'],
    ['newline', 'ran', 0, 'one\n\n'],
    ['nothing', 'ran', 0, ''],
    ['code', 'ran', 3, 'said\n'],
    ['tool-absent', 'missing', null, ''],
    ['bytes', 'ran', 0, '\0\ufffd\x1b[31mred'],
    ['hangs', 'timeout', 124, ''],
    ['quoted', 'ran', 0, 'it\'s $HOME `id` \\ "x" *\n'],
    ['globbed', 'ran', 0, '/etc/passwd\n'],
    ['snippet', 'ran', 4, '1\n2\n'],
    ['reads-stdin', 'ran', 0, ''],
    ['each-one.list', 'ran', 5, '/a\n/d\n'],
    ['each-one.skipped', 'ran', 0, '4'],
    ['each-one', 'ran', 0, 'got /a\n'],
    ['each-together', 'ran', 0, 'got /a /b\n'],
    ['each-hangs.list', 'timeout', null, ''],
    ['each-none.list', 'ran', 1, ''],
    ['last', 'ran', 0, 'the end\n'],
  ] as const)('%s: %s, exit %s', (probe, state, exitCode, stdout) => {
    expect(of(probe)).toMatchObject({ state, exitCode, stdout });
  });

  test('an item that prints without end is cut at its cap', () => {
    expect(of('endless')).toMatchObject({ state: 'truncated', exitCode: null });
    expect(of('endless')?.stdoutBytes).toBeGreaterThanOrEqual(1000);
    expect(of('endless')?.stdoutBytes).toBeLessThan(1100);
    expect(of('endless-errors')?.state).not.toBe('ran');
    expect(of('endless-errors')?.stderrBytes).toBeLessThan(132_000);
    expect(of('too-many-errors')).toMatchObject({ state: 'truncated', exitCode: 0 });
  });

  test('a large output comes whole', () => {
    expect(of('large')).toMatchObject({ state: 'ran', exitCode: 0, stdoutBytes: 1_000_000 });
  });

  test('one complaint for every path that a command may be given comes whole', () => {
    expect(of('many-errors')).toMatchObject({ state: 'ran', stderrBytes: 130_000 });
  });

  test('stderr stays apart, and with its own item', () => {
    expect(of('code')).toMatchObject({ stderr: 'wrong\n' });
    expect(of('each-one.list')).toMatchObject({ stderr: 'oops\n' });
    expect(of('last')).toMatchObject({ stderr: '' });
  });

  test('a script of several lines is named, not repeated; every other word is echoed', () => {
    expect(of('snippet')?.argv.slice(-2)).toEqual(['-c', '(snippet snippet)']);
    expect(of('code')?.argv.slice(-2)).toEqual(['-c', 'echo said; echo wrong >&2; exit 3']);
    expect(of('quoted')?.argv.slice(-2)).toEqual(['it\'s $HOME `id` \\ "x"', '*']);
  });

  test('an each probe that lists nothing does not run its command', () => {
    expect(of('each-none')).toBeUndefined();
    expect(frames.outputs.filter((output) => output.probe === 'each-one').map((output) => output.stdout)).toEqual([
      'got /a\n',
      'got /d\n',
    ]);
  });
});

describe('a program that does not arrive whole', () => {
  const text = programOf(probes, nonce);
  test.each([0.2, 0.5, 0.9, 0.99])('%s of it runs nothing', (share) => {
    const ran = spawnSync('sh', [], { input: text.slice(0, Math.floor(text.length * share)), timeout: 20_000 });
    expect(ran.stdout.toString()).toBe('');
    expect(parseFrames(ran.stdout, ran.stderr, nonce, probes).hello).toBeNull();
  });
});

describe('a start file that reads lines of it', () => {
  const text = programOf(probes.slice(0, 3), nonce);
  test.each([
    [1, true],
    [2, true],
    [3, false],
    [8, false],
    [20, false],
  ])('%i of them: it runs as a whole or not at all', (lines, runs) => {
    const profile = 'for i in $(seq $1); do read -r x; done; exec sh';
    const ran = spawnSync('bash', ['-c', profile, 'bash', String(lines)], { input: text, timeout: 20_000 });
    const { hello, complete } = parseFrames(ran.stdout, ran.stderr, nonce, probes);
    expect({ started: hello !== null, complete }).toEqual({ started: runs, complete: runs });
  });
});

describe('streams that end early or lie', () => {
  const ran = spawnSync('sh', [], { input: programOf(probes.slice(0, 4), nonce) });
  test('cut anywhere: never an exception, never complete, never a ran item without its end', () => {
    const whole = parseFrames(ran.stdout, ran.stderr, nonce, probes);
    expect(whole.complete).toBe(true);
    for (let length = 0; length < ran.stdout.length - 1; length += 1) {
      const frames = parseFrames(ran.stdout.subarray(0, length), ran.stderr, nonce, probes);
      if (frames.complete && length < ran.stdout.length - 2) throw new Error(`complete at ${length}`);
      for (const output of frames.outputs) {
        const same = whole.outputs.find((candidate) => candidate.probe === output.probe);
        if (output.state === 'ran') expect(output.stdout).toBe(same?.stdout);
      }
    }
  });

  test('another nonce is nothing', () => {
    expect(parseFrames(ran.stdout, ran.stderr, 'f'.repeat(32), probes)).toEqual({
      hello: null,
      outputs: [],
      complete: false,
      isStderrWhole: false,
    });
  });

  test('a chatty profile in front of the first frame is ignored', () => {
    const noisy = Buffer.concat([Buffer.from(`Welcome!\n${'*'.repeat(5000)}\n`), ran.stdout]);
    expect(parseFrames(noisy, ran.stderr, nonce, probes).complete).toBe(true);
  });
});

describe('the closed command set', () => {
  test('is the golden file: a change in what runs on hosts is a visible diff', async () => {
    await expect(programOf(allProbes, '0'.repeat(32))).toMatchFileSnapshot('../golden/collector.sh');
  });

  test('its digest does not depend on the nonce, and changes with the set', () => {
    expect(commandSetSha256(probes)).toMatch(/^[0-9a-f]{64}$/);
    expect(commandSetSha256(probes)).toBe(commandSetSha256([...probes]));
    expect(commandSetSha256(probes)).not.toBe(commandSetSha256(probes.slice(1)));
  });

  test('a glob cannot smuggle code', () => {
    const evil: Probe = { ...base, id: 'evil', argv: ['ls', { glob: '/tmp/*;id' }] };
    expect(() => programOf([evil], nonce)).toThrow(/character that sh could read as code/);
  });
});
