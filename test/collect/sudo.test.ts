import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseFrames } from '../../src/collect/frames.ts';
import { programOf } from '../../src/collect/program.ts';
import type { Probe } from '../../src/model/probe.ts';

const nonce = '0123456789abcdef0123456789abcdef';
const probes: readonly Probe[] = [
  { id: 'privileged', purpose: 'A probe of the tests.', as: 'root', argv: ['cat', '/dev/null'] },
  { id: 'last', purpose: 'A probe of the tests.', as: 'user', argv: ['echo', 'the end'] },
];

const folder = mkdtempSync(join(tmpdir(), 'fleetproof-sudo-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program as somebody else than root, with a sudo that answers `-l` with this script. */
function collect(listing: string, other = 'exit 0') {
  const sudo = join(folder, 'sudo');
  writeFileSync(sudo, `#!/bin/sh\n[ "$2" = -l ] || { ${other}; }\n${listing}\n`, { mode: 0o755 });
  const ran = spawnSync('sh', [], {
    input: programOf(probes, nonce).replaceAll('/usr/bin/sudo', sudo),
    timeout: 60_000,
    ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
  });
  const stdout = Buffer.from(ran.stdout.toString().replaceAll(sudo, '/usr/bin/sudo'));
  const frames = parseFrames(stdout, ran.stderr, nonce, probes);
  return { ...frames, argv: frames.outputs[0]?.argv };
}

/** As sudo 1.9.13 prints it. */
const HEAD = 'User audit may run the following commands on bw:';

describe('what sudo allows', () => {
  test.each([
    ['all', '    (ALL : ALL) NOPASSWD: ALL'],
    ['all', '    (root) NOPASSWD: ALL'],
    ['all', '    (games) NOPASSWD: ALL\n    (root, games) NOPASSWD: ALL'],
    ['some', '    (games) NOPASSWD: ALL\n    (root) NOSETENV: NOPASSWD: /usr/bin/cat /dev/null'],
    ['some', '    (ALL, !root) NOPASSWD: ALL'],
    ['some', '    (root) NOPASSWD: /usr/bin/cat /dev/null, PASSWD: ALL'],
    ['no', '    (ALL : ALL) ALL'],
    ['all', '    env_reset, !authenticate\n\n    (ALL : ALL) ALL'],
    ['all', '    env_reset, !authenticate\n\n    (ALL : ALL) NOPASSWD: ALL'],
    ['some', '    env_reset, !authenticate\n\n    (root) /usr/bin/cat /dev/null'],
    ['no', ''],
  ])('%s: %j', (sudo, rules) => {
    const { hello, complete, argv } = collect(`echo '${HEAD}\n${rules}'`);
    expect({ sudo: hello?.sudo, complete }).toEqual({ sudo, complete: true });
    expect(argv?.includes('/usr/bin/timeout')).toBe(sudo === 'all');
  });

  test('why it allows nothing is kept with what was not tried', () => {
    const { outputs } = collect('echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1');
    expect(outputs[0]).toMatchObject({ state: 'denied', stderr: 'sudo: sorry, you must have a tty to run sudo\n' });
    expect(outputs[1]).toMatchObject({ state: 'ran', stderr: '' });
  });

  test.each([
    'sudo: a password is required',
    'Sorry, user audit is not allowed to execute "/usr/bin/cat /dev/null" as root on bw.',
    // sudo-rs 0.2.5
    "sudo-rs: I'm sorry audit. I'm afraid I can't do that",
  ])('a refusal is one: %s', (said) => {
    const rules = '    (root) NOPASSWD: /usr/sbin/nft list ruleset';
    const { outputs } = collect(`echo '${rules}'; exit`, `echo ${JSON.stringify(said)} >&2; exit 1`);
    expect(outputs[0]).toMatchObject({ state: 'denied', exitCode: 1 });
  });

  test('a sudo that does not answer holds up nothing else', () => {
    const { hello, complete, outputs } = collect('sleep 15');
    expect({ sudo: hello?.sudo, complete }).toEqual({ sudo: 'late', complete: true });
    expect(outputs.map(({ probe, state, uid }) => [probe, state, uid])).toMatchObject([
      ['privileged', 'timeout', null],
      ['last', 'ran', process.getuid?.() === 0 ? 65534 : process.getuid?.()],
    ]);
  });
});
