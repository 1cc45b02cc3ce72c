// A part of the farm: many embedded SSH hosts in one process, which ends with its parent.
import ssh2 from 'ssh2';
import { loadDemoCaptures } from '../dist/src/demo/fleet.js';
import { replayer } from '../dist/src/demo/replay.js';
import { startServer } from '../dist/src/demo/server.js';

const servers = [];

async function start({ first, count, identity, captures }) {
  const clientKey = ssh2.utils.parseKey(identity);
  const recorded = (await loadDemoCaptures(captures)).filter(({ hostEpoch }) => hostEpoch !== null);
  // Hosts that replay the same recording share its bytes.
  const answers = recorded.map(replayer);
  for (let at = first; at < first + count; at += 1) {
    const address = `127.1.${Math.floor(at / 250)}.${1 + (at % 250)}`;
    servers.push(await startServer({ address, clientKey, answer: answers[at % answers.length] }));
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
