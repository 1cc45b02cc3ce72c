import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { fingerprint } from '../../../src/collect/ssh/text.ts';
import { cleanUp, file, type KeyPair, scratch } from './support.ts';

/** False where the OpenSSH client is not installed: key files and agents cannot be made. */
export const hasKeygen: boolean = installed('ssh-keygen') && installed('ssh-agent');

if (!hasKeygen) {
  const message =
    'The OpenSSH client is not installed (apt-get install openssh-client): key file and agent tests do not run.';
  if (process.env.FLEET_REQUIRED === '1') throw new Error(message);
  console.warn(`\n*** ${message} ***\n`);
}

function installed(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const SECRET = 'correct horse battery staple';

export function print(key: KeyPair): string {
  return fingerprint(key.parsed.getPublicSSH());
}

export function keyFile(key: KeyPair, mode = 0o600): string {
  return file('key', key.privateKey, mode);
}

/** A key made by ssh-keygen in a scratch folder; its path and its public half. */
export function keygen(...args: string[]): { path: string; pair: KeyPair } {
  const path = join(scratch(), 'id');
  execFileSync('ssh-keygen', ['-q', '-f', path, '-C', 'test', ...args]);
  const line = readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  return { path, pair: publicOnly(line) };
}

export function publicOnly(line: string): KeyPair {
  const parsed = ssh2.utils.parseKey(line);
  if (parsed instanceof Error || Array.isArray(parsed)) throw new Error(String(parsed));
  return { privateKey: '', publicKey: line, parsed, line };
}

/** A real ssh-agent of this test's own. */
export async function agent(...keys: string[]): Promise<string> {
  const socket = join(scratch(), 'agent');
  const child: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  cleanUp(() => child.kill());
  await new Promise((ready) => child.stdout?.once('data', ready));
  for (const key of keys) {
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' });
  }
  return socket;
}
