import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Exchange } from '../model/exchange.ts';
import type { Capture, Host } from '../model/host.ts';
import { replayer } from './replay.ts';
import { type DemoServer, newKey, startServer } from './server.ts';
import { type DemoSites, startDemoSites } from './sites.ts';

/** Real SSH servers in this process that stand for a small fleet. */
export interface DemoFleet {
  /** Ready to scan: they name the key and the known_hosts file below `folder`. */
  readonly hosts: readonly Host[];
  /** The content of the known_hosts file. */
  readonly knownHosts: string;
  /** The private key that all hosts let in, in OpenSSH's form. It opens nothing else and ends with the fleet. */
  readonly identity: string;
  /** What the certificates of the fleet's sites are to be trusted by; hosts with sites name it as their `caFile`. */
  readonly trust: { readonly path: string; readonly pem: string };
  /** Closes every server and takes the folder away. */
  stop(): Promise<void>;
  /** Takes the folder away at once: for a process that has to end now. */
  cleanUp(): void;
}

const CAPTURES = fileURLToPath(new URL('./captures/', import.meta.url));
const UNREACHABLE = 'backup-1';
const WRONG_KEY = 'cache-1';

/** The recordings of real hosts that ship with the package, in the order of their names. */
export async function loadDemoCaptures(folder = CAPTURES): Promise<Capture[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) throw new Error(`The recordings of the demo fleet are missing from ${folder}.`);
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Capture));
}

/**
 * Starts one SSH server per capture on a loopback address of its own, and adds two hosts that cannot be scanned: one
 * where nothing listens, and one whose host key is not the one on record.
 * @throws Error when a capture is of a host that was not reached, or two hosts share a name
 */
export async function startDemoFleet(captures: readonly Capture[]): Promise<DemoFleet> {
  const model = modelOf(captures);
  const identity = newKey();
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-demo-'));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  const servers: DemoServer[] = [];
  let sites: DemoSites | undefined;
  const stop = async () => {
    await Promise.all([...servers.map((server) => server.close()), sites?.stop()]);
    cleanUp();
  };
  const hosts: Host[] = [];
  let knownHosts = '';
  const keyFile = join(folder, 'id_ed25519');
  const knownHostsFile = join(folder, 'known_hosts');
  const enter = (host: Host, { address, port }: Place) =>
    hosts.push({ ...host, address, port, identities: [keyFile], knownHostsFiles: [knownHostsFile], ...FIXED });
  const start = async (capture: Capture): Promise<DemoServer> => {
    const address = `127.0.0.${10 + servers.length}`;
    const answer = replayer(capture);
    const server = await startServer({ address, clientKey: identity.parsed, answer, ...identOf(capture) });
    servers.push(server);
    return server;
  };
  try {
    for (const capture of captures) {
      const server = await start(capture);
      enter(capture.host, server);
      knownHosts += knownLine(server, server.hostKey);
    }
    const swapped = await start(model);
    enter({ ...model.host, name: WRONG_KEY }, swapped);
    knownHosts += knownLine(swapped, newKey().publicLine);
    enter({ ...model.host, name: UNREACHABLE }, { address: '127.0.0.1', port: await freePort() });
    writeFileSync(keyFile, identity.privateKey, { mode: 0o600 });
    writeFileSync(knownHostsFile, knownHosts, { mode: 0o600 });
    sites = await startDemoSites(new Map(hosts.map(({ name, address }) => [name, address])), new Date());
    const trust = { path: 'demo-authority.pem', pem: sites.authority };
    const served = withDemoSites(hosts, sites.urls, trust.path);
    return { hosts: served, knownHosts, identity: identity.privateKey, trust, stop, cleanUp };
  } catch (error) {
    await stop();
    throw error;
  }
}

function withDemoSites(hosts: readonly Host[], urls: DemoSites['urls'], caFile: string): Host[] {
  return hosts.map((host) => {
    const sites = urls[host.name];
    return sites === undefined
      ? host
      : { ...host, sites: sites, params: { ...host.params, 'tls-certificate': { caFile } } };
  });
}

/** What the network showed of the recorded hosts: their ports and their sshd are not those of the embedded ones. */
export function recordedExchanges(captures: readonly Capture[], name: string): readonly Exchange[] {
  const recorded = captures.find(({ host }) => host.name === name)?.outside?.exchanges ?? [];
  return recorded.filter(({ family }) => family === 'ssh' || family === 'tcp');
}

type Place = Pick<DemoServer, 'address' | 'port'>;

const FIXED = { identitiesOnly: true, jump: [], source: 'the embedded demo fleet' } as const;

/** The capture that the hosts which cannot be scanned are made after. */
function modelOf(captures: readonly Capture[]): Capture {
  const names = [...captures.map(({ host }) => host.name), UNREACHABLE, WRONG_KEY];
  if (new Set(names).size < names.length) throw new Error(`Two hosts of the demo share a name: ${names.join(', ')}.`);
  const empty = captures.find(({ hostEpoch }) => hostEpoch === null);
  if (empty !== undefined) throw new Error(`The recording of ${empty.host.name} holds nothing: it was not reached.`);
  const [first] = captures;
  if (first === undefined) throw new Error('The demo fleet needs a recording.');
  return first;
}

/** The scanner's clock for replayed hosts: each is met at the time, and with the clock offset, of its recording. */
export function demoClock(captures: readonly Capture[]): (host: Host) => number {
  const times = new Map(
    captures.map(({ host, hostEpoch, session }) => [
      host.name,
      ((hostEpoch ?? 0) - (session.clockOffsetSeconds ?? 0)) * 1000,
    ]),
  );
  return ({ name }) => times.get(name) ?? 0;
}

function knownLine({ address, port }: DemoServer, key: string): string {
  return `[${address}]:${port} ${key}\n`;
}

function identOf({ session }: Capture): { readonly ident?: string } {
  const ident = /^SSH-2\.0-([\x21-\x7e][\x20-\x7e]*)$/.exec(session.banner ?? '')?.[1];
  return ident === undefined ? {} : { ident };
}

/** A port of 127.0.0.1 where nothing listens a moment later. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
