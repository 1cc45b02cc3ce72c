import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { cleanUp, closedPort, scratch } from './support.ts';

const PATH = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/lib/ssh/sshd'].find(existsSync);
const tools = PATH !== undefined && existsSync('/usr/bin/ssh-keygen');

if (!tools) {
  const message =
    'OpenSSH is not installed (apt-get install openssh-server): the tests against a real sshd do not run.';
  if (process.env.FLEET_REQUIRED === '1') throw new Error(message);
  console.warn(`\n*** ${message} ***\n`);
}

/** True when a real sshd can be started here. */
export const hasSshd: boolean = tools;

export const LOGIN_USER = userInfo().username;

const TYPES = ['ed25519', 'ecdsa', 'rsa'] as const;

/** Host keys are the same for all servers of a test file: an RSA key takes half a second. */
let hostKeys: string | null = null;

function hostKeyFolder(): string {
  if (hostKeys !== null) return hostKeys;
  hostKeys = mkdtempSync(join(tmpdir(), 'sshd-'));
  for (const type of TYPES) keygen(join(hostKeys, type), '-t', type);
  return hostKeys;
}

afterAll(() => {
  if (hostKeys !== null) rmSync(hostKeys, { recursive: true, force: true });
});

export interface Sshd {
  readonly port: number;
  readonly pid: number;
  readonly folder: string;
  /** The line `type base64` of a host key. */
  hostKey(type: (typeof TYPES)[number]): string;
  /** The private host keys, by type. */
  readonly hostKeyFiles: Readonly<Record<(typeof TYPES)[number], string>>;
  /** A private key whose public half is in authorized_keys. */
  readonly userKey: string;
  log(): string;
}

/** A real sshd on a port of 127.0.0.1, in the foreground, with its own keys; ends with the test. */
export async function sshd(
  lines: readonly string[] = [],
  userKeyArgs: readonly string[] = ['-t', 'ed25519'],
): Promise<Sshd> {
  const folder = scratch();
  const port = await closedPort();
  const keys = hostKeyFolder();
  const userKey = join(folder, 'user');
  keygen(userKey, ...userKeyArgs);
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${userKey}.pub`));
  const base = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `PidFile ${join(folder, 'pid')}`,
    ...TYPES.map((type) => `HostKey ${join(keys, type)}`),
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'LogLevel DEBUG1',
  ];
  // The first value of a keyword wins in sshd_config.
  writeFileSync(join(folder, 'config'), `${[...lines, ...base].join('\n')}\n`);
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const log = join(folder, 'log');
  const child = spawn(PATH ?? '', ['-D', '-f', join(folder, 'config'), '-E', log], { stdio: 'ignore' });
  cleanUp(() => stop(child));
  await listening(port, child, log);
  return {
    port,
    pid: child.pid ?? 0,
    folder,
    userKey,
    hostKeyFiles: { ed25519: join(keys, 'ed25519'), ecdsa: join(keys, 'ecdsa'), rsa: join(keys, 'rsa') },
    hostKey: (type) =>
      readFileSync(join(keys, `${type}.pub`), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' ')
        .trim(),
    log: () => readFileSync(log, 'utf8'),
  };
}

export function keygen(path: string, ...args: string[]): void {
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'test', '-f', path, ...args]);
}

function stop(child: ChildProcess): void {
  child.kill('SIGCONT');
  child.kill('SIGTERM');
}

async function listening(port: number, child: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${readFileSync(log, 'utf8')}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`sshd does not listen: ${readFileSync(log, 'utf8')}`);
}
