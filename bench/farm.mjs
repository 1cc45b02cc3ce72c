// N embedded SSH hosts, in processes of their own so that only the client is measured.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newKey } from '../dist/src/demo/server.js';

const WORKER = new URL('./farm-worker.mjs', import.meta.url);
const WORKERS = 2;

/** Starts the hosts and writes what clients need into `folder`: key, known_hosts, inventory, one known_hosts file per host. */
export async function startFarm(count, folder, captures) {
  mkdirSync(join(folder, 'known_hosts.d'), { recursive: true });
  const identity = newKey().privateKey;
  const workers = Array.from({ length: WORKERS }, () =>
    fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  );
  const share = Math.ceil(count / WORKERS);
  const started = await Promise.all(
    workers.map((worker, at) => {
      const first = at * share;
      return ask(worker, { start: { first, count: Math.min(share, count - first), identity, captures } });
    }),
  );
  const hosts = started.flat().map((host, at) => ({ name: `host-${String(at + 1).padStart(5, '0')}`, ...host }));
  writeFileSync(join(folder, 'id_ed25519'), identity, { mode: 0o600 });
  writeFileSync(join(folder, 'known_hosts'), hosts.map(knownLine).join(''));
  for (const host of hosts)
    writeFileSync(join(folder, 'known_hosts.d', `${host.address}-${host.port}`), knownLine(host));
  writeFileSync(join(folder, 'fleet.yaml'), inventoryOf(hosts, folder));
  return {
    hosts,
    /** Connections and execs so far, as the hosts counted them. */
    async seen() {
      const parts = await Promise.all(workers.map((worker) => ask(worker, {})));
      return parts.reduce((a, b) => ({ connections: a.connections + b.connections, execs: a.execs + b.execs }));
    },
    async stop() {
      await Promise.all(
        workers.map(async (worker) => {
          worker.disconnect();
          await once(worker, 'exit');
        }),
      );
    },
  };
}

async function ask(worker, message) {
  worker.send(message);
  const gone = new AbortController();
  try {
    return await Promise.race([
      once(worker, 'message', gone).then(([answer]) => answer),
      once(worker, 'exit', gone).then(() =>
        Promise.reject(new Error('A server process of the benchmark ended early.')),
      ),
    ]);
  } finally {
    gone.abort();
  }
}

function knownLine({ address, port, hostKey }) {
  return `[${address}]:${port} ${hostKey}\n`;
}

function inventoryOf(hosts, folder) {
  const lines = hosts.map(({ name, address, port }) => `  - { name: ${name}, address: ${address}, port: ${port} }`);
  return `defaults: { user: audit, identity: ${join(folder, 'id_ed25519')} }\nhosts:\n${lines.join('\n')}\n`;
}
