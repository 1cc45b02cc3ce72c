import { describe, expect, test } from 'vitest';
import { sshOfferedAuth } from '../../checks/ssh/ssh-offered-auth.ts';
import { probeSsh } from '../../src/collect/outside/ssh.ts';
import type { Exchange, SshExchange } from '../../src/model/exchange.ts';
import { visitWith } from '../collect/outside/visits.ts';
import { hasSshd, LOGIN_USER, sshd } from '../collect/ssh/sshd.ts';
import { host } from '../collect/ssh/support.ts';
import { answer, comingFrom, greeting, withOutside } from './outside.ts';
import { captureOf, judged, recording, verdicts } from './recorded.ts';

function judge(name: string, exchanges: readonly Exchange[]) {
  const { now, outputs } = recording(name);
  const capture = captureOf({ now, outputs: [...outputs, comingFrom('198.51.100.7')] });
  return judged(sshOfferedAuth, withOutside(capture, exchanges));
}

const offers = (...methods: string[]) => [greeting(), answer(methods)];
const lost = (state: SshExchange['state'], error: string) =>
  [greeting(), answer(null, 3072, { state, error, hostKey: '' })] as const;

describe('ssh-offered-auth', () => {
  test.each<readonly [string, string, readonly Exchange[], string, string]>([
    [
      'keys only',
      'bookworm-compliant',
      offers('publickey'),
      'pass',
      'Seen from 198.51.100.7, 192.0.2.1:22 offers public keys only to the user audit.',
    ],
    [
      'passwords, and the files say so',
      'bookworm-cloud-init',
      offers('publickey', 'password'),
      'fail',
      'Seen from 198.51.100.7, 192.0.2.1:22 offers password to the user audit.',
    ],
    [
      'passwords, and the files say no: a stale daemon',
      'bookworm-stale',
      offers('publickey', 'password'),
      'fail',
      "But by the host's configuration it must not: /etc/ssh/sshd_config.d/",
    ],
    [
      'with the time of the change',
      'bookworm-stale',
      offers('publickey', 'password'),
      'fail',
      'after sshd last read its configuration',
    ],
    [
      'keyboard-interactive',
      'bookworm-compliant',
      offers('publickey', 'keyboard-interactive'),
      'fail',
      'sets KbdInteractiveAuthentication no. The running sshd works by older settings',
    ],
    [
      'no proof at all',
      'bookworm-compliant',
      [greeting(), answer([], 3072, { letIn: true })],
      'fail',
      'lets the user audit in without any proof',
    ],
    ['Kerberos', 'bookworm-gssapi', offers('publickey', 'gssapi-with-mic'), 'fail', 'offers gssapi-with-mic'],
    [
      'a method that nobody knows',
      'bookworm-compliant',
      offers('x@example.org'),
      'fail',
      'offers x@example.org to the user audit.',
    ],
    [
      'the files allow passwords, and sshd does not offer them',
      'bookworm-cloud-init',
      offers('publickey'),
      'pass',
      "The host's configuration says otherwise",
    ],
    [
      'a key first, then a password',
      'bookworm-two-factors',
      offers('publickey'),
      'pass',
      'public keys only to the user audit.',
    ],
    ['nothing', 'bookworm-compliant', offers(), 'unknown unparseable', 'offers no method at all'],
    ['a drop', 'bookworm-compliant', lost('closed', 'It hung up.'), 'unknown unreachable', 'It hung up.'],
    ['a penalty', 'bookworm-compliant', lost('not-run', 'Not asked.'), 'unknown not-observable', 'Not asked.'],
    ['silence', 'bookworm-compliant', lost('timeout', 'Late.'), 'unknown timeout', 'Late.'],
    ['garbage', 'bookworm-compliant', lost('garbled', 'Not SSH.'), 'unknown unparseable', 'Not SSH.'],
    ['sshd was not asked', 'bookworm-compliant', [], 'unknown not-observable', 'sshd was not looked at from outside'],
  ])('%s', (_, name, exchanges, verdict, because) => {
    const findings = judge(name, exchanges);
    expect(findings[0]?.because).toContain(because);
    expect(verdicts(findings)).toEqual([verdict]);
  });

  test('a Match block for the scanner may be why: no contradiction is told', () => {
    const [finding] = judge('bookworm-match', offers('publickey', 'password'));
    expect(finding?.because).toBe('Seen from 198.51.100.7, 192.0.2.1:22 offers password to the user audit.');
  });

  test('only the lines that allow the method are told to be changed', () => {
    const [finding] = judge('bookworm-match', offers('publickey', 'password'));
    const changed = finding?.remediation?.split('\n').filter((line) => line.startsWith('sed '));
    expect(changed).toEqual([
      "sed -i '7s/.*PasswordAuthentication.*/PasswordAuthentication no/I' /etc/ssh/sshd_config.d/60-a.conf",
    ]);
  });

  test('a host that was reached through a jump host, and a scan without the network', () => {
    const capture = captureOf(recording('bookworm-compliant'));
    const behind = { ...capture, outside: { taken: false, because: 'It is behind another host.', exchanges: [] } };
    expect(verdicts(judged(sshOfferedAuth, behind))).toEqual(['unknown not-observable']);
    expect(verdicts(judged(sshOfferedAuth, capture))).toEqual(['unknown not-observable']);
  });
});

describe.skipIf(!hasSshd)('a real sshd whose file was changed after it had started', () => {
  test('is found out', async () => {
    const server = await sshd(['PasswordAuthentication yes']);
    const target = host({ port: server.port, user: LOGIN_USER });
    const exchanges = await probeSsh(target, '127.0.0.1', visitWith());
    const [finding] = judge('bookworm-compliant', exchanges);
    expect(finding?.because).toContain(`127.0.0.1:${server.port} offers password to the user ${LOGIN_USER}. But by`);
    expect(finding?.remediation).toContain('systemctl reload ssh');
  });
});
