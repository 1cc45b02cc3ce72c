// Records captures from real hosts: boots each variant, scans it with the real program, and keeps the capture
// with the archive's host name replaced. Nothing in a capture is typed by hand. Needs root on Debian.
//   node scripts/record-captures.mjs --demo                                   (the recordings of the demo fleet)
//   node scripts/record-captures.mjs OUT NAME SUITE VARIANT[,VARIANT…] …      (three words per host)
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

const MIRROR = 'mirror.example.org';
const DEMO = [
  'api-1 trixie sudo-password',
  'app-1 bookworm sshd-cloud-init-password,secret-world-readable,fail2ban-blind-log',
  'db-1 bookworm ufw-inactive,uu-periodic-0',
  'legacy-1 bullseye reboot-required,weak-authorized-key',
  'web-1 bookworm compliant',
  'web-2 trixie docker-dnat,sshd-match-password',
];
const given = process.argv.slice(2);
const [out, ...words] = given[0] === '--demo' ? [join(root, 'src/demo/captures'), ...DEMO.join(' ').split(' ')] : given;
if (out === undefined || words.length === 0 || words.length % 3 !== 0) {
  console.error('usage: record-captures --demo | OUT NAME SUITE VARIANT[,VARIANT…] …');
  process.exit(64);
}
install();
build();

const fleet = join(root, 'test/fleet/fleet');
const id = `record-${process.pid}`;
const spec = Array.from({ length: words.length / 3 }, (_, at) => words.slice(at * 3, at * 3 + 3).join(' '));
const up = spawnSync(fleet, ['up', '--id', id, '--owner', String(process.pid), '--spec', '-'], {
  input: `${spec.join('\n')}\n`,
  encoding: 'utf8',
  stdio: ['pipe', 'pipe', 'inherit'],
});
if (up.status !== 0) process.exit(up.status ?? 70);
const folder = mkdtempSync(join(tmpdir(), 'fleetproof-record-'));
try {
  const { namespace, keys, knownHosts, hosts } = JSON.parse(up.stdout);
  const inventory = join(folder, 'fleet.yaml');
  const entries = hosts.map(({ name, address }) => `  - { name: ${name}, address: ${address}, provider: hetzner }`);
  writeFileSync(inventory, `defaults: { user: audit, identity: ${keys.audit} }\nhosts:\n${entries.join('\n')}\n`);
  const argv = ['--', process.execPath, join(root, 'bin/fleetproof.js'), 'scan', '-i', inventory];
  spawnSync(
    'nsenter',
    [`--net=${namespace}`, ...argv, '-o', join(folder, 'runs'), '--known-hosts', knownHosts, '-c', '2'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, HOME: folder, CI: '1' },
    },
  );
  const [run] = readdirSync(join(folder, 'runs'));
  const where = join(folder, 'runs', run);
  const { readCaptures } = await import('../dist/src/evidence/captures.js');
  const { openRun } = await import('../dist/src/evidence/run.js');
  mkdirSync(out, { recursive: true });
  for await (const recorded of readCaptures(where, await openRun(where))) {
    const capture = JSON.parse(scrub(JSON.stringify(recorded)));
    capture.host.source = 'recorded';
    const file = join(out, `${capture.host.name}.json`);
    writeFileSync(file, `${JSON.stringify(capture, null, 1)}\n`);
    console.log(`${file}: ${capture.outcome}, ${capture.outputs.length} outputs`);
  }
} finally {
  spawnSync(fleet, ['down', '--id', id], { stdio: 'inherit' });
  rmSync(folder, { recursive: true, force: true });
}

/** Hosts of the package archive that this machine is set up with must not stand in a recording. */
function scrub(text) {
  const sources = spawnSync('sh', ['-c', 'cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null'], {
    encoding: 'utf8',
  }).stdout;
  const names = new Set([...sources.matchAll(/https?:\/\/([^/\s]+)/g)].map((match) => match[1]));
  let clean = text;
  for (const name of names) clean = clean.replaceAll(name, MIRROR);
  return clean;
}
