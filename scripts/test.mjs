// npm test: installs, builds, runs everything. The real-host suite runs where it can (root on Debian);
// elsewhere it is skipped with one loud line, or fails where FLEET_REQUIRED=1.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, build, install, must, root } from './setup.mjs';

const env = { ...process.env };
const wanted = process.argv.slice(2);

install();
build();
if (isDebianRoot()) installSystemPackages();
const real = fleetIsReady();

const results = join(root, 'node_modules', '.cache', 'fleetproof');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
let status = vitest('unit', { FLEETPROOF_REAL: '0' }, wanted);
// One fleet at a time: a machine carries about two dozen hosts, and they would slow each other down.
if (real && wanted.length === 0)
  status = vitest('real', { FLEETPROOF_REAL: '1' }, ['test/real', '--no-file-parallelism']) || status;
process.exit(status);

function vitest(name, more, args) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${join(results, `${name}.json`)}`];
  const command = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args];
  return attempt(process.execPath, command, { env: { ...env, ...more } }) ?? 70;
}

function isDebianRoot() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/** The real parts the tests talk to: sshd, the OpenSSH client, sudo, shells, web servers, Chromium. */
function installSystemPackages() {
  const packages = {
    chromium: '/usr/bin/chromium',
    'openssh-server': '/usr/sbin/sshd',
    'openssh-client': '/usr/bin/ssh',
    sudo: '/usr/sbin/visudo',
    busybox: '/bin/busybox',
    dash: '/bin/dash',
    shellcheck: '/usr/bin/shellcheck',
    openssl: '/usr/bin/openssl',
    'nginx-light': '/usr/sbin/nginx',
    'apache2-bin': '/usr/sbin/apache2',
    caddy: '/usr/bin/caddy',
    'poppler-utils': '/usr/bin/pdftoppm',
  };
  const missing = Object.entries(packages)
    .filter(([, path]) => !existsSync(path))
    .map(([name]) => name);
  if (missing.length === 0) return;
  const apt = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  console.log(`Installing ${missing.join(', ')} …`);
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...missing];
  const quiet = { ...apt, stdio: ['ignore', 'ignore', 'inherit'] };
  // A service must not start on the machine that runs the tests.
  const policy = '/usr/sbin/policy-rc.d';
  const own = !existsSync(policy);
  if (own) spawnSync('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod +x ${policy}`]);
  try {
    if (attempt('apt-get', args, quiet) !== 0) {
      must('apt-get', ['update', '-qq'], quiet);
      must('apt-get', args, quiet);
    }
  } finally {
    if (own) spawnSync('rm', ['-f', policy]);
  }
}

/** True when real Debian hosts can be booted here. */
function fleetIsReady() {
  const fleet = join(root, 'test', 'fleet', 'fleet');
  const check = spawnSync(fleet, ['check'], { encoding: 'utf8' });
  if (check.status === 0) {
    must(fleet, ['prepare']);
    return true;
  }
  const why = (check.stdout + check.stderr).trim().replaceAll('\n', '; ');
  if (env.FLEET_REQUIRED === '1') {
    console.error(`The real-host suite is required (FLEET_REQUIRED=1) and cannot run: ${why}`);
    process.exit(70);
  }
  console.error(`\n!!! THE REAL-HOST SUITE IS SKIPPED ON THIS MACHINE: ${why}\n`);
  return false;
}
