import { describe, expect, test } from 'vitest';
import { redact } from '../../src/collect/redact.ts';
import { probes } from '../../src/facts/index.ts';

const TOKEN = '4f1c0a9be77d2c35a8d6';

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----`;
/** As `openssl rsa -aes128 -traditional` writes it. */
const LONG = `-----BEGIN RSA PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,2B6EB8F9D4C1A7E05D3F1A2B3C4D5E6F

${'MIIEpAIBAAKCAQEAuO3xPz+/9aYc0k5lL2bTzM1nV7wQkq0ZyJ8dHf4GsR6tUvXw\n'.repeat(3)}c2hvcnQ=
-----END RSA PRIVATE KEY-----`;

/** As GnuPG writes it, with and without its headers. */
const PGP = `-----BEGIN PGP PRIVATE KEY BLOCK-----
Version: GnuPG v2.2.40 (GNU/Linux)
Comment: https://example.org

${'lQOYBGVx3c0BCADJ8dHf4GsR6tUvXwuO3xPz9aYc0k5lL2bTzM1nV7wQkq0Zy+/A\n'.repeat(3)}lQOYBGVx3c0B
=Yz4k
-----END PGP PRIVATE KEY BLOCK-----`;

describe('what looks like a secret is replaced and counted', () => {
  test.each([
    [`before\n${KEY}\nafter`, 'before\n[redacted]\nafter', 1],
    [`${KEY}\n${KEY.replaceAll('OPENSSH ', '')}`, '[redacted]\n[redacted]', 2],
    [`before\n${PGP}\nafter`, 'before\n[redacted]\nafter', 1],
    [PGP.replace(/Version.*\nComment.*\n/, ''), '[redacted]', 1],
    [PGP.slice(0, 240), '[redacted]', 1],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----\nMatch User bob\n', '[redacted]\nMatch User bob\n', 1],
    [`${LONG.slice(0, 150)}`, '[redacted]', 1],
    [`a "${LONG.replaceAll('\n', '\\n')}"`, 'a "[redacted]"', 1],
    [`-e ${LONG.replaceAll('\n', ' ')} -f`, '-e [redacted] -f', 1],
    [LONG.replaceAll(/^/gm, '/etc/a.conf:12:'), '/etc/a.conf:12:[redacted]', 1],
    [
      '-----BEGIN X PRIVATE KEY-----\n-rw-r--r-- 1 0 0 /home/zoe/.env',
      '[redacted]\n-rw-r--r-- 1 0 0 /home/zoe/.env',
      1,
    ],
    ['# -----BEGIN X PRIVATE KEY-----\nMatch User bob\n', '# [redacted]\nMatch User bob\n', 1],
    ['root:$y$j9T$abcdefgh$ijklmnop:1:', 'root:[redacted]:1:', 1],
    ['$6$salt$hash/hash.hash $2b$10$abcdefghijkl', '[redacted] [redacted]', 2],
    ['deb https://bob:hunter2@apt.example.org/ x', 'deb https://[redacted]@apt.example.org/ x', 1],
    ['HTTP://:hunter2@example.org', 'HTTP://[redacted]@example.org', 1],
    ['git+ssh://a:b@c svn+ssh://d:e@f', 'git+ssh://[redacted]@c svn+ssh://[redacted]@f', 2],
    ['id AKIAABCDEFGHIJKLMNOP.', 'id [redacted].', 1],
    ['PASSWORD=hunter22', 'PASSWORD=[redacted]', 1],
    ['DB_PASSWORD=hunter22 client_secret: abcdefgh', 'DB_PASSWORD=[redacted] client_secret: [redacted]', 2],
    ['passwd: "hunter22";', 'passwd: "[redacted]";', 1],
    ["'secret'='hunter22'", "'secret'='[redacted]'", 1],
    [
      'api_key=abcdef123 api-key=abcdef123 ApiKey: abcdef123',
      'api_key=[redacted] api-key=[redacted] ApiKey: [redacted]',
      3,
    ],
    [
      'setenv AWS_SECRET_ACCESS_KEY=wJalrXUtn PGPASSWORD=ab1 X=1',
      'setenv AWS_SECRET_ACCESS_KEY=[redacted] PGPASSWORD=[redacted] X=1',
      2,
    ],
    ['SetEnv DB_PASS="hunter2"', 'SetEnv DB_PASS="[redacted]"', 1],
    ['curl -H "Authorization: Bearer abcdefghijklmnop.12"', 'curl -H "Authorization: Bearer [redacted]"', 1],
    ['token: token: abcdefgh', 'token: [redacted] [redacted]', 2],
  ])('%j', (text, clean, count) => {
    expect(redact(text)).toEqual({ text: clean, count });
  });
});

describe('what does not look like one stays', () => {
  test.each([
    'PasswordAuthentication yes',
    'audit ALL=(root) NOPASSWD: /usr/sbin/ufw',
    'password=yes',
    'password = no',
    'password=short',
    'https://example.org:8443/a@b',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 a@b',
    '$5 and $6',
    'PWD=/home/a MONKEY=abcdefgh BYPASS=yes PASSWORDAUTHENTICATION=yes',
    'basic settings bearer of news',
    '-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----',
    '',
  ])('%j', (text) => {
    expect(redact(text)).toEqual({ text, count: 0 });
  });
});

test.each([
  'bob:x:1000:1000:,,,my token:/home/bob:/bin/bash',
  'vault-token:x:998:998::/home/vault-token:/bin/bash',
  'secret:x:1001:alice,bob',
])('a name that ends like a secret keeps the fields behind it: %s', (line) => {
  expect(redact(line, [], true)).toEqual({ text: line, count: 0 });
});

test('a field of a record is redacted to its end and no further', () => {
  const line =
    'eve:x:1:1:-----BEGIN X PRIVATE KEY-----:/home/eve:/bin/sh\nzoe:x:2:2:password=hunter22:/home/zoe:/bin/sh';
  expect(redact(line, [], true)).toEqual({
    text: 'eve:x:1:1:[redacted]:/home/eve:/bin/sh\nzoe:x:2:2:password=[redacted]:/home/zoe:/bin/sh',
    count: 2,
  });
});

test('what stands between records is no record, and is redacted as a whole', () => {
  const text = `bob:x:1:1::/home/bob:/bin/sh\n${KEY}\napi_token: abcdefgh\ndeb https://u:pass@h/ x\nzoe:x:2:2:token:/home/zoe:/bin/sh`;
  expect(redact(text, [], true)).toEqual({
    text: 'bob:x:1:1::/home/bob:/bin/sh\n[redacted]\napi_token: [redacted]\ndeb https://[redacted]@h/ x\nzoe:x:2:2:token:/home/zoe:/bin/sh',
    count: 3,
  });
});

test('patterns of a probe replace their first group only, or all where they have none', () => {
  expect(redact('user bob id 7', [/user (\w+)/g])).toEqual({ text: 'user [redacted] id 7', count: 1 });
  expect(redact('user bob id 7', [/id \d/g])).toEqual({ text: 'user bob [redacted]', count: 1 });
});

test('a long text without a secret is read in no time', () => {
  const text = `${'password '.repeat(20_000)}${'a://'.repeat(20_000)}${'x'.repeat(200_000)}${'PASS_'.repeat(40_000)}${'aPASS_'.repeat(40_000)}=`;
  const began = performance.now();
  redact(text);
  expect(performance.now() - began).toBeLessThan(2000);
});

test.each([
  ['blanks where a credential could stand', `Bearer ${' '.repeat(200_000)}`],
  ['slashes behind the first line of a key', `-----BEGIN PRIVATE KEY-----${'/'.repeat(200_000)}.`],
  ['folders behind the first line of a key', `-----BEGIN PRIVATE KEY-----${'/a'.repeat(100_000)}.`],
  ['first lines of keys, with a slash each', '-----BEGIN PRIVATE KEY-----/'.repeat(9000)],
  ['places behind the first line of a key', `-----BEGIN PRIVATE KEY-----${'/a:1:'.repeat(40_000)}.`],
])('a host cannot keep the scanner busy: %s', (_, text) => {
  const began = performance.now();
  redact(text);
  expect(performance.now() - began).toBeLessThan(1000);
});

test.each([
  ['commented out', (line: string) => `# ${line}`],
  ['in strings', (line: string) => `"${line}\\n"`],
  ['behind colons', (line: string) => `:  ${line}`],
  ['behind a path with blanks', (line: string, at: number) => `/home/a b/.ssh/authorized_keys:${at}:${line}`],
])('a private key is replaced whole, %s', (_, place) => {
  const lines = [
    '-----BEGIN PRIVATE KEY-----',
    'MIIEow'.repeat(10),
    'MIIEow'.repeat(10),
    'abcd==',
    '-----END PRIVATE KEY-----',
  ];
  const { text, count } = redact(`${lines.map(place).join('\n')}\nPort 22`);
  expect(text).not.toMatch(/MII|abcd|END/);
  expect(text).toContain('Port 22');
  expect(count).toBe(1);
});

test.each([
  ['apt-pending', `500 https://dl.example.io/${TOKEN}/org/deb/debian bookworm/main amd64 Packages`],
  ['apt-pending', `500 https://packages.example.com/${TOKEN} bookworm/main amd64 Packages`],
  ['apt-lists', `/var/lib/apt/lists/dl.example.io_${TOKEN}_org_deb_debian_dists_bookworm_InRelease:Date: x`],
])('%s: a token in the address of an archive is replaced', (probe, line) => {
  const { text, count } = redact(line, probes.find(({ id }) => id === probe)?.redact);
  expect({ text, count }).toEqual({ text: line.replace(TOKEN, '[redacted]'), count: 1 });
});

test.each([
  ['apt-pending', '500 http://snapshot.debian.org/archive/debian/20250520T000000Z bookworm/main amd64 Packages'],
  ['apt-pending', '500 https://ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu noble-security/main amd64 Packages'],
  ['apt-pending', '500 https://download.opensuse.org/repositories/security:/zeek/Debian_12 /main amd64 Packages'],
  ['apt-lists', '/var/lib/apt/lists/mirror.example.org_debian-security_dists_bookworm-security_InRelease:Suite: x'],
])('%s: other addresses of archives stay', (probe, line) => {
  expect(redact(line, probes.find(({ id }) => id === probe)?.redact)).toEqual({ text: line, count: 0 });
});
