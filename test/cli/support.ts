import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { replayer } from '../../src/demo/replay.ts';
import { type DemoServer, newKey, type ServerOptions, startServer } from '../../src/demo/server.ts';
import type { Evidence, Finding, HostEntry, RunEntry, Summary } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';

const closers: (() => Promise<unknown>)[] = [];
const folders: string[] = [];
afterAll(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const here = dirname(fileURLToPath(import.meta.url));
export const PROGRAM = join(here, '../../bin/fleetproof.js');
const CAPTURES = join(here, '../../src/demo/captures');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ran>;
}

/**
 * Starts the built program as a user would, with a home of its own and without a terminal: what the tester has must
 * not decide.
 */
export function start(args: readonly string[], options: RunOptions): Running {
  const env = { PATH: process.env.PATH ?? '', HOME: options.cwd, ...options.env };
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: options.cwd, env, detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Ran>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { pid: child.pid ?? 0, ended };
}

export const fleetproof = (args: readonly string[], options: RunOptions): Promise<Ran> => start(args, options).ended;

/** A folder with these files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-cli-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The scanner's key, which all servers here let in. */
export const clientKey = newKey();

/** A folder with the scanner's key, known_hosts, and fleet.yaml: name → what stands behind `address:`. */
export function folderFor(hosts: Readonly<Record<string, string>>, knownHosts: string): string {
  const folder = folderWith({ id: clientKey.privateKey, known_hosts: knownHosts });
  chmodSync(join(folder, 'id'), 0o600);
  const entries = Object.entries(hosts).map(([name, place]) => `  - { name: ${name}, address: ${place} }`);
  const defaults = `defaults: { user: audit, identity: ${join(folder, 'id')} }`;
  writeFileSync(join(folder, 'fleet.yaml'), `${defaults}\nhosts:\n${entries.join('\n')}\n`);
  return folder;
}

/** The arguments that scan such a folder, by logging in: ports and sshd of a replayed host are this machine's. */
export const SCAN = ['scan', '-i', 'fleet.yaml', '--known-hosts', 'known_hosts', '--no-network'];

export const place = ({ port }: { readonly port: number }): string => `127.0.0.1, port: ${port}`;

export const knownLine = ({ port, hostKey }: DemoServer, key = hostKey): string => `[127.0.0.1]:${port} ${key}\n`;

/** A recording of a real host, from those of the demo. */
export function recording(name: string): Capture {
  return JSON.parse(readFileSync(join(CAPTURES, `${name}.json`), 'utf8')) as Capture;
}

/** An SSH server of this file's tests that answers the collector from a recording. */
export async function replaying(capture: Capture, more: Partial<ServerOptions> = {}): Promise<DemoServer> {
  const options = { address: '127.0.0.1', clientKey: clientKey.parsed, answer: replayer(capture), ...more };
  const server = await startServer(options);
  closers.push(server.close);
  return server;
}

/** A server that is not SSH: says `hello` and then nothing. `open` are the connections that are open. */
export async function talking(hello: string): Promise<{ readonly port: number; readonly open: Set<Socket> }> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.resume().write(hello);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((closed) => server.close(closed));
  });
  return { port: (server.address() as { port: number }).port, open };
}

export interface Report {
  readonly run: RunEntry;
  readonly hosts: readonly HostEntry[];
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  readonly summary: Summary;
}

/** The names in the output folder: one run, unless something went wrong. */
export function runsIn(folder: string, out = 'runs'): string[] {
  return readdirSync(join(folder, out)).sort();
}

export function reportIn(folder: string, out = 'runs'): Report {
  const [run = ''] = runsIn(folder, out);
  return JSON.parse(readFileSync(join(folder, out, run, 'report.json'), 'utf8')) as Report;
}

/** Waits until something is true; throws when it takes a minute. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1200; turn += 1) {
    if (isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`This never happened: ${what}.`);
}
