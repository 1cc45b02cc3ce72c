import { describe, expect, test } from 'vitest';
import { readSites } from '../../../src/facts/web/sites.ts';
import type { Sites } from '../../../src/model/facts/web.ts';
import { recorded } from '../firewall/recorded.ts';
import { output } from '../recorded.ts';
import { hostWith } from './support.ts';

const MAIN = '/etc/nginx/nginx.conf';
const ss = (port: number, process: string, address = '0.0.0.0'): string =>
  `LISTEN 0 511 ${address}:${port} 0.0.0.0:* users:(("${process}",pid=7,fd=6))`;
const urls = ({ sites }: Sites): string[] => sites.map(({ url, origin }) => `${url} ${origin}`);
const doubtsOf = ({ doubts }: Sites): string => doubts.map(({ reason, message }) => `${reason}: ${message}`).join(' ');

/** The sites of a host with these servers of nginx, and these sites in the inventory. */
function sitesOf(servers: string, sites: readonly string[] = []): Sites {
  return readSites(hostWith({ files: { [MAIN]: `http {\n${servers}\n}` }, sites }));
}

describe('declared and discovered', () => {
  test.each([
    [
      'a name with TLS is one site; its plain port belongs to it',
      'server { listen 80; listen 443 ssl; server_name a.example; }',
      [],
      ['https://a.example:443 discovered'],
    ],
    [
      'so it is when the plain port is a server of its own',
      'server { listen 80; server_name a.example; }\nserver { listen 443 ssl; server_name a.example; }',
      [],
      ['https://a.example:443 discovered'],
    ],
    ['a name without TLS', 'server { listen 8080; server_name A.Example.; }', [], ['http://a.example:8080 discovered']],
    [
      'two ports with TLS are two sites',
      'server { listen 443 ssl; listen 8443 ssl; server_name a.example; }',
      [],
      ['https://a.example:443 discovered', 'https://a.example:8443 discovered'],
    ],
    [
      'declared and found',
      'server { listen 443 ssl; server_name a.example b.example; }',
      ['https://a.example'],
      ['https://a.example:443 both', 'https://b.example:443 discovered'],
    ],
    [
      'declared only, e.g. behind a proxy that ends TLS',
      'server { listen 80; server_name a.example; }',
      ['https://a.example'],
      ['https://a.example:443 declared'],
    ],
    [
      'the default server is the site of the address',
      'server { server_name _; }',
      [],
      ['http://192.0.2.1:80 discovered'],
    ],
    ['so is one without a name', 'server { listen 443 ssl; }', [], ['https://192.0.2.1:443 discovered']],
    [
      'the default server that sends everybody on to HTTPS belongs to the sites there',
      'server { listen 80; server_name _; return 308 https://$host$request_uri; }\nserver { listen 443 ssl; server_name a.example; }',
      [],
      ['https://a.example:443 discovered'],
    ],
    [
      'unless it sends on only some',
      'server { listen 80; location /a { return 308 https://$host$request_uri; } }\nserver { listen 443 ssl; server_name a.example; }',
      [],
      ['http://192.0.2.1:80 discovered', 'https://a.example:443 discovered'],
    ],
    [
      'or has no site to send to, or a name',
      'server { listen 80; return 308 https://$host/; }\nserver { listen 80; server_name b.example; return 301 https://a.example/; }',
      [],
      ['http://192.0.2.1:80 discovered', 'http://b.example:80 discovered'],
    ],
    [
      'a plain port other than 80 is a site of its own, beside TLS, too',
      'server { listen 80; listen 8080; listen 443 ssl; server_name a.example; }',
      [],
      ['http://a.example:8080 discovered', 'https://a.example:443 discovered'],
    ],
    [
      'and so is port 80 where TLS is on another port than 443',
      'server { listen 80; server_name a.example; }\nserver { listen 8443 ssl; server_name a.example; }',
      [],
      ['http://a.example:80 discovered', 'https://a.example:8443 discovered'],
    ],
    [
      'the plain port of a wildcard belongs to it as well',
      'server { listen 80; server_name *.a.example; }\nserver { listen 443 ssl; server_name *.a.example; }',
      ['https://www.a.example'],
      ['https://www.a.example:443 declared'],
    ],
    [
      'one that refuses handshakes still serves its plain port',
      'server { listen 80; listen 443 ssl; ssl_reject_handshake on; }',
      [],
      ['http://192.0.2.1:80 discovered'],
    ],
    ['one that answers every path with an error is none', 'server { listen 80; return 404; }', [], []],
    ['unless it speaks TLS', 'server { listen 443 ssl; return 404; }', [], ['https://192.0.2.1:443 discovered']],
    [
      'a name without a dot is a name; a word for none is not',
      'server { listen 443 ssl default_server; server_name default; }\nserver { listen 443 ssl; server_name intranet; }',
      [],
      ['https://192.0.2.1:443 discovered', 'https://intranet:443 discovered'],
    ],
    ['one that answers nobody is none', 'server { listen 443 ssl; ssl_reject_handshake on; }', [], []],
    ['nor one that closes', 'server { listen 80 default_server; return 444; }', [], []],
    ['nor one for the host itself', 'server { listen 127.0.0.1:8080; server_name a.example; }', [], []],
    [
      'a declared name stands for a wildcard',
      'server { listen 443 ssl; server_name *.a.example; }',
      ['https://www.a.example'],
      ['https://www.a.example:443 declared'],
    ],
    [
      'and for a regular expression',
      'server { listen 443 ssl; server_name "~^(?P<user>.+)\\.a\\.example$"; }',
      ['https://x.a.example'],
      ['https://x.a.example:443 declared'],
    ],
  ])('%s', (_, servers, sites, expected) => {
    const found = sitesOf(servers, sites);
    expect(urls(found)).toEqual(expected);
    expect(found.doubts).toEqual([]);
  });

  test('a site says where it was found; that of an address is asked without a name', () => {
    expect(sitesOf('server {\n listen 443 ssl;\n server_name a.example _; }').sites).toEqual([
      {
        url: 'https://192.0.2.1:443',
        scheme: 'https',
        name: '192.0.2.1',
        port: 443,
        serverName: null,
        origin: 'discovered',
        source: `${MAIN}:2`,
      },
      {
        url: 'https://a.example:443',
        scheme: 'https',
        name: 'a.example',
        port: 443,
        serverName: 'a.example',
        origin: 'discovered',
        source: `${MAIN}:2`,
      },
    ]);
  });

  test.each(['*.a.example', 'www.a.*', '~^www[0-9]+\\.a\\.example$', '$hostname'])(
    '%s cannot be looked at until a name is declared',
    (name) => {
      const { sites } = sitesOf(`server { listen 443 ssl; server_name "${name}"; }`, ['https://b.example']);
      const pattern = sites.find(({ serverName }) => serverName === null);
      expect(pattern?.name).toBe(name);
      expect(pattern?.unobservable).toContain(
        `nginx serves every name that fits ${name} (${MAIN}:2), and no such name is declared: declare one in the inventory`,
      );
    },
  );

  test('.a.example is the name itself and all below it', () => {
    const { sites } = sitesOf('server { listen 443 ssl; server_name .a.example; }');
    expect(sites.map(({ name, unobservable }) => [name, unobservable === undefined])).toEqual([
      ['*.a.example', false],
      ['a.example', true],
    ]);
  });
});

describe('where sites may hide', () => {
  test('nothing listens on web ports and no web server runs: no sites, no doubt', () => {
    expect(readSites(hostWith({}))).toEqual({ sites: [], doubts: [] });
  });

  test('the configuration of a server that does not run counts for nothing', () => {
    const files = { [MAIN]: 'http { server { server_name a.example; } }' };
    expect(readSites(hostWith({ files, processes: [] }))).toEqual({ sites: [], doubts: [] });
  });

  test.each([
    [
      'HAProxy',
      [ss(443, 'haproxy')],
      [],
      'not-observable: haproxy listens on port 443, and which sites it serves there is not known.',
    ],
    ['HAProxy, with a site declared', [ss(443, 'haproxy')], ['https://a.example'], ''],
    [
      'HAProxy, with a site declared on another port',
      [ss(80, 'haproxy')],
      ['https://a.example'],
      'not-observable: haproxy listens on port 80',
    ],
    ['a container', [ss(80, 'docker-proxy', '[::]')], [], 'not-observable: docker-proxy listens on port 80'],
    [
      'what ss may not name',
      ['LISTEN 0 1 *:443 *:*'],
      [],
      'not-observable: A process that could not be seen listens on port 443',
    ],
    ['for the host itself only', [ss(443, 'haproxy', '127.0.0.1')], [], ''],
    ['another port', [ss(8080, 'java')], [], ''],
  ])('%s', (_, listeners, sites, doubt) => {
    expect(doubtsOf(readSites(hostWith({ listeners, sites })))).toMatch(doubt === '' ? /^$/ : new RegExp(`^${doubt}`));
  });

  test('a container whose port nobody listens on, because the packet filter sends it there', () => {
    const sent = (port: number) =>
      recorded('dnat-style').outputs.map((one) => ({ ...one, stdout: one.stdout.replaceAll('5432', String(port)) }));
    expect(doubtsOf(readSites(hostWith({ others: sent(5432) })))).toBe('');
    const found = readSites(hostWith({ others: sent(443) }));
    expect(doubtsOf(found)).toBe(
      'not-observable: The host sends port 443 on to 172.17.0.2:443 (as Docker does), and no site on that port is declared.',
    );
    expect(doubtsOf(readSites(hostWith({ others: sent(443), sites: ['https://a.example'] })))).toBe('');
  });

  test('nginx on a port that it is configured for hides nothing; on another one it does', () => {
    const files = { [MAIN]: 'http { server { listen 80; server_name a.example; } }' };
    const listeners = [ss(80, 'nginx'), ss(443, 'nginx')];
    expect(doubtsOf(readSites(hostWith({ files, listeners })))).toMatch(/^not-observable: nginx listens on port 443/);
  });

  test('nginx that refuses every handshake hides nothing', () => {
    const files = { [MAIN]: 'http { server { listen 443 ssl; ssl_reject_handshake on; } }' };
    expect(readSites(hostWith({ files, listeners: [ss(443, 'nginx')] }))).toEqual({ sites: [], doubts: [] });
  });

  test('nginx in a container is not what the files of the host are about', () => {
    const processes = ['nginx 0::/system.slice/docker-9f.scope nginx: master process nginx -g daemon off;'];
    const files = { [MAIN]: 'http { server { listen 443 ssl; server_name a.example; } }' };
    const found = readSites(hostWith({ files, processes, listeners: [ss(443, 'nginx')] }));
    expect([urls(found), doubtsOf(found)]).toEqual([[], expect.stringMatching(/nginx listens on port 443/)]);
  });

  test.each([
    [
      'nginx 0::/ nginx: master process /usr/sbin/nginx -c /srv/nginx.conf',
      'nginx runs with the configuration /srv/nginx.conf',
    ],
    ['nginx 0::/ nginx: master process /usr/sbin/nginx', 'nginx runs with the configuration /etc/nginx/nginx.conf'],
    ['httpd 0::/ /usr/sbin/httpd -f /srv/httpd.conf', 'Apache runs with the configuration /srv/httpd.conf'],
    ['caddy 0::/ /usr/bin/caddy run --config /srv/caddy.json', 'Caddy runs with the configuration /srv/caddy.json'],
  ])('%s', (process, message) => {
    const found = readSites(hostWith({ processes: [process] }));
    expect(doubtsOf(found)).toContain(`not-observable: ${message}, which fleetproof does not read`);
  });

  test('another main file that is read is taken', () => {
    const files = { '/etc/nginx/other.conf': 'http { server { server_name a.example; } }', [MAIN]: 'http {}' };
    const processes = ['nginx 0::/ nginx: master process /usr/sbin/nginx -c /etc/nginx/other.conf'];
    expect(urls(readSites(hostWith({ files, processes })))).toEqual(['http://a.example:80 discovered']);
  });

  test('a port that nginx passes on', () => {
    const servers = '} stream { server { listen 443; ssl_preread on; } server { listen 53 udp; }';
    expect(doubtsOf(sitesOf(servers))).toBe(
      `not-observable: nginx passes port 443 on to others (${MAIN}:2), and no site on that port is declared.`,
    );
    expect(doubtsOf(sitesOf(servers, ['https://a.example']))).toBe('');
  });

  test.each([
    ['unread /etc/nginx/sites-enabled/shop', '/etc/nginx/sites-enabled/shop belongs to the configuration of nginx'],
    ['closed /etc/nginx/sites-enabled', '/etc/nginx/sites-enabled belongs to the configuration of nginx'],
  ])('%s', (line, message) => {
    const text = `file ${MAIN}\n:http {\n:include sites-enabled/*;\n:}\n${line}\n`;
    const found = readSites(hostWith({ files: { [MAIN]: 'http {}' }, others: [output('nginx-config', text)] }));
    expect(doubtsOf(found)).toBe(`no-privilege: ${message}, and the login user may not read it.`);
  });

  test('what was not brought back', () => {
    const cut = output('nginx-config', '', { state: 'truncated', exitCode: null });
    const found = readSites(hostWith({ files: { [MAIN]: 'http {}' }, others: [cut] }));
    expect(doubtsOf(found)).toMatch(/^truncated: /);
  });

  test('without sudo the ports are still seen, and without ss that is said', () => {
    const denied = output('ssh-listeners', '', { state: 'denied', exitCode: null });
    const readable = output('listeners', 'LISTEN 0 1 0.0.0.0:443 0.0.0.0:*\n');
    expect(doubtsOf(readSites(hostWith({ others: [denied, readable] })))).toContain('listens on port 443');
    const missing = output('listeners', '', { state: 'missing', exitCode: null });
    expect(doubtsOf(readSites(hostWith({ others: [denied, missing] })))).toMatch(/^tool-missing: /);
  });
});
