import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
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
