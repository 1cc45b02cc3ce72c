import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Connection, type ParsedKey, type ServerChannel, type ServerConfig } from 'ssh2';
import { afterEach } from 'vitest';
import { execScript, type SessionOutcome, type SshOptions, sshOptions } from '../../../src/collect/ssh/session.ts';
import type { Host } from '../../../src/model/host.ts';

const cleanups: (() => unknown)[] = [];

/** Runs when the test is over, last registered first. */
export function cleanUp(action: () => unknown): void {
  cleanups.push(action);
}

afterEach(async () => {
  for (const action of cleanups.splice(0).reverse()) await action();
});

export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly parsed: ParsedKey;
  /** `type base64`, as in known_hosts. */
  readonly line: string;
}

export function keyPair(type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519'): KeyPair {
  const { generateKeyPairSync, parseKey } = ssh2.utils;
  const made =
    type === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : type === 'rsa'
        ? generateKeyPairSync('rsa', { bits: 2048 })
        : generateKeyPairSync('ecdsa', { bits: 256 });
  const parsed = parseKey(made.private);
  // Now and then ssh2 writes a key that it cannot read: try again.
  if (parsed instanceof Error || Array.isArray(parsed)) return keyPair(type);
  const line = `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
  return { privateKey: made.private, publicKey: made.public, parsed, line };
}

/** Shared by all tests of a file: making keys costs. */
export const HOST_KEY = keyPair();
export const USER_KEY = keyPair();

export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-'));
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function file(name: string, content: string | Buffer, mode = 0o600): string {
  const path = join(scratch(), name);
  writeFileSync(path, content, { mode });
  return path;
}

export function host(changes: Partial<Host> = {}): Host {
  return {
    name: 'web-1',
    address: '127.0.0.1',
    port: 22,
    user: 'audit',
    identities: [],
    identitiesOnly: true,
    jump: [],
    knownHostsFiles: [],
    groups: [],
    tags: [],
    sites: [],
    params: {},
    source: 'test:1',
    ...changes,
  };
}

/** Deadlines that a busy machine keeps; knows nothing and offers USER_KEY until told otherwise. */
export function options(changes: Partial<SshOptions> = {}): SshOptions {
  const signal = new AbortController().signal;
  return {
    ...sshOptions({ home: null, uid: process.getuid?.() ?? null, agentSocket: null, signal }),
    knownHostsFiles: [],
    identityFiles: [file('id_ed25519', USER_KEY.privateKey)],
    connectSeconds: 5,
    handshakeSeconds: 10,
    hostSeconds: 15,
    ...changes,
  };
}

/** A known_hosts file that vouches for the key at a port of 127.0.0.1. */
export function knownAt(port: number, key: KeyPair = HOST_KEY, address = '127.0.0.1'): string {
  return file('known_hosts', `[${address}]:${port} ${key.line}\n`);
}

export interface SshServer {
  readonly port: number;
  readonly connections: Connection[];
  /** Log-in attempts as the server saw them. */
  readonly attempts: string[];
  readonly requests: string[];
}

export interface Behaviour {
  readonly config?: Partial<ServerConfig>;
  readonly hostKeys?: readonly KeyPair[];
  /** Public keys that are let in. */
  readonly accept?: readonly KeyPair[];
  readonly onExec?: (channel: ServerChannel, command: string, connection: Connection) => void;
  readonly onConnection?: (connection: Connection, server: SshServer) => void;
  /** Where direct-tcpip goes; without it forwarding is refused. */
  readonly forwardTo?: (address: string, port: number) => Promise<Socket>;
  readonly address?: string;
}

/** An SSH server in this process, by ssh2's server side. */
export async function sshServer(behaviour: Behaviour = {}): Promise<SshServer> {
  const accept = behaviour.accept ?? [USER_KEY];
  const state = { port: 0, connections: [] as Connection[], attempts: [] as string[], requests: [] as string[] };
  const server = new ssh2.Server(
    { hostKeys: (behaviour.hostKeys ?? [HOST_KEY]).map(({ privateKey }) => privateKey), ...behaviour.config },
    (connection) => {
      state.connections.push(connection);
      // ssh2's server side writes small packets one by one; with Nagle's algorithm each waits for an acknowledgement.
      (connection as unknown as { setNoDelay: () => void }).setNoDelay();
      connection.on('error', () => undefined);
      connection.on('authentication', (context) => {
        state.attempts.push(
          context.method === 'publickey' ? `${context.key.algo}${context.signature ? ' signed' : ''}` : context.method,
        );
        if (context.method !== 'publickey') return context.reject(['publickey']);
        const blob = context.key.data;
        const known = accept.find(({ parsed }) => parsed.getPublicSSH().equals(blob));
        if (known === undefined) return context.reject(['publickey', 'password']);
        const {
          signature,
          blob: signed,
          hashAlgo,
        } = context as { signature?: Buffer; blob?: Buffer; hashAlgo?: string };
        if (signature === undefined || signed === undefined) return context.accept();
        return known.parsed.verify(signed, signature, hashAlgo) === true ? context.accept() : context.reject();
      });
      connection.on('request', (_accept, reject, name) => {
        state.requests.push(name ?? '');
        reject?.();
      });
      connection.on('session', (acceptSession) => {
        const session = acceptSession();
        for (const name of ['pty', 'env', 'shell', 'subsystem', 'auth-agent', 'x11'] as const) {
          session.on(name as 'pty', (_accept: () => void, reject: () => void) => {
            state.requests.push(name);
            reject?.();
          });
        }
        session.on('exec', (acceptExec, _reject, { command }) => {
          state.requests.push(`exec ${command}`);
          const channel = acceptExec();
          channel.on('error', () => undefined);
          (behaviour.onExec ?? echo)(channel, command, connection);
        });
      });
      const { forwardTo } = behaviour;
      if (forwardTo !== undefined) {
        connection.on('tcpip', (acceptForward, rejectForward, { destIP, destPort }) => {
          state.requests.push(`forward ${destIP}:${destPort}`);
          forwardTo(destIP, destPort).then(
            (socket) => {
              const channel = acceptForward();
              channel.on('error', () => undefined);
              socket.on('error', () => undefined);
              channel.pipe(socket).pipe(channel);
            },
            () => rejectForward(),
          );
        });
      }
      behaviour.onConnection?.(connection, state);
    },
  );
  await new Promise<void>((ready) => server.listen(0, behaviour.address ?? '127.0.0.1', ready));
  state.port = (server.address() as { port: number }).port;
  cleanUp(() => {
    for (const connection of state.connections) connection.end();
    server.close();
  });
  return state;
}

/** Sends back what came in on stdin, then exits with 0. */
export function echo(channel: ServerChannel): void {
  const chunks: Buffer[] = [];
  channel.on('data', (chunk: Buffer) => chunks.push(chunk));
  channel.on('end', () => {
    channel.write(Buffer.concat(chunks));
    channel.exit(0);
    channel.end();
  });
}

/** A TCP server that does as the test says. */
export async function tcpServer(onConnection: (socket: Socket) => void, address = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>();
  const server: NetServer = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((ready) => server.listen(0, address, ready));
  cleanUp(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => server.close(closed));
  });
  return (server.address() as { port: number }).port;
}

/** A port of 127.0.0.1 where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Scans the server: known host key, accepted user key, `sh` with a short script. */
export function visit(server: { port: number }, changes: Partial<SshOptions> = {}, hostChanges: Partial<Host> = {}) {
  return execScript(
    host({ port: server.port, ...hostChanges }),
    'sh',
    'echo hello\n',
    options({ knownHostsFiles: [knownAt(server.port)], ...changes }),
  );
}

/** The message and the reason of an outcome that must be a failure. */
export function failure(outcome: SessionOutcome): { reason: string; message: string } {
  if (outcome.ok) throw new Error(`the host was reached and wrote ${outcome.exec.stdout.toString()}`);
  return { reason: outcome.reason, message: outcome.message };
}

/** The exec result of an outcome that must be a success. */
export function success(outcome: SessionOutcome) {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome;
}
