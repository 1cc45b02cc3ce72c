import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSecretFiles } from '../../src/facts/secrets/read.ts';
import { probes } from '../../src/facts/secrets.ts';
import { output, outputs, SHELLS } from './recorded.ts';

const [probe] = probes;

/** The lines about settings that the snippet prints where the web servers' files are these. */
function settings(files: Readonly<Record<string, string>>, shell: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-secrets-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text.replaceAll('HERE', folder));
    }
    const snippet = (probe?.snippet ?? '').replaceAll(/\/etc\/(?=nginx|apache2)/g, `${folder}/`);
    const [command = 'sh', ...words] = shell.split(' ');
    const { stdout } = spawnSync(command, [...words, '-c', snippet], { encoding: 'utf8', env: { ...process.env } });
    const lines = stdout.replaceAll(folder, 'HERE').split('\n');
    return lines.filter((line) => /^(root|key|unread) /.test(line));
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
    ['an alias', 'nginx/conf.d/a.conf', 'location /x/ { alias /srv/x/; }', ['root /srv/x/']],
    [
      'an alias of Apache',
      'apache2/sites-enabled/a',
      'Alias /x "/srv/my x"\nAliasMatch ^/(.*) /srv/$1\n',
      ['root /srv/my x', 'root /srv/$1'],
    ],
    [
      'what cannot be passed to a name',
      'nginx/conf.d/a.conf',
      'include /nowhere/$host.conf;',
      ['unread /nowhere/$host.conf'],
    ],
  ])('%s', (_, path, text, expected) => {
    for (const shell of SHELLS)
      expect([...settings({ [path]: text }, shell)].sort(), shell).toEqual([...expected].sort());
    expect(SHELLS.length).toBeGreaterThan(1);
  });

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'from elsewhere, and from there',
      {
        'nginx/nginx.conf': 'include HERE/elsewhere/*.conf; include vhosts;',
        'elsewhere/a.conf': 'server { root /srv/a; } include "HERE/further/b c.inc";',
        'further/b c.inc': 'root /srv/b;',
        'nginx/vhosts': 'root /srv/c;',
      },
      ['root /srv/a', 'root /srv/b', 'root /srv/c'],
    ],
    [
      'in a loop',
      { 'nginx/nginx.conf': 'include HERE/x/a;', 'x/a': 'root /srv/a; include HERE/x/*;' },
      ['root /srv/a'],
    ],
    [
      'of Apache, by folder',
      {
        'apache2/apache2.conf': 'IncludeOptional HERE/sites\nInclude extra/*.conf\n',
        'sites/a': 'DocumentRoot /srv/a\n',
        'apache2/extra/b.conf': 'DocumentRoot /srv/b\n',
      },
      ['root /srv/a', 'root /srv/b'],
    ],
    ['that is not there', { 'nginx/nginx.conf': 'include HERE/none/*.conf; include /none.conf;' }, []],
    [
      'that goes on and on',
      Object.fromEntries(
        Array.from({ length: 12 }, (_, at) => [
          at === 0 ? 'nginx/nginx.conf' : `deep/${at}`,
          `include HERE/deep/${at + 1};`,
        ]),
      ),
      ['unread HERE/deep/8'],
    ],
  ])('what is included %s', (_, files, expected) => {
    for (const shell of SHELLS) expect([...settings(files, shell)].sort(), shell).toEqual([...expected].sort());
  });
});

const PASSWD = `root:x:0:0::/root:/bin/bash
www-data:x:33:33::/var/www:/usr/sbin/nologin
alice:x:1000:1000::/home/alice:/bin/bash
bob:x:1001:1001::/home/bob:/bin/bash
`;
const GROUP = `root:x:0:
adm:x:4:
www-data:x:33:
ssl-cert:x:110:alice
devs:x:111:alice,bob
ops:x:112:bob
alice:x:1000:
bob:x:1001:
`;

const factOf = (text: string) =>
  readSecretFiles(
    outputs(output('secret-files', text), output('passwd-entries', PASSWD), output('group-entries', GROUP)),
  );

const ETC = 'drwxr-xr-x 2 0 0 4096 Nov 22 02:43 /etc';

test('a document root is the same with a slash at its end', () => {
  const rows = [
    'root /srv/a/',
    ETC,
    'drwxr-xr-x 2 0 0 4096 Nov 22 02:43 /srv',
    'drwxr-xr-x 2 0 0 4096 Nov 22 02:43 /srv/a',
    '-rw------- 1 0 0 1 Nov 22 02:43 /srv/a/.env',
  ];
  expect(factOf(rows.join('\n'))).toMatchObject({
    value: { files: [{ path: '/srv/a/.env', documentRoot: '/srv/a' }] },
  });
});

test.each([
  ['drwx------ 2 0 0', false],
  ['drwx--x--- 2 0 33', false],
  ['drwx--x--- 2 0 111', true],
])('a key of a web server in a folder that fleetproof may not pass, %s', (folder, isOpenToOthers) => {
  const rows = ['key /var/keys/a.pem', 'closed /var/keys', ETC, `${folder} 4096 Nov 22 02:43 /var/keys`];
  expect(factOf(rows.join('\n'))).toMatchObject({
    value: { closed: [{ path: '/var/keys', places: ['tls-keys'], isOpenToOthers }] },
  });
});

describe('who can read a file', () => {
  test.each([
    // [modes and groups of a folder, a folder in it and the key in that, who]
    ['755 0', '755 0', '644 0', 'everyone'],
    ['755 0', '755 0', '640 111', 'group'],
    ['755 0', '710 110', '644 0', 'group'],
    // The key's group does not get to it, but who is in both groups does.
    ['755 0', '710 110', '640 112', 'owner'],
    ['755 0', '710 110', '640 111', 'group'],
    ['710 110', '750 112', '644 0', 'owner'],
    ['710 110', '750 111', '644 0', 'group'],
    // The folder inside is shut, whoever passes the one around it.
    ['750 4', '700 0', '644 0', 'owner'],
    ['750 4', '755 0', '644 0', 'group'],
    ['755 0', '750 33', '640 33', 'owner'],
  ])('%s, %s, %s: %s', (outer, inner, key, who) => {
    const line = (kind: string, text: string, path: string): string => {
      const [mode = '', gid = ''] = text.split(' ');
      const bits = [...mode].map((digit) => ['---', '--x', '', '', 'r--', 'r-x', 'rw-', 'rwx'][Number(digit)]).join('');
      return `${kind}${bits} 2 0 ${gid} 4096 Nov 22 02:43 ${path}`;
    };
    const rows = [
      line('d', '755 0', '/etc'),
      line('d', outer, '/srv'),
      line('d', inner, '/srv/tls'),
      line('-', key, '/srv/tls/site.pem'),
    ];
    const fact = factOf(`key /srv/tls/site.pem\n${rows.join('\n')}\n`);
    expect(fact).toMatchObject({ value: { files: [{ path: '/srv/tls/site.pem', readableBy: who }] } });
  });
});
