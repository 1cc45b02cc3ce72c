import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const FLEET = fileURLToPath(new URL('fleet', import.meta.url));
/** Exit code of `fleet check` on a machine that cannot run hosts. */
const CANNOT = 77;
/** Enough for a manifest of a whole file system. */
const MAX_OUTPUT = 256 * 1024 * 1024;
/** A command that hangs inside a host is named, instead of the hook that waits for it. */
const EXEC_MS = 180_000;

export interface FleetHost {
  readonly name: string;
  readonly suite: 'bullseye' | 'bookworm' | 'trixie';
  readonly variants: readonly string[];
  readonly address: string;
  readonly address6: string;
  /** The host whose sshd is the way in, where the scanner's network does not reach. */
  readonly behind: string | null;
  /** The host's systemd, as this machine numbers it. */
  readonly rootPid: number;
  /** Contents of its ssh_host_*_key.pub files. */
  readonly hostKeys: readonly string[];
}

export interface FleetFacts {
  readonly id: string;
  /** The scanner's network namespace, for `nsenter --net=`. */
  readonly namespace: string;
  readonly scanner: {
    readonly addresses: readonly string[];
    readonly addresses6: readonly string[];
    /** Addresses of the scanner's namespace that may get banned without harm. */
    readonly attackers: readonly string[];
    readonly attackers6: readonly string[];
  };
  /** Paths of the private keys of the two users that every host has. */
  readonly keys: { readonly audit: string; readonly alice: string };
  readonly users: readonly string[];
  readonly knownHosts: string;
  readonly hosts: readonly FleetHost[];
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Fleet extends FleetFacts {
  host(name: string): FleetHost;
  /** Runs a command as root inside a host, past its sshd. */
  exec(host: string, argv: readonly string[]): Promise<Ran>;
  /** One line per path of the host's file system: see README.md. */
  hash(host: string): Promise<readonly string[]>;
  /** The argument vector that runs a program inside the scanner's network namespace. */
  wrap(argv: readonly string[]): readonly [string, ...string[]];
  /** Throws if anything is left. */
  down(): Promise<void>;
}

/**
 * Why this machine cannot run a fleet; empty if it can. With FLEET_REQUIRED=1 not being able to is an error: a suite
 * that silently stopped running must not stay green.
 */
export function whyNoFleet(): readonly string[] {
  const { status, stdout, error } = spawnSync(FLEET, ['check'], { encoding: 'utf8' });
  if (status === 0) return [];
  const reasons = status === CANNOT ? stdout.trim().split('\n') : [`fleet check failed: ${error?.message ?? status}`];
  if (process.env.FLEET_REQUIRED === '1') throw new Error(`FLEET_REQUIRED=1, but: ${reasons.join('; ')}`);
  console.warn(`\nREAL HOSTS ARE NOT TESTED: ${reasons.join('; ')}\n`);
  return reasons;
}

let started = 0;

/**
 * Boots the hosts of a spec (`NAME SUITE VARIANT[,VARIANT…] [behind=BASTION]`, one per line). The first call on a
 * machine builds the base images and takes minutes. The fleet goes down by itself when this process dies.
 */
export async function startFleet(spec: readonly string[]): Promise<Fleet> {
  started += 1;
  const id = `t${process.pid}-${started}`;
  const up = await fleet(['up', '--id', id, '--owner', String(process.pid), '--spec', '-'], `${spec.join('\n')}\n`);
  if (up.exitCode !== 0) throw new Error(`the fleet did not come up:\n${up.stderr}`);
  return handle(JSON.parse(up.stdout) as FleetFacts);
}

function handle(facts: FleetFacts): Fleet {
  const at = ['--id', facts.id];
  return {
    ...facts,
    host(name) {
      const found = facts.hosts.find((host) => host.name === name);
      if (!found) throw new Error(`the fleet has no host '${name}'`);
      return found;
    },
    exec: (host, argv) => fleet(['exec', ...at, host, '--', ...argv], '', EXEC_MS),
    async hash(host) {
      const { exitCode, stdout, stderr } = await fleet(['hash', ...at, host]);
      if (exitCode !== 0) throw new Error(`fleet hash ${host}: ${stderr}`);
      return stdout.trimEnd().split('\n');
    },
    wrap: (argv) => ['nsenter', `--net=${facts.namespace}`, '--', ...argv],
    async down() {
      const { exitCode, stderr } = await fleet(['down', ...at]);
      if (exitCode !== 0) throw new Error(stderr);
    },
  };
}

function fleet(args: readonly string[], stdin = '', timeout = 0): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(FLEET, args, { maxBuffer: MAX_OUTPUT, timeout }, (error, stdout, stderr) => {
      // A number is the command's exit code; anything else means that it could not run.
      if (error?.killed) reject(new Error(`not over after ${timeout} ms: fleet ${args.join(' ')}`));
      else if (error && typeof error.code !== 'number') reject(error);
      else resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
    });
    child.stdin?.on('error', reject);
    child.stdin?.end(stdin);
  });
}
