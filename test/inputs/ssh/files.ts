import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { loadSshConfig, resolveSsh, type SshGiven, type SshSettings } from '../../../src/inputs/ssh/resolve.ts';

/** Holds the files under test; removed after the tests that import this. */
export const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-ssh-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The oracle resolves `~` through the password database, so both sides use the real home. */
export const home = homedir();
export const localUser = userInfo().username;

export function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

export function ours(text: string, host: string, given: SshGiven = {}): SshSettings {
  const file = write('config', text);
  const config = loadSshConfig([{ file, includeFolder: folder }], { cwd: folder, home }, localUser);
  return resolveSsh(config, host, given);
}
