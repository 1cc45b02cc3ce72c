import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** With the folders above it. (Node's own `recursive` never returns below /proc, and calls a full disk "no such file".) */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path).catch((again: NodeJS.ErrnoException) => {
      // Another scan into the same folder may have been faster.
      if (again.code !== 'EEXIST') throw again;
    });
  }
}

/** Resolves when the names in a folder are on the disk, where the system can promise that. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!CANNOT_SYNC.has(code)) throw error;
  }
}

/** Not readable, or no way to sync a folder on this system. */
const CANNOT_SYNC = new Set(['EACCES', 'EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP', 'ENOSYS']);
