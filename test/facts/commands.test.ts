import { expect, test } from 'vitest';
import { programOf } from '../../src/collect/program.ts';
import { loadDemoCaptures } from '../../src/demo/fleet.ts';
import { commandsOf } from '../../src/facts/commands.ts';
import { probes } from '../../src/facts/index.ts';

const commands = new Map(commandsOf(probes).map((command) => [command.id, command]));

test('every command that was ever recorded is defined, and every snippet that it names has its text', async () => {
  const outputs = (await loadDemoCaptures()).flatMap((capture) => capture.outputs);
  let snippets = 0;
  for (const { probe, argv } of outputs) {
    const command = commands.get(probe.replace(/\.(list|skipped)$/, ''));
    expect(command, probe).toBeDefined();
    const named = argv.find((word) => word.startsWith('(snippet '));
    if (named === undefined) continue;
    snippets += 1;
    expect(command?.argv.at(-1)).toBe(named);
    expect(command?.snippet).toMatch(/\n/);
  }
  expect(snippets).toBeGreaterThan(20);
});

test('what is defined is what is sent', () => {
  const program = programOf(probes, '0'.repeat(32));
  const quoted = (text: string) => text.replaceAll("'", `'\\''`);
  for (const { snippet, items } of commands.values()) {
    if (snippet !== undefined) expect(program).toContain(quoted(snippet));
    if (items !== undefined) expect(program).toContain(items.snippet);
  }
});
