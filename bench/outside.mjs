// One site on loopback, looked at by fleetproof and, where they are installed, by sslscan and testssl.sh, in one run.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newAuthority } from '../dist/src/demo/certificate.js';

const cli = fileURLToPath(new URL('../bin/fleetproof.js', import.meta.url));
const SITES = 8;

/** Rows and targets of the outside view. `measure` runs a client to its end; `scratch` is a folder that goes away. */
export async function outsideView(measure, scratch) {
  const seen = { connections: 0 };
  const servers = await Promise.all(Array.from({ length: SITES }, (_, at) => serve(`127.0.0.${1 + at}`, seen)));
  const [first] = servers;
  const place = `127.0.0.1:${first.port}`;
  try {
    const look = (sites) => {
      const options = sites.flatMap(({ address, port }) => ['--site', `https://${address}:${port}`]);
      const args = [cli, 'scan', ...options, '-o', join(scratch, 'outside'), '--json'];
      return counted(seen, () => measure(process.execPath, args, { exits: [0, 100, 101] }));
    };
    const one = await look([first]);
    const all = await look(servers);
    const rows = [
      row('fleetproof scan --site', one),
      row(`fleetproof scan, ${SITES} sites side by side`, all),
      ...(await peers(place, measure, seen)),
    ];
    return {
      rows,
      perSite: (all.seconds - one.seconds) / (SITES - 1),
      tls: mostTlsConnections(join(scratch, 'outside')),
      one: one.seconds,
    };
  } finally {
    for (const { server } of servers) {
      server.close();
      server.closeAllConnections();
    }
  }
}

async function peers(place, measure, seen) {
  const tools = [
    ['sslscan', ['--no-colour', place]],
    ['testssl', ['--quiet', '--color', '0', '--warnings', 'batch', place]],
  ];
  const rows = [];
  for (const [tool, args] of tools) {
    if (spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status !== 0) continue;
    process.stderr.write(`${tool} ${args.join(' ')} …\n`);
    const exits = Array.from({ length: 256 }, (_, code) => code);
    const used = await counted(seen, () => measure(tool, args, { exits }));
    rows.push({ ...row(tool, used), tool });
  }
  return rows;
}

async function counted(seen, run) {
  const before = seen.connections;
  const used = await run();
  return { ...used, connections: seen.connections - before };
}

function row(what, { seconds, connections }) {
  return { what, seconds, connections };
}

/** The most TLS connections that any site of any run there needed, by the recorded exchanges. */
function mostTlsConnections(folder) {
  const captures = readdirSync(folder).flatMap((run) =>
    readFileSync(join(folder, run, 'captures.ndjson'), 'utf8')
      .trimEnd()
      .split('\n'),
  );
  const counts = captures.map((line) => {
    const { exchanges } = JSON.parse(line).outside;
    return exchanges.filter(({ family, state }) => family === 'tls' && state !== 'not-run').length;
  });
  return Math.max(...counts);
}

async function serve(address, seen) {
  const now = new Date();
  const until = new Date(+now + 30 * 86_400_000);
  const { certificate, key } = newAuthority('bench', now).issue({ names: ['bench.example'], from: now, until });
  const server = createServer({ cert: certificate, key, minVersion: 'TLSv1.2' }, (request, response) => {
    const status = request.url === '/' ? 200 : 404;
    response.writeHead(status, { 'Strict-Transport-Security': 'max-age=31536000' }).end('<p>bench</p>\n');
  });
  server.on('connection', () => seen.connections++);
  server.on('tlsClientError', () => undefined);
  server.listen(0, address);
  await once(server, 'listening');
  return { server, address, port: server.address().port };
}
