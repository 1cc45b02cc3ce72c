import { afterEach, expect, test } from 'vitest';
import { systemConsole } from '../../src/cli/console.ts';

const terminals = [process.stdout.isTTY, process.stderr.isTTY];
afterEach(() => {
  [process.stdout.isTTY, process.stderr.isTTY] = terminals as [boolean, boolean];
});

test.each([
  [{}, { colour: true, live: true }],
  [{ NO_COLOR: '1' }, { colour: false, live: true }],
  [{ CI: 'true' }, { colour: false, live: false }],
  // It cannot go back to the beginning of a line.
  [{ TERM: 'dumb' }, { colour: false, live: false }],
])('on a terminal with %j', (env, expected) => {
  [process.stdout.isTTY, process.stderr.isTTY] = [true, true];
  expect(systemConsole(env)).toMatchObject(expected);
});
