// The least that a client on ssh2 can do: log in to every host, run `true`, hang up. With a PROGRAM, send it to `sh`
// instead, and keep what comes back, unread, in a file per host. Usage: bare-ssh2.mjs FOLDER COUNT CONCURRENCY [PROGRAM]
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';

const [folder, count, concurrency] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const program = process.argv[5] === undefined ? null : readFileSync(process.argv[5]);
const key = ssh2.utils.parseKey(readFileSync(join(folder, 'id_ed25519')));
const hosts = readFileSync(join(folder, 'known_hosts'), 'utf8')
  .trim()
  .split('\n')
  .slice(0, count)
  .map((line) => {
    const [, host, port, known] = /^\[(.+)\]:(\d+) \S+ (\S+)$/.exec(line);
    return { host, port: Number(port), known: Buffer.from(known, 'base64') };
  });

// What the scanner and its servers agree on.
const algorithms = { kex: ['curve25519-sha256'], cipher: ['aes128-gcm@openssh.com'], compress: ['none'] };

const authHandler = [{ type: 'publickey', username: 'audit', key }];

const received = join(folder, 'received');
if (program !== null) await mkdir(received, { recursive: true });

async function visit(host) {
  const chunks = await exec(host);
  if (program !== null) await writeFile(join(received, `${host.host}-${host.port}`), chunks);
}

function exec({ host, port, known }) {
  return new Promise((done, fail) => {
    const client = new ssh2.Client();
    const chunks = [];
    client.on('error', fail).on('close', () => done(chunks));
    client.on('ready', () => {
      client.setNoDelay(true);
      client.exec(program === null ? 'true' : 'sh', (error, channel) => {
        if (error) return fail(error);
        channel.on('close', () => client.end()).on('data', (chunk) => chunks.push(chunk));
        channel.stderr.on('data', (chunk) => chunks.push(chunk));
        channel.end(program);
      });
    });
    const hostVerifier = (offered) => offered.equals(known);
    client.connect({ host, port, username: 'audit', authHandler, hostVerifier, algorithms });
  });
}

const waiting = hosts.values();
const lane = async () => {
  for (const host of waiting) await visit(host);
};
await Promise.all(Array.from({ length: concurrency }, lane));
