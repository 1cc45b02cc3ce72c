import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { probes } from '../../src/facts/secrets.ts';
import { SHELLS } from './recorded.ts';

const [probe] = probes;

/** The lines about settings that the snippet prints where the web servers' files are these. */
function settings(files: Readonly<Record<string, string>>, shell: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-secrets-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const snippet = (probe?.snippet ?? '').replaceAll(/\/etc\/(?=nginx|apache2)/g, `${folder}/`);
    const [command = 'sh', ...words] = shell.split(' ');
    const { stdout } = spawnSync(command, [...words, '-c', snippet], { encoding: 'utf8', env: { ...process.env } });
    return stdout.split('\n').filter((line) => /^(root|key|unread) /.test(line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the document roots and keys of web servers', () => {
  test.each<[string, string, string, readonly string[]]>([
    [
      'one per line',
      'nginx/nginx.conf',
      'http {\n  root /srv/a;\n  ssl_certificate_key\t/k/a.pem;\n}\n',
      ['root /srv/a', 'key /k/a.pem'],
    ],
    ['a block on one line', 'nginx/sites-enabled/a', 'server { listen 80; root /srv/a; }', ['root /srv/a']],
    [
      'a block in a block',
      'nginx/conf.d/a.conf',
      'server{location /{root /srv/a;}root /srv/b;}',
      ['root /srv/a', 'root /srv/b'],
    ],
    ['a key on one line', 'nginx/conf.d/a.conf', 'server { ssl_certificate_key /k/a.pem; }', ['key /k/a.pem']],
    ['a directive over two lines', 'nginx/conf.d/a.conf', 'root\n  /srv/a;\n', ['root /srv/a']],
    ['a variable', 'nginx/conf.d/a.conf', 'root /srv/$site;', ['root /srv/$site']],
    ['a variable in braces', 'nginx/conf.d/a.conf', `server { root /srv/\${site}/html; }`, ['root /srv/$site']],
    ['quotes and blanks', 'nginx/conf.d/a.conf', 'root "/srv/my site";\r\n', ['root /srv/my site']],
    ['a relative one', 'nginx/conf.d/a.conf', 'root html;', ['root html']],
    ['what is a comment', 'nginx/conf.d/a.conf', '# x; root /srv/a;\nindex a; #root /srv/b;\nserver { #}\n}', []],
    ['what only begins so', 'nginx/conf.d/a.conf', 'rooted /srv/a; fastcgi_param DOCUMENT_ROOT $document_root;', []],
    [
      'Apache',
      'apache2/sites-enabled/a',
      'documentroot "/srv/my site"\nSSLCertificateKeyFile /k/a.pem\n',
      ['root /srv/my site', 'key /k/a.pem'],
    ],
    ['a variable of Apache', 'apache2/sites-enabled/a', `DocumentRoot \${WEB}/a\n`, ['root $WEB}/a']],
    ['a line of Apache that goes on', 'apache2/sites-enabled/a', 'DocumentRoot \\\n  /srv/a\n', ['root /srv/a']],
    [
      'a root of Apache per name',
      'apache2/sites-enabled/a',
      'VirtualDocumentRoot /srv/%0/html\n',
      ['root /srv/%0/html'],
    ],
  ])('%s', (_, path, text, expected) => {
    for (const shell of SHELLS)
      expect([...settings({ [path]: text }, shell)].sort(), shell).toEqual([...expected].sort());
    expect(SHELLS.length).toBeGreaterThan(1);
  });
});
