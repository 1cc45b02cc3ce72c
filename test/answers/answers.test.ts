import { expect, test } from 'vitest';
import { answersOf } from '../../src/answers/answers.ts';
import type { Output } from '../../src/model/probe.ts';

const output: Output = {
  probe: 'os-release',
  state: 'ran',
  argv: ['/usr/bin/cat', '/etc/os-release'],
  uid: 1000,
  exitCode: 0,
  startedAt: 1_795_312_800,
  ms: 10,
  stdout: 'ID=debian\n',
  stderr: '',
  stdoutBytes: 10,
  stderrBytes: 0,
  redactions: 0,
};

const one = (record: Output) => answersOf([record])[0];

test('the same answer at another time is the same object, once it was met', () => {
  const first = one({ ...output });
  expect(first?.isCommon).toBe(false);
  const again = one({ ...output, argv: [...output.argv], startedAt: 1, ms: null });
  expect(again?.isCommon).toBe(true);
  // By its hashes first, by its texts from then on.
  for (const ms of [1, 2, 3]) expect(one({ ...output, argv: [...output.argv], ms })).toBe(again);
});

test.each<[string, Partial<Output>]>([
  ['probe', { probe: 'machine' }],
  ['state', { state: 'truncated' }],
  ['argv', { argv: ['/usr/bin/cat', '/etc/os-release', '-'] }],
  ['word of argv', { argv: ['/usr/bin/cat', '/etc/machine-id'] }],
  ['words of argv', { argv: ['/usr/bin/cat /etc/os-release'] }],
  ['uid', { uid: 0 }],
  ['exit code', { exitCode: 1 }],
  ['stdout', { stdout: 'ID=ubuntu\n' }],
  ['stderr', { stderr: 'cat: /etc/os-release: Input/output error' }],
  ['bytes of stdout', { stdoutBytes: 11 }],
  ['bytes of stderr', { stderrBytes: 1 }],
  ['redactions', { redactions: 1 }],
])('another %s is another answer, however often both are met', (_, change) => {
  const met = [0, 1, 2, 3, 4].map(() => [one({ ...output }), one({ ...output, ...change })]).slice(1);
  expect(new Set(met.map(([own]) => own)).size).toBe(1);
  expect(new Set(met.map(([, other]) => other)).size).toBe(1);
  expect(met[0]?.[0]).not.toBe(met[0]?.[1]);
});

test('hashes are those of the texts', () => {
  expect(one(output)).toMatchObject({
    stdoutSha256: '374b6b0ce4fc9819fd0d5616c7d371cc2d45a5a9b759af0e84315bf26a12c4f5',
    stderrSha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  });
});
