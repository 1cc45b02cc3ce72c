// npm run test:interop: the same servers through other scanners' eyes. Takes minutes, so it is no part of npm test.
import { attempt, install } from './setup.mjs';

install();
const env = { ...process.env, FLEETPROOF_INTEROP: '1' };
const command = ['node_modules/vitest/vitest.mjs', 'run', 'test/interop', '--no-file-parallelism'];
process.exit(attempt(process.execPath, command, { env }) ?? 70);
