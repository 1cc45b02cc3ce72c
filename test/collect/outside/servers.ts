import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterEach } from 'vitest';
import { probeHttp } from '../../../src/collect/outside/http.ts';
import { LIMITS, type Visit } from '../../../src/collect/outside/visit.ts';
import type { HttpExchange } from '../../../src/model/exchange.ts';
import { isAddress, parseSite, type Site, siteUrl } from '../../../src/model/site.ts';

/** Limits short enough for a test that waits for them. */
export function visit(limits: Partial<Visit['limits']> = {}): Visit {
  return {
    signal: new AbortController().signal,
    agent: 'fleetproof/test',
    limits: { ...LIMITS, connect: 1_000, hello: 600, response: 1_000, gap: 0, retry: 50, ...limits },
    trust: [],
    tlsFull: false,
  };
}

export function siteOf(url: string): Site {
  const parts = parseSite(url);
  if (typeof parts === 'string') throw new Error(`${url} ${parts}`);
  const serverName = isAddress(parts.name) ? null : parts.name;
  return { ...parts, url: siteUrl(parts), serverName, origin: 'declared', source: 'test' };
}

export interface Pair {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate of example.org; nothing here looks at trust. */
export function certificate(): Pair {
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-cert-'));
  try {
    const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=example.org -addext subjectAltName=DNS:example.org -keyout ${folder}/key -out ${folder}/cert`;
    const run = spawnSync('openssl', words.split(' '), { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`openssl ended with ${run.status}: ${run.stderr}`);
    return { key: readFileSync(join(folder, 'key'), 'utf8'), cert: readFileSync(join(folder, 'cert'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Listening {
  readonly port: number;
  /** Connections that came so far. */
  readonly connections: () => number;
  /** The heads of the requests that came, in order. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

/** What a server does with one connection: `turn` counts from 1; `path` is what was asked. */
export type Behaviour = (socket: Socket, request: { readonly turn: number; readonly path: string }) => void;

/** Reads one request head per connection, then hands over. With `tls` over TLS. */
export async function serve(
  behaviour: Behaviour,
  options: {
    readonly tls?: TlsOptions;
    readonly host?: string;
    readonly port?: number;
    readonly atOnce?: boolean;
  } = {},
): Promise<Listening> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const take = (socket: Socket) => {
    connections += 1;
    const turn = connections;
    socket.on('error', () => undefined);
    if (options.atOnce === true) {
      behaviour(socket, { turn, path: '' });
      return;
    }
    let head = '';
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      requests.push(head);
      behaviour(socket, { turn, path: head.split(' ')[1] ?? '' });
    };
    socket.on('data', read);
  };
  const server: Server = options.tls === undefined ? createServer(take) : createTlsServer(options.tls, take);
  // A TLS server keeps the sockets below to itself.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => connections,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A whole response; fields as given. */
export function response(status: number, fields: readonly string[] = [], body = ''): string {
  return `HTTP/1.1 ${status} Text\r\n${[...fields, `Content-Length: ${Buffer.byteLength(body)}`].map((field) => `${field}\r\n`).join('')}\r\n${body}`;
}

/** `https-root answered 200`, `http-root refused`, … of each record. */
export function told(records: readonly HttpExchange[]): string[] {
  return records.map(({ kind, state, response: seen }) => `${kind} ${state}${seen === null ? '' : ` ${seen.status}`}`);
}

export function recordOf(records: readonly HttpExchange[], kind: string): HttpExchange {
  const record = records.find((each) => each.kind === kind);
  if (record === undefined) throw new Error(`There is no record ${kind} among ${told(records).join(', ')}.`);
  return record;
}

/** Servers that are closed after each test, all with one certificate: `pair` is there once the tests run. */
export function servers() {
  const open: Listening[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });
  return {
    async listening(behaviour: Behaviour, options: Parameters<typeof serve>[1] = {}): Promise<Listening> {
      const server = await serve(behaviour, options);
      open.push(server);
      return server;
    },
  };
}

let made: Pair | undefined;

/** One certificate for all servers of a test file. */
export function pair(): Pair {
  made ??= certificate();
  return made;
}

/** Looks at `example.org` on 127.0.0.1, in clear or over TLS. */
export const inClear = (port: number) =>
  probeHttp({ site: siteOf(`http://example.org:${port}`), address: '127.0.0.1' }, visit());
export const overTls = (port: number) =>
  probeHttp({ site: siteOf(`https://example.org:${port}`), address: '127.0.0.1' }, visit());

/** Answers whatever is asked, once. */
export const answer =
  (...words: Parameters<typeof response>): Behaviour =>
  (socket) =>
    void socket.end(response(...words));
