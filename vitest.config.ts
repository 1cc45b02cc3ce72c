import { defineConfig } from 'vitest/config';

const real = process.env.FLEETPROOF_REAL === '1';
const interop = process.env.FLEETPROOF_INTEROP === '1';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...(real ? [] : ['test/real/**']), ...(interop ? [] : ['test/interop/**'])],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two cores: more workers only make every process slower.
    maxWorkers: 2,
  },
});
