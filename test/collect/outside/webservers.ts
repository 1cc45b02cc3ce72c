import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pair } from './servers.ts';

export type Software = 'nginx' | 'apache' | 'caddy';

const PROGRAMS: Readonly<Record<Software, string>> = {
  nginx: '/usr/sbin/nginx',
  apache: '/usr/sbin/apache2',
  caddy: '/usr/bin/caddy',
};

/** One site of a server: `port` and `tls` say where; the text is the inside of its block. */
export interface Block {
  readonly port: number;
  readonly tls: boolean;
  readonly text: string;
}

/**
 * True when the server is installed. Root on Debian has it from `npm test`, so there its absence is an error; elsewhere
 * its tests are left out, which is said.
 */
export function installed(software: Software): boolean {
  const program = PROGRAMS[software];
  if (existsSync(program)) return true;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    throw new Error(`${program} is missing; "npm test" installs it.`);
  }
  console.error(`!!! ${program} IS NOT INSTALLED: ITS TESTS ARE SKIPPED.`);
  return false;
}

/** Starts a real web server on loopback with a configuration of its own; the result ends it. */
export async function start(software: Software, blocks: readonly Block[], pair: Pair): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), `fleetproof-${software}-`));
  // Apache serves as nobody when it is started by root.
  chmodSync(folder, 0o755);
  for (const name of ['www/en', 'tmp']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['www', 'www/en']) writeFileSync(join(folder, name, 'index.html'), '<title>here</title>');
  writeFileSync(join(folder, 'cert.pem'), pair.cert);
  writeFileSync(join(folder, 'key.pem'), pair.key);
  const config = join(folder, 'server.conf');
  writeFileSync(config, CONFIGS[software](folder, blocks));
  const child = spawn(PROGRAMS[software], ARGUMENTS[software](folder, config), {
    env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const stop = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const { port } of blocks) await answering(port, child);
  } catch (error) {
    const log = join(folder, 'error.log');
    said += existsSync(log) ? readFileSync(log, 'utf8') : '';
    await stop();
    throw new Error(`${software} did not start: ${said}`, { cause: error });
  }
  return stop;
}

const ARGUMENTS: Readonly<Record<Software, (folder: string, config: string) => string[]>> = {
  nginx: (folder, config) => ['-p', folder, '-c', config, '-e', join(folder, 'error.log')],
  apache: (folder, config) => ['-d', folder, '-f', config, '-DFOREGROUND'],
  caddy: (_, config) => ['run', '--config', config, '--adapter', 'caddyfile'],
};

const APACHE_MODULES = ['mpm_event', 'authz_core', 'dir', 'alias', 'headers', 'rewrite', 'proxy', 'proxy_http', 'ssl'];

const CONFIGS: Readonly<Record<Software, (folder: string, blocks: readonly Block[]) => string>> = {
  nginx: (folder, blocks) => `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; server_tokens off;
  client_body_temp_path tmp/b; proxy_temp_path tmp/p; fastcgi_temp_path tmp/f; uwsgi_temp_path tmp/u; scgi_temp_path tmp/s;
  ${blocks
    .map(
      ({ port, tls, text }) => `server {
    listen 127.0.0.1:${port}${tls ? ' ssl' : ''}; server_name example.org; root ${folder}/www;
    ${tls ? `ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;` : ''}
    ${text}
  }`,
    )
    .join('\n  ')}
}
`,
  apache: (folder, blocks) => `ServerName example.org
PidFile ${folder}/pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
DocumentRoot ${folder}/www
${APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User nobody\nGroup nogroup' : ''}
ServerTokens OS
DirectoryIndex index.html
${blocks
  .map(
    ({ port, tls, text }) => `Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
${tls ? `SSLEngine on\nSSLCertificateFile ${folder}/cert.pem\nSSLCertificateKeyFile ${folder}/key.pem` : ''}
${text}
</VirtualHost>`,
  )
  .join('\n')}
`,
  caddy: (folder, blocks) => `{
  admin off
  auto_https off
  servers {
    protocols h1
  }
}
${blocks
  .map(
    ({ port, tls, text }) => `${tls ? 'https' : 'http'}://example.org:${port} {
  bind 127.0.0.1
  ${tls ? `tls ${folder}/cert.pem ${folder}/key.pem` : ''}
${text}
}`,
  )
  .join('\n')}
`,
};

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await gone;
  clearTimeout(hard);
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries += 1) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing listens on port ${port}.`);
}

/** Ports that were free just now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          }),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
