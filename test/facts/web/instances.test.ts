import { expect, test } from 'vitest';
import { readSites } from '../../../src/facts/web/sites.ts';
import type { Sites } from '../../../src/model/facts/web.ts';
import { hostWith, printed } from './support.ts';

const MAIN = '/etc/nginx/nginx.conf';
const urls = ({ sites }: Sites): string[] => sites.map(({ url, origin }) => `${url} ${origin}`);
const doubtsOf = ({ doubts }: Sites): string => doubts.map(({ reason, message }) => `${reason}: ${message}`).join(' ');

test('every instance of a server is read, by its own main file', () => {
  const block = (name: string): string => `http { server { server_name ${name}; } }`;
  const files = { [MAIN]: block('a.example'), '/etc/nginx/b.conf': block('b.example') };
  const processes = ['', ' -c /etc/nginx/b.conf'].map(
    (more) => `nginx 0::/ nginx: master process /usr/sbin/nginx${more}`,
  );
  const found = readSites(hostWith({ files, processes }));
  expect(urls(found)).toEqual(['http://a.example:80 discovered', 'http://b.example:80 discovered']);
  expect(found.doubts).toEqual([]);
});

test.each([
  ['nginx 0::/ nginx: master process nginx -c conf/own.conf', 'nginx runs with a configuration that its command line'],
  [
    'apache2 0::/ /usr/sbin/apache2 -d /etc/apache2-own -k start',
    'Apache runs with the configuration /etc/apache2-own/',
  ],
  ['apache2 0::/ /usr/sbin/apache2 -f own.conf -k start', 'Apache runs with a configuration that its command line'],
  ['caddy 0::/ /usr/bin/caddy file-server --domain a.example', 'Caddy runs with a configuration that its command'],
  ['caddy 0::/ /usr/bin/caddy run --environ --resume', 'Caddy runs with a configuration that its command line'],
])('%s: the usual main file is not in use', (process, message) => {
  const files = {
    [MAIN]: 'http { server { server_name a.example; } }',
    '/etc/apache2/apache2.conf': 'Listen 80\nServerName a.example',
    '/etc/caddy/Caddyfile': 'a.example {\n}',
  };
  const found = readSites(hostWith({ files, processes: [process] }));
  expect(doubtsOf(found)).toContain(`not-observable: ${message}`);
  expect(found.sites).toEqual([]);
});

test('what an include takes along is read, whatever its name: backups and names that look like other files', () => {
  const block = (name: string): string => `server { listen 443 ssl; server_name ${name}; }`;
  const files = {
    [MAIN]: 'http { include /etc/nginx/sites-enabled/*; include /etc/nginx/conf.d/*.conf; }',
    '/etc/nginx/sites-enabled/a.example': block('a.example'),
    '/etc/nginx/sites-enabled/a.example.bak': block('old.example'),
    '/etc/nginx/sites-enabled/b.example~': block('b.example'),
    '/etc/nginx/sites-enabled/shop.md': block('shop.md'),
    '/etc/nginx/sites-enabled/shop.so': block('shop.so'),
    '/etc/nginx/sites-enabled/c.dpkg-old': block('c.example'),
    '/etc/nginx/conf.d/own.key': 'secret',
    // Megabytes that awk would take longer for than a command may.
    '/etc/nginx/conf.d/GeoLite2-City.mmdb': 'cities',
    '/etc/nginx/conf.d/GeoIP.dat': 'countries',
  };
  const names = ['a.example', 'b.example', 'c.example', 'old.example', 'shop.md', 'shop.so'];
  expect(urls(readSites(hostWith({ files })))).toEqual(names.map((name) => `https://${name}:443 discovered`));
  expect(printed('nginx-config', files)).not.toMatch(/own\.key|GeoLite2|GeoIP/);
});
