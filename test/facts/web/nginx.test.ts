import { describe, expect, test } from 'vitest';
import { readFiles } from '../../../src/facts/web/files.ts';
import { parseNginx } from '../../../src/facts/web/nginx/tokens.ts';
import { readNginx } from '../../../src/facts/web/nginx.ts';
import { Ignorance } from '../../../src/model/fact.ts';
import { output, outputs } from '../recorded.ts';
import { type Files, printed } from './support.ts';

const MAIN = '/etc/nginx/nginx.conf';
const YEAR = 'max-age=31536000; includeSubDomains';

/** nginx.conf with this in its `http` block, as the probe shows it. */
function nginx(http: string, more: Files = {}) {
  const files = { [MAIN]: `events {}\nhttp {\n${http}\n}\n`, ...more };
  return readNginx(readFiles(outputs(output('nginx-config', printed('nginx-config', files))), 'nginx-config'), MAIN);
}

describe('words and blocks', () => {
  const TABLE: readonly (readonly [string, readonly string[]])[] = [
    ['a b  c;', ['a', 'b', 'c']],
    ['a "b c" \'d e\';', ['a', 'b c', 'd e']],
    ['a "max-age=1; x # y {}";', ['a', 'max-age=1; x # y {}']],
    ['a b#c;', ['a', 'b#c']],
    ['a # b;\n c;', ['a', 'c']],
    ['a b"c;', ['a', 'b"c']],
    ['a "b\\"c";', ['a', 'b"c']],
    ['a b\\;c;', ['a', 'b\\;c']],
    ['a $\u007bb}c;', ['a', '$\u007bb}c']],
    ['a "";', ['a', '']],
    ['a "b\nc";', ['a', 'b\nc']],
    ['"a" b;', ['a', 'b']],
    ['a b}c;', ['a', 'b}c']],
  ];

  test.each(TABLE)('%j', (text, words) => {
    const [directive] = parseNginx(MAIN, text.split('\n'));
    expect([directive?.name, ...(directive?.words ?? [])]).toEqual(words);
  });

  test('a block knows the line it begins on, whatever stands in front of it', () => {
    const text = '# server {\n\nserver\n{\n  listen "80;\n";\n  root /x;\n}\n';
    expect(parseNginx(MAIN, text.split('\n'))).toEqual([
      {
        name: 'server',
        words: [],
        place: { path: MAIN, line: 3 },
        block: [
          { name: 'listen', words: ['80;\n'], place: { path: MAIN, line: 5 }, block: null },
          { name: 'root', words: ['/x'], place: { path: MAIN, line: 7 }, block: null },
        ],
      },
    ]);
  });

  test('Lua is not read as nginx', () => {
    const [lua, next] = parseNginx(MAIN, ['content_by_lua_block { if x then y = { 1 } end }', 'root /x;']);
    expect([lua?.block, next?.name]).toEqual([[], 'root']);
  });

  test.each([
    ['server {', 'nginx.conf:1 could not be read as nginx would: it ends in the middle of a directive or block'],
    ['a b', 'it ends in the middle'],
    ['a;\n}', 'nginx.conf:2 could not be read as nginx would: a "}" stands where none may'],
    ['a "b;', 'a quote does not end'],
    [';', 'a ";" stands where none may'],
  ])('%j is not guessed at', (text, message) => {
    expect(() => parseNginx(MAIN, text.split('\n'))).toThrow(Ignorance);
    expect(() => parseNginx(MAIN, text.split('\n'))).toThrow(message);
  });
});

describe('listen', () => {
  const any = { address: '*', tls: false, isDefault: false };
  test.each([
    ['', [{ ...any, port: 80 }]],
    ['listen 8080;', [{ ...any, port: 8080 }]],
    ['listen *:80 default_server;', [{ ...any, port: 80, isDefault: true }]],
    ['listen [::]:443 ssl http2 ipv6only=on;', [{ ...any, port: 443, tls: true }]],
    ['listen [::1];', [{ ...any, address: '::1', port: 80 }]],
    ['listen 127.0.0.1:8000-8002;', [8000, 8001, 8002].map((port) => ({ ...any, address: '127.0.0.1', port }))],
    ['listen 10.0.0.7;', [{ ...any, address: '10.0.0.7', port: 80 }]],
    ['listen localhost:81;', [{ ...any, address: 'localhost', port: 81 }]],
    ['listen unix:/run/x.sock;', []],
    ['listen 443 quic reuseport; listen 443 ssl;', [{ ...any, port: 443, tls: true }]],
    ['listen 443; ssl on;', [{ ...any, port: 443, tls: true }]],
  ])('%j', (text, listens) => {
    expect(nginx(`server { ${text} }`).served.map((served) => served.listens)).toEqual([listens]);
  });
});

describe('HSTS', () => {
  const sts = `add_header Strict-Transport-Security "${YEAR}" always;`;
  const header = (line: number, onErrors = true) => ({ value: YEAR, onErrors, place: { path: MAIN, line } });
  const hsts = (http: string, more: Files = {}) => nginx(http, more).served[0]?.hsts;

  test.each([
    ['with always', `server { ${sts} }`, [header(3)], []],
    ['without always', `server { add_header strict-transport-security '${YEAR}'; }`, [header(3, false)], []],
    ['from http', `${sts}\nserver { location /a { root /x; } }`, [header(3)], []],
    ['taken away by another header of the server', `${sts}\nserver { add_header X-A b; }`, [], []],
    ['twice', `server { ${sts} ${sts} }`, [header(3), header(3)], []],
    ['of no value', 'server { add_header Strict-Transport-Security ""; }', [], []],
    ['in a comment', `server { # ${sts}\n }`, [], []],
    [
      'lost in a location with a header of its own',
      `server {\n${sts}\nlocation / { root /x; }\nlocation /api {\n  add_header X-A "b; {}" always;\n}\n}`,
      [header(4)],
      [{ part: 'location /api', place: { path: MAIN, line: 7 } }],
    ],
    [
      'lost in an if of a location',
      `server {\n${sts}\nlocation /a {\nif ($request_method = OPTIONS) { add_header X-A b; return 204; } } }`,
      [header(4)],
      [{ part: 'location /a if ($request_method = OPTIONS)', place: { path: MAIN, line: 6 } }],
    ],
    [
      'lost at the start page itself',
      `server {\n${sts}\nlocation / { add_header X-A b; } }`,
      [],
      [{ part: 'location /', place: { path: MAIN, line: 5 } }],
    ],
    ['set at the start page only', `server { location / {\n${sts} } }`, [header(4)], []],
    [
      'merged by add_header_inherit',
      `add_header_inherit merge;\n${sts}\nserver { add_header X-A b; }`,
      [header(4)],
      [],
    ],
    ['cut off by add_header_inherit', `${sts}\nserver { add_header_inherit off; }`, [], []],
    [
      'of headers-more',
      `server { more_set_headers 'Strict-Transport-Security: ${YEAR}'; add_header X-A b; }`,
      [header(3)],
      [],
    ],
  ])('%s', (_, http, headers, lostIn) => {
    expect(hsts(http)).toEqual({ state: 'known', value: { headers, lostIn, commented: [] } });
  });

  test('from a variable: only what is sent can tell', () => {
    expect(hsts('server { add_header Strict-Transport-Security $hsts always; }')).toMatchObject({
      state: 'unknown',
      reason: 'not-observable',
      message: `${MAIN}:3 takes the value of Strict-Transport-Security from a variable, so only what is sent can tell it.`,
    });
  });

  test("h5bp's file with its lines in comments sets nothing, and is named", () => {
    const h5bp = `# HSTS\n#\n# add_header Strict-Transport-Security "max-age=31536000; includeSubDomains; preload";\n  # add_header Strict-Transport-Security "max-age=31536000";\nssl_protocols TLSv1 TLSv1.1 TLSv1.2;\n`;
    const path = '/etc/nginx/h5bp/directive-only/ssl.conf';
    const commented = [3, 4].map((line) => ({ path, line }));
    const value = { headers: [], lostIn: [], commented };
    const include = 'include h5bp/directive-only/ssl.conf;';
    expect(hsts(`server { ${include} }`, { [path]: h5bp })).toEqual({ state: 'known', value });
    expect(hsts(`${include}\nserver { listen 443 ssl; }`, { [path]: h5bp })).toEqual({ state: 'known', value });
    // Another server that does not include it has nothing of it.
    const other = nginx(`server { listen 443 ssl; }\nserver { ${include} }`, { [path]: h5bp }).served[0]?.hsts;
    expect(other).toEqual({ state: 'known', value: { ...value, commented: [] } });
  });
});

describe('TLS', () => {
  test('the default server of the socket settles the protocols for all names on it', () => {
    const { served } = nginx(`ssl_protocols TLSv1.3;
server { listen 443 ssl default_server; server_name a.example; ssl_protocols TLSv1.2 TLSv1.3; }
server { listen 443 ssl; server_name b.example; ssl_protocols TLSv1 TLSv1.2 TLSv1.3; }
server { listen 8443 ssl; server_name c.example; }`);
    const place = (line: number) => ({ path: MAIN, line });
    expect(served.map(({ protocols }) => protocols)).toEqual([
      { state: 'known', value: { versions: ['TLSv1.2', 'TLSv1.3'], place: place(4) } },
      { state: 'known', value: { versions: ['TLSv1.2', 'TLSv1.3'], place: place(4), overruled: place(5) } },
      { state: 'known', value: { versions: ['TLSv1.3'], place: place(3) } },
    ]);
  });

  test('without default_server it is the first one; with nothing set, nginx itself', () => {
    const { served } = nginx(
      'server { listen 443 ssl; }\nserver { listen 443 ssl; ssl_protocols TLSv1.3; }\nserver { listen 444 ssl; }',
    );
    expect(served.map(({ protocols }) => protocols.state)).toEqual(['absent', 'absent', 'absent']);
  });

  test('certificates: of the server, of http, several, relative, from a variable', () => {
    const { served } = nginx(`ssl_certificate /c/http.pem;
server { ssl_certificate /c/rsa.pem; ssl_certificate ssl/ec.pem; }
server { listen 443 ssl; }
server { ssl_certificate /c/$ssl_server_name.pem; }`);
    const paths = served.map(({ certificates: fact }) =>
      fact.state === 'known' ? fact.value.map(({ path }) => path) : fact.state,
    );
    expect(paths).toEqual([['/c/rsa.pem', '/etc/nginx/ssl/ec.pem'], ['/c/http.pem'], 'unknown']);
  });
});

describe('redirects', () => {
  test.each([
    ['return 301 https://$host$request_uri;', 301],
    ['return https://a.example;', 302],
    ['location / { return 308 https://$host$request_uri; }', 308],
    ['if ($host = a.example) {\n return 301 https://$host$request_uri;\n} # managed by Certbot\nreturn 404;', 301],
    ['if ($scheme = http) { return 302 https://$host$request_uri; }', 302],
    ['rewrite ^(.*)$ https://$host$1 permanent;', 301],
    ['rewrite ^ https://$host$request_uri? redirect;', 302],
    ['return 301 http://a.example;', 'absent'],
    ['location /old { return 301 https://a.example/new; }', 'absent'],
    ['return 200 "https://";', 'absent'],
  ])('%j', (text, status) => {
    const redirect = nginx(`server { listen 80; ${text} }`).served[0]?.redirect;
    expect(redirect?.state === 'known' ? redirect.value.status : redirect?.state).toBe(status);
  });
});

describe('includes', () => {
  test('relative to nginx.conf, with globs in order, nested, and in the middle of a server', () => {
    const { served, doubts } = nginx('include sites-enabled/*;\ninclude mime.types;\ninclude conf.d/*.conf;', {
      '/etc/nginx/sites-enabled/b': 'server { server_name b.example; include snippets/tls.conf; }',
      '/etc/nginx/sites-enabled/a': 'server { server_name a.example; }',
      '/etc/nginx/snippets/tls.conf': '\nlisten 443 ssl;',
      '/etc/nginx/conf.d/off.conf.disabled': 'server { server_name c.example; }',
    });
    expect(served.map(({ names, listens: [listen] }) => [names[0], listen?.port])).toEqual([
      ['a.example', 80],
      ['b.example', 443],
    ]);
    expect(doubts).toEqual([]);
  });

  test.each([
    ['include /srv/app/nginx.conf;', 'outside the directories that fleetproof reads'],
    ['include /srv/*/nginx.conf;', 'outside the directories that fleetproof reads'],
    ['include gone.conf;', 'includes /etc/nginx/gone.conf, which was not found or is not read'],
    ['include nginx.conf;', 'in a circle'],
    ['include broken.conf;', '/etc/nginx/broken.conf:1 could not be read as nginx would'],
  ])('%s is a doubt', (text, message) => {
    const { doubts } = nginx(text, { '/etc/nginx/broken.conf': 'server {' });
    expect(doubts.map((doubt) => doubt.message).join()).toContain(message);
  });
});
