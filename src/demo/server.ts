import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel } from 'ssh2';
import type { Replay } from './replay.ts';

/** How one host of the embedded fleet is reached and what it answers. */
export interface ServerOptions {
  /** A loopback address; one that this machine does not have becomes 127.0.0.1. */
  readonly address: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** The only key that is let in. */
  readonly clientKey: ParsedKey;
  /** Identification after `SSH-2.0-`; absent: the library's own. */
  readonly ident?: string;
  /** Answers the text that came on the standard input of `sh`; null when it is not a program that was recorded. */
  answer(program: string): Replay | null;
}

export interface DemoServer {
  readonly address: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA…`, as in known_hosts. */
  readonly hostKey: string;
  /** What came in so far, counted on this side. */
  readonly seen: { readonly connections: number; readonly execs: number };
  /** Stops listening and breaks the connections that are left. */
  close(): Promise<void>;
}

/** More than any program of ours; what comes after it is not kept. */
const MAX_PROGRAM = 1024 * 1024;

/**
 * A real SSH server that can do two things: `sh`, answered by a recording when its input ends, and `true`. No shell, no
 * terminal, no sftp, no forwarding, no password; nothing is ever run. Its host key is made here and never stored.
 */
export async function startServer(options: ServerOptions): Promise<DemoServer> {
  const key = newKey();
  const seen = { connections: 0, execs: 0 };
  const config = { hostKeys: [key.privateKey], ...(options.ident === undefined ? {} : { ident: options.ident }) };
  const ssh = new ssh2.Server(config, (connection) => serve(connection, options, () => seen.execs++));
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (socket) => {
    seen.connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A scanner that hangs up early is no trouble of the server.
    socket.on('error', () => undefined);
    ssh.injectSocket(socket);
  });
  const { address, port } = await listen(listener, options.address, options.port ?? 0);
  return {
    address,
    port,
    hostKey: key.publicLine,
    seen,
    close: () =>
      new Promise((closed) => {
        listener.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** An ed25519 key in OpenSSH's own form, and its public half as known_hosts and authorized_keys write it. */
export function newKey(): { readonly privateKey: string; readonly publicLine: string; readonly parsed: ParsedKey } {
  const { private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519');
  const parsed = ssh2.utils.parseKey(privateKey);
  // One in 256: ssh2 1.17 drops the first byte of a public key when it is zero, and cannot read the result.
  if (parsed instanceof Error) return newKey();
  return { privateKey, publicLine: `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`, parsed };
}

/** Only Linux has all of 127.0.0.0/8; elsewhere the port alone tells hosts apart. */
async function listen(listener: NetServer, address: string, port: number): Promise<AddressInfo> {
  const attempt = (at: string) =>
    new Promise<AddressInfo>((ready, fail) => {
      listener.once('error', fail);
      listener.listen({ host: at, port }, () => {
        listener.off('error', fail);
        ready(listener.address() as AddressInfo);
      });
    });
  try {
    return await attempt(address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL') throw error;
    return attempt('127.0.0.1');
  }
}

function serve(connection: Connection, options: ServerOptions, onExec: () => void): void {
  connection.on('error', () => undefined);
  connection.on('authentication', (context) => {
    if (mayEnter(context, options.clientKey)) context.accept();
    else context.reject(['publickey']);
  });
  connection.on('session', (accept) => {
    accept().on('exec', (acceptExec, reject, { command }) => {
      onExec();
      if (command === 'sh') answer(acceptExec(), options);
      else if (command === 'true') end(acceptExec(), 0);
      else reject?.();
    });
  });
}

/** Asked twice: whether the key would do, then with a signature. */
function mayEnter(context: AuthContext, key: ParsedKey): boolean {
  if (context.method !== 'publickey' || !context.key.data.equals(key.getPublicSSH())) return false;
  const { signature, blob, hashAlgo } = context;
  return signature === undefined || (blob !== undefined && key.verify(blob, signature, hashAlgo) === true);
}

function answer(channel: ServerChannel, options: ServerOptions): void {
  const chunks: Buffer[] = [];
  let length = 0;
  channel.on('error', () => undefined);
  channel.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAX_PROGRAM) chunks.push(chunk);
  });
  channel.on('end', () => {
    const replay = options.answer(Buffer.concat(chunks).toString('utf8'));
    if (replay === null) {
      channel.stderr.write('This host replays recorded answers and runs nothing else.\n', () => end(channel, 127));
      return;
    }
    channel.stderr.write(replay.stderr, () => {
      channel.write(replay.stdout, () => (replay.complete ? end(channel, 0) : channel.close()));
    });
  });
}

function end(channel: ServerChannel, exitCode: number): void {
  channel.exit(exitCode);
  channel.end();
}
