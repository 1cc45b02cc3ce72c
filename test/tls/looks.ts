import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { probeTls } from '../../src/collect/outside/tls.ts';
import { LIMITS, type Limits, type TrustFile } from '../../src/collect/outside/visit.ts';
import { evaluateHost } from '../../src/evaluate/engine.ts';
import { factsOf } from '../../src/facts/derive.ts';
import type { Check } from '../../src/model/check.ts';
import type { TlsExchange } from '../../src/model/exchange.ts';
import type { TlsEndpoint } from '../../src/model/facts/tls.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';
import { isAddress, type Site, siteSubject } from '../../src/model/site.ts';

/** Short, so that a server that says nothing costs no minutes. */
const SHORT: Limits = { ...LIMITS, connect: 1_000, hello: 700, gap: 0, retry: 20 };

export interface Look {
  readonly site: Site;
  readonly exchanges: readonly TlsExchange[];
  readonly endpoint: TlsEndpoint;
  /** Connections, by the records. */
  readonly connections: number;
  judge(check: Check, params?: Readonly<Record<string, unknown>>): Finding;
}

/** Looks at a server on 127.0.0.1 as the scanner does, and judges what it brought back. */
export async function look(
  port: number,
  name: string,
  options: { readonly trust?: readonly TrustFile[]; readonly full?: boolean; readonly limits?: Partial<Limits> } = {},
): Promise<Look> {
  const site: Site = {
    url: `https://${name}:${port}`,
    scheme: 'https',
    name,
    port,
    serverName: isAddress(name) ? null : name,
    origin: 'declared',
    source: 'fleet.yaml:3',
  };
  const visit = {
    signal: new AbortController().signal,
    agent: 'fleetproof/test',
    limits: { ...SHORT, ...options.limits },
    trust: options.trust ?? [],
    tlsFull: options.full ?? false,
  };
  return seen(site, await probeTls({ site, address: '127.0.0.1' }, visit));
}

/** What is made of these records. */
export function seen(site: Site, exchanges: readonly TlsExchange[]): Look {
  const capture = captureOf(site, exchanges);
  const base = factsOf(capture);
  const fact = base.get('tls');
  const endpoint = fact.state === 'known' ? fact.value[0] : undefined;
  if (endpoint === undefined) throw new Error(JSON.stringify(fact));
  return {
    site,
    exchanges,
    endpoint,
    connections: exchanges.filter(({ state }) => state !== 'not-run').length,
    judge(check, params = {}) {
      const defaults = Object.fromEntries(Object.entries(check.params).map(([key, param]) => [key, param.default]));
      const assignment = { check, params: { ...defaults, ...params }, severity: check.severity };
      // Beside it stands one of the host itself, whose web servers nobody looked at.
      const findings = evaluateHost(capture, [assignment], base);
      const finding = findings.find(({ subject }) => subject === siteSubject(site));
      if (finding === undefined) throw new Error(`${check.id} made no finding of the site.`);
      return finding;
    },
  };
}

/** `pass`, `fail`, or `unknown:REASON`. */
export function verdictOf({ verdict, reason }: Finding): string {
  return reason === undefined ? verdict : `${verdict}:${reason}`;
}

function captureOf(site: Site, exchanges: readonly TlsExchange[]): Capture {
  const now = new Date().toISOString();
  return {
    captureVersion: 1,
    host: {
      name: 'web-1',
      address: '127.0.0.1',
      port: 22,
      user: 'audit',
      identities: [],
      identitiesOnly: false,
      jump: [],
      knownHostsFiles: [],
      groups: [],
      tags: [],
      sites: [site.url],
      params: {},
      source: 'fleet.yaml:3',
    },
    startedAt: now,
    finishedAt: now,
    outcome: 'assessed',
    session: { loginUser: 'audit', privilege: 'sudo', hostKey: null, banner: null, clockOffsetSeconds: 0 },
    hostEpoch: Math.floor(Date.now() / 1000),
    outputs: [],
    outside: { taken: true, because: '', exchanges },
    cost: { connections: 1, execs: 1, bytesOut: 0, bytesIn: 0, ms: 0 },
  };
}

export interface Listening {
  readonly port: number;
  /** Connections so far. */
  count(): number;
  close(): Promise<void>;
}

/** A TCP server on loopback that does with each connection what it is told; `number` counts from 1. */
export async function serve(handle: (socket: Socket, number: number) => void): Promise<Listening> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    handle(socket, count);
  });
  const port = await listening(server);
  return {
    port,
    count: () => count,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

export function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
