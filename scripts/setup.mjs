// What a fresh clone needs before anything of it can run: dependencies as locked, and a build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command with our stdout and stderr and no stdin; ends this process when it fails. */
export function must(command, args, options = {}) {
  const status = attempt(command, args, options);
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed with exit code ${status}.`);
    process.exit(status === 0 ? 70 : (status ?? 70));
  }
}

export function attempt(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options }).status;
}

/** Installs the locked dependencies when they are not there or not those of the lock file. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.fleetproof-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // Not `npm ci`: it refuses a lock file without the optional packages of every other platform, and a registry need
  // not have them all. The locked versions are installed, and the lock file stays as it is.
  must('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

export function build() {
  must(process.execPath, ['scripts/build.mjs']);
}
