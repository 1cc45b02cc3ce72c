import { createRequire } from 'node:module';

/** Name and version as package.json states them; found from src/ and from dist/src/ alike. */
export const TOOL: { readonly name: string; readonly version: string } = readPackage();

function readPackage(): { name: string; version: string } {
  const require = createRequire(import.meta.url);
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = require(path) as { name: string; version: string };
      return { name, version };
    } catch {
      // Not there: try the next place.
    }
  }
  throw new Error('package.json is missing from the installation.');
}
