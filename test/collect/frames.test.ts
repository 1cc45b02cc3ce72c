import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseFrames } from '../../src/collect/frames.ts';
import { programOf } from '../../src/collect/program.ts';
import type { Probe } from '../../src/model/probe.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const CAP = 1000;

test.each([
  [CAP - 1, 'ran'],
  [CAP, 'ran'],
  // The exit code behind the output is cut, in part or whole.
  [CAP + 1, 'truncated'],
  [CAP + 34, 'truncated'],
  [CAP + 35, 'truncated'],
  [CAP + 5000, 'truncated'],
])('%i bytes: %s', (length, state) => {
  const argv = ['head', '-c', String(length), '/dev/zero'] as const;
  const probes: Probe[] = [{ id: 'zeroes', purpose: 'Test.', as: 'user', argv, maxBytes: CAP }];
  const { stdout, stderr } = spawnSync('sh', { input: programOf(probes, NONCE) });
  const [output] = parseFrames(stdout, stderr, NONCE, probes).outputs;
  expect(output?.state).toBe(state);
  expect(output?.stdout).toBe('\0'.repeat(Math.min(length, CAP)));
  expect(output?.stdoutBytes).toBe(Math.min(length, CAP));
});

/** What a host really sent for one probe, and the places of its frames. */
function sent() {
  const probes: Probe[] = [{ id: 'hello', purpose: 'Test.', as: 'user', argv: ['echo', 'hello'] }];
  const { stdout, stderr } = spawnSync('sh', { input: programOf(probes, NONCE) });
  const text = stdout.toString('latin1');
  const [item, bye] = [text.indexOf(`\n${NONCE} item`), text.indexOf(`\n${NONCE} bye`)];
  const parse = (changed: string) => parseFrames(Buffer.from(changed, 'latin1'), stderr, NONCE, probes);
  return { text, parse, hello: text.slice(0, item), item: text.slice(item, bye), bye: text.slice(bye) };
}

test('no more items than the program can send are taken, and then the collection is not whole', () => {
  const { text, parse, hello, item, bye } = sent();
  expect(parse(text)).toMatchObject({ complete: true, outputs: [{ probe: 'hello', stdout: 'hello\n' }] });
  const many = parse(hello + item.repeat(5000) + bye.replace('bye 1', 'bye 5000'));
  expect(many.complete).toBe(false);
  expect(many.outputs.length).toBeLessThan(5);
});

test('times that no clock shows are none', () => {
  const { text, parse, item } = sent();
  const late = parse(text.replace(item, item.replace(/(item hello ran \d+) \d+/, `$1 ${'9'.repeat(40)}`)));
  expect(late.outputs[0]).toMatchObject({ probe: 'hello', startedAt: null });
  expect(parse(text.replace(/(hello 1 \d+) \d+/, `$1 ${'9'.repeat(20)}`)).hello).toBeNull();
});

describe('where stderr goes elsewhere, as a start file may have it', () => {
  const probes: Probe[] = [
    { id: 'first', purpose: 'Test.', as: 'user', argv: ['cat', '/etc/hostname', '/nonexistent'] },
    {
      id: 'each',
      purpose: 'Test.',
      as: 'user',
      argv: ['echo'],
      each: { snippet: 'echo /a; cat /nonexistent', limit: 3, together: true },
    },
  ];
  test.each(['2>/dev/null', '2>&1'])('%s: nothing that ran is whole', (where) => {
    const ran = spawnSync('sh', ['-c', `exec ${where}; exec sh`], { input: programOf(probes, NONCE) });
    const { hello, isStderrWhole, outputs } = parseFrames(ran.stdout, ran.stderr, NONCE, probes);
    expect({ hasHello: hello !== null, isStderrWhole }).toEqual({ hasHello: true, isStderrWhole: false });
    expect(outputs.map(({ probe, state }) => `${probe} ${state}`)).toEqual([
      'first truncated',
      'each.list truncated',
      'each.skipped ran',
      'each truncated',
    ]);
  });

  test('cut anywhere: what was complained about is whole, or the item is not', () => {
    const ran = spawnSync('sh', { input: programOf(probes, NONCE) });
    const whole = parseFrames(ran.stdout, ran.stderr, NONCE, probes);
    expect(whole).toMatchObject({ isStderrWhole: true, complete: true });
    for (let length = 0; length < ran.stderr.length - 1; length += 1) {
      const { outputs, isStderrWhole } = parseFrames(ran.stdout, ran.stderr.subarray(0, length), NONCE, probes);
      expect(isStderrWhole).toBe(false);
      for (const { probe, state, stderr } of outputs)
        if (state === 'ran') expect(stderr).toBe(whole.outputs.find((one) => one.probe === probe)?.stderr);
    }
  });
});

test.each([
  ['a listing that is too long', { snippet: 'yes /a/b/c | head -c 70000', limit: 3 }, 'each.list', 'truncated', null],
  ['a process that was killed', { snippet: 'echo KILL', limit: 3 }, 'each', 'ran', 137],
])('%s did not take too long', (_, each, probe, state, exitCode) => {
  const argv = ['sh', '-c', 'kill -s "$1" $PPID; sleep 1', 'sh'] as const;
  const probes: Probe[] = [{ id: 'each', purpose: 'Test.', as: 'user', argv, each }];
  const { stdout, stderr } = spawnSync('sh', { input: programOf(probes, NONCE) });
  const { outputs } = parseFrames(stdout, stderr, NONCE, probes);
  expect(outputs.find((output) => output.probe === probe)).toMatchObject({ state, exitCode });
});
