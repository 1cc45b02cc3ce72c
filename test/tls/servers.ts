import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { listening } from './looks.ts';
import type { Issued } from './pki.ts';

export interface RealServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** `openssl s_server`, for protocols and ciphers that nothing else speaks any more. */
export async function opensslServer(folder: string, name: string, args: readonly string[]): Promise<RealServer> {
  const port = await freePort();
  const files = ['-cert', `${name}.crt`, '-key', `${name}.key`];
  const child = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, '-www', '-quiet', ...files, ...args], {
    cwd: folder,
    stdio: 'ignore',
  });
  return started(child, port);
}

const NGINX = '/usr/sbin/nginx';

/** True: tests with nginx run. Where scripts/test.mjs installs packages it must be there. */
export function hasNginx(): boolean {
  if (existsSync(NGINX)) return true;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) throw new Error('nginx is not installed.');
  console.error('!!! nginx is not installed: its tests are skipped.');
  return false;
}

/** nginx with the contents of one `server {}` per entry; the first is the default server. */
export async function nginxServer(folder: string, issued: Issued, servers: readonly string[]): Promise<RealServer> {
  const port = await freePort();
  const own = join(folder, `nginx-${port}`);
  mkdirSync(own);
  writeFileSync(join(own, 'site.pem'), issued.cert);
  writeFileSync(join(own, 'site.key'), issued.key);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${own}/${what};`);
  const blocks = servers.map(
    (text) =>
      `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${own}/site.pem; ssl_certificate_key ${own}/site.key; ${text} }`,
  );
  const config = `daemon off; master_process off; pid ${own}/pid; error_log ${own}/error.log;
events {} http { access_log off; ${paths.join(' ')} ${blocks.join('\n')} }`;
  writeFileSync(join(own, 'nginx.conf'), config);
  const args = ['-p', own, '-c', join(own, 'nginx.conf'), '-e', join(own, 'error.log')];
  execFileSync(NGINX, ['-t', ...args], { stdio: 'pipe', timeout: 10_000 });
  return started(spawn(NGINX, args, { stdio: 'ignore' }), port);
}

async function started(child: ChildProcess, port: number): Promise<RealServer> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let turn = 0; turn < 100 && child.exitCode === null; turn += 1) {
    if (await answers(port)) return { port, stop: () => (child.kill('SIGKILL') ? gone : Promise.resolve()) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`${child.spawnargs.join(' ')} did not start.`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
