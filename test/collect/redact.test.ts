import { describe, expect, test } from 'vitest';
import { redact } from '../../src/collect/redact.ts';

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----`;

describe('what looks like a secret is replaced and counted', () => {
  test.each([
    [`before\n${KEY}\nafter`, 'before\n[redacted]\nafter', 1],
    [`${KEY}\n${KEY.replaceAll('OPENSSH ', '')}`, '[redacted]\n[redacted]', 2],
    ['-----BEGIN RSA PRIVATE KEY-----\ncut off', '[redacted]', 1],
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
    '-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----',
    '',
  ])('%j', (text) => {
    expect(redact(text)).toEqual({ text, count: 0 });
  });
});

test('patterns of a probe replace their first group only, or all where they have none', () => {
  expect(redact('user bob id 7', [/user (\w+)/g])).toEqual({ text: 'user [redacted] id 7', count: 1 });
  expect(redact('user bob id 7', [/id \d/g])).toEqual({ text: 'user bob [redacted]', count: 1 });
});

test('a long text without a secret is read in no time', () => {
  const text = 'password '.repeat(20_000) + 'a://'.repeat(20_000) + 'x'.repeat(200_000);
  const began = performance.now();
  redact(text);
  expect(performance.now() - began).toBeLessThan(2000);
});
