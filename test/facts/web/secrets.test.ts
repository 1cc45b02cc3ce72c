import { expect, test } from 'vitest';
import { SHELLS } from '../recorded.ts';
import { printed } from './support.ts';

const FILES = {
  '/etc/nginx/nginx.conf': `http {
map $http_authorization $ok { "Bearer hunter2" 1; }
server { listen 80; proxy_set_header Authorization "Basic hunter2; {x"; # hunter2
 # old hunter2
 if ($http_x_token = "hunter2") { return 200 "hunter2"; }
 fastcgi_param DB_PASSWORD
   hunter2;
 add_header X-Token hunter2; location / { set $key 'hunter2'; } } }`,
  '/etc/nginx/.htpasswd': 'hunter2',
  '/etc/nginx/ssl/a.key': 'hunter2',
  '/etc/apache2/apache2.conf':
    'Listen 80\nSetEnv PASSWORD hunter2\n# hunter2\nRequestHeader set X-A \\\n  hunter2\nDefine DB_PASSWORD hunter2\n<If "%{HTTP:X-A} == \'hunter2\'">\n</If>\n',
  '/etc/apache2/envvars': 'export DB_PASSWORD=hunter2\nX=hunter2\n',
  '/etc/caddy/Caddyfile':
    'a.example {\n\tbasic_auth {\n\t\tbob hunter2\n\t}\n\t# hunter2\n\theader X-A hunter2\n\ttls {\n\t\tdns x hunter2\n\t}\n}\n',
};

test.each(SHELLS.flatMap((shell) => ['nginx', 'apache', 'caddy'].map((server) => [server, shell] as const)))(
  'no secret of %s leaves the host (%s)',
  (server, shell) => {
    const text = printed(`${server}-config`, FILES, shell);
    expect(text).toMatch(/listen 80|Listen 80|a\.example/);
    expect(text).not.toContain('hunter2');
  },
);
