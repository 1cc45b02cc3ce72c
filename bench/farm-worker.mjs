// A part of the farm: many embedded SSH hosts in one process, which ends with its parent.
import ssh2 from 'ssh2';
import { loadDemoCaptures } from '../dist/src/demo/fleet.js';
import { replay } from '../dist/src/demo/replay.js';
import { startServer } from '../dist/src/demo/server.js';
import { asHost } from './variation.mjs';

const servers = [];

async function start({ first, count, identity, captures }) {
  const clientKey = ssh2.utils.parseKey(identity);
  const recorded = (await loadDemoCaptures(captures)).filter(({ hostEpoch }) => hostEpoch !== null);
  for (let at = first; at < first + count; at += 1) {
    const address = `127.1.${Math.floor(at / 250)}.${1 + (at % 250)}`;
    const recording = recorded[at % recorded.length];
    const answer = (program) => replay(asHost(recording, at), program);
    servers.push(await startServer({ address, clientKey, answer }));
  }
  return servers.map(({ address, port, hostKey }) => ({ address, port, hostKey }));
}

function seen() {
  const sum = (what) => servers.reduce((total, server) => total + server.seen[what], 0);
  return { connections: sum('connections'), execs: sum('execs') };
}

process.on('disconnect', () => process.exit(0));
process.on('message', async (message) => {
  process.send(message.start === undefined ? seen() : await start(message.start));
});
