import { describe, expect, test } from 'vitest';
import { secretsPermissions } from '../../checks/host/secrets-permissions.ts';
import { captureOf, judged, recording, verdicts, without } from './recorded.ts';

describe('secrets-permissions', () => {
  test.each([
    ['bookworm-compliant', 'pass', 'None of 9 secret files in known places can be read by other accounts.'],
    ['trixie-compliant', 'pass', 'directories let neither other accounts nor fleetproof in'],
    ['bookworm-secrets', 'fail', '/home/alice/app/.env can be read by every account (mode 0644).'],
    ['bookworm-secrets', 'fail', '/etc/nginx/tls.pem can be read by every account (mode 0644).'],
    ['bookworm-secrets', 'fail', '/var/www/html/.env lies in the document root /var/www/html'],
    ['bookworm-secrets', 'fail', '/etc/ssl/private, which holds private keys, is open to others (mode 0755).'],
    [
      'bookworm-secrets',
      'fail',
      '/home/alice/.pgpass can be read by the other members of a group (mode 0640, alice:users).',
    ],
    ['bookworm-secrets-closed-home', 'pass', 'in known places'],
    // Mode 0711: names cannot be listed, but who knows one gets through.
    ['trixie-secrets-unlisted-home', 'unknown unreadable', 'Other accounts may pass /home/alice (mode 0711)'],
    ['trixie-secrets-unlisted-home-as-root', 'fail', '/home/alice/app/.env can be read by every account'],
    ['bookworm-secrets-unread-settings', 'unknown unreadable', '/etc/nginx/nginx.conf could not be read'],
    // `server { listen 81; root /srv/site2; }`
    ['bookworm-secrets-one-line-root', 'fail', '/srv/site2/.env lies in the document root /srv/site2'],
    [
      'bookworm-secrets-variable-root',
      'unknown unreadable',
      'the document root "/srv/www/$host", which is no plain path',
    ],
    // Mode 0750, root:www-data.
    ['bookworm-secrets-closed-root', 'unknown unreadable', 'The document root /data/site could not be looked into'],
    // alice is in www-data and shadow.
    [
      'bookworm-secrets-service-groups',
      'fail',
      '/srv/app/.env can be read by the other members of a group (mode 0640, root:www-data)',
    ],
    ['bookworm-secrets-service-groups', 'fail', '/etc/shadow can be read by the other members of a group'],
    ['bookworm-secrets-line-end', 'unknown unreadable', 'has a line end in its name'],
    ['bookworm-no-sudo-compliant', 'pass', 'in known places'],
  ] as const)('%s %s', (name, expected, because) => {
    const findings = judged(secretsPermissions, captureOf(recording(name)));
    expect(verdicts(findings)).toEqual([expected]);
    expect(findings[0]?.because).toContain(because);
  });

  test('what is closed enough is not told', () => {
    const because = judged(secretsPermissions, captureOf(recording('bookworm-secrets')))[0]?.because ?? '';
    for (const path of ['.env.example', '/home/alice/.my.cnf', '/etc/gshadow']) expect(because).not.toContain(path);
  });

  test.each([
    ['missing', 'secret-files', 'unknown tool-missing'],
    ['timeout', 'secret-files', 'unknown timeout'],
    ['truncated', 'secret-files', 'unknown truncated'],
    ['timeout', 'group-entries', 'unknown timeout'],
  ] as const)('%s %s', (state, probe, expected) => {
    const capture = captureOf(without('bookworm-compliant', state, [probe]));
    expect(verdicts(judged(secretsPermissions, capture))).toEqual([expected]);
  });

  test.each([
    ['an access control list', '-rw-------+ 1 0 0 43 Nov 22 05:10 /srv/app/.env', 'unknown not-observable'],
    ['SELinux only', '-rw-------. 1 0 0 43 Nov 22 05:10 /srv/app/.env', 'pass'],
    ['another owner', '-rw------- 1 1000 0 43 Nov 22  2025 /etc/ssh/ssh_host_rsa_key', 'fail'],
    ['a name with blanks', '-rw-r--r-- 1 0 0 43 Nov 22 05:10 /srv/app/.env.old copy', 'fail'],
    ['no line of ls', 'total 4', 'unknown unparseable'],
  ])('%s', (_name, line, expected) => {
    const { now, outputs } = recording('bookworm-compliant');
    const path = line.replace(/^[^/]*/, '');
    const changed = outputs.map((output) => {
      if (output.probe !== 'secret-files') return output;
      const others = output.stdout.split('\n').filter((row) => path === '' || !row.endsWith(path));
      return { ...output, stdout: [...others, line].join('\n') };
    });
    expect(verdicts(judged(secretsPermissions, captureOf({ now, outputs: changed })))).toEqual([expected]);
  });

  /** Of the host whose /srv/app/.env is root:www-data, 0640, with other members in that group. */
  test.each([
    ['nobody', '', '/bin/bash', 'pass'],
    ['a service', 'backup', '/bin/bash', 'pass'],
    ['one who logs in', 'alice', '/bin/bash', 'fail'],
    ['an account without a shell', 'alice', '/usr/sbin/nologin', 'pass'],
    ['a name that stands nowhere else', 'carol', '/bin/bash', 'unknown not-observable'],
  ])('a group of a service with %s in it', (_name, members, shell, expected) => {
    const { now, outputs } = recording('bookworm-secrets-service-groups');
    const changed = outputs.map((output) => {
      const stdout = output.stdout
        .replace(/^(shadow:.*:).*$/m, '$1')
        .replace(/^(www-data:x:33:)[a-z]*$/m, `$1${members}`)
        .replace(/^(alice:.*:).*$/m, `$1${shell}`);
      return { ...output, stdout };
    });
    expect(verdicts(judged(secretsPermissions, captureOf({ now, outputs: changed })))).toEqual([expected]);
  });

  test('who has the group of a service for a first one is in it, and its owner is nobody else', () => {
    const { now, outputs } = recording('bookworm-secrets-service-groups');
    const changed = (uid: string) =>
      outputs.map((output) => {
        if (output.probe === 'group-entries')
          return { ...output, stdout: output.stdout.replaceAll(/:[a-z,]*alice$/gm, ':') };
        if (output.probe === 'passwd-entries')
          return { ...output, stdout: output.stdout.replace('alice:x:1001:1001', 'alice:x:1001:33') };
        return { ...output, stdout: output.stdout.replace(/ 0( +33 .* \/srv\/app\/\.env)$/m, ` ${uid}$1`) };
      });
    const judge = (uid: string) => verdicts(judged(secretsPermissions, captureOf({ now, outputs: changed(uid) })));
    expect(judge('0')).toEqual(['fail']);
    expect(judge('1001')).toEqual(['pass']);
  });

  /** Lines about settings on top of those of a recording. */
  test.each([
    ['root /srv/$site', 'unknown unreadable', 'set to the document root "/srv/$site", which is no plain path'],
    ['root /srv/%0/html', 'unknown unreadable', 'which is no plain path'],
    ['root html', 'unknown unreadable', 'which is no plain path'],
    ['root $WEB}/a', 'unknown unreadable', 'which is no plain path'],
    ['root /home/$user/www', 'unknown unreadable', 'which is no plain path'],
    ['key tls/site.key', 'unknown unreadable', 'set to the key "tls/site.key"'],
    ['key /etc/ssl/$host.key', 'unknown unreadable', 'set to the key'],
    ['closed-root /data/site', 'unknown unreadable', 'The document root /data/site could not be looked into'],
    ['root /srv/app', 'fail', '/srv/app/.env lies in the document root /srv/app'],
    ['root /srv/other', 'pass', 'None of'],
  ])('%s: %s', (line, expected, because) => {
    const { now, outputs } = recording('bookworm-compliant');
    const changed = outputs.map((output) =>
      output.probe === 'secret-files' ? { ...output, stdout: `${line}\n${output.stdout}` } : output,
    );
    const findings = judged(secretsPermissions, captureOf({ now, outputs: changed }));
    expect(verdicts(findings)).toEqual([expected]);
    expect(findings[0]?.because).toContain(because);
  });

  test.each([
    ['drwx------', 'pass'],
    ['drwxr-x---', 'pass'],
    ['drwx--x--x', 'fail'],
  ])('root sees a readable file behind a directory of %s: %s', (mode, expected) => {
    const { now, outputs } = recording('trixie-secrets-unlisted-home-as-root');
    const changed = outputs.map((output) => ({
      ...output,
      stdout: output.stdout.replace(/^d\S+(.* \/home\/alice)$/m, `${mode}$1`),
    }));
    expect(verdicts(judged(secretsPermissions, captureOf({ now, outputs: changed })))).toEqual([expected]);
  });

  test('places can be left out', () => {
    const params = { paths: ['/etc/gshadow', '/etc/ssh/ssh_host_*_key'] };
    for (const name of ['bookworm-secrets', 'trixie-secrets-unlisted-home']) {
      expect(verdicts(judged(secretsPermissions, captureOf(recording(name)), params))).toEqual(['pass']);
    }
  });
});
