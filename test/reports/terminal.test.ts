import { describe, expect, test } from 'vitest';
import { terminalSummary } from '../../reports/terminal.ts';
import { widthOf } from '../../reports/text.ts';
import { assessed, entryOf, fails, sourceOf, unreached } from './fixture.ts';
import { hostileFleet, largeFleet, mixedFleet, PAYLOADS } from './fleets.ts';

const kept = { folder: 'runs/20261122T010000Z-9f2c41d7', reports: ['report.json', 'report.html'] };

/** Only a line that is a single word may be wider. */
function overflowing(text: string, width: number): string[] {
  return text.split('\n').filter((line) => widthOf(line) > width && /\S\s+\S/.test(line.replace(/^ +[✗?!✓] /, '')));
}

describe('terminalSummary', () => {
  test('tells a mixed fleet as it always did', async () => {
    const text = await terminalSummary(sourceOf(mixedFleet()), kept);
    await expect(text).toMatchFileSnapshot('../golden/reports/terminal.txt');
  });

  test.each([60, 80, 120])('fits %i columns, whatever hosts say', async (width) => {
    for (const hosts of [mixedFleet(), largeFleet(300), hostileFleet()]) {
      expect(overflowing(await terminalSummary(sourceOf(hosts), { width }), width)).toEqual([]);
    }
  });

  test('is painted only when asked, and says the same', async () => {
    const plain = await terminalSummary(sourceOf(mixedFleet()), kept);
    const painted = await terminalSummary(sourceOf(mixedFleet()), { ...kept, colour: true });
    expect(plain).not.toContain('\u001b');
    expect(painted).toContain('\u001b[31m');
    expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  test('neither moves the cursor nor gives a CI command, whatever hosts say', async () => {
    const text = await terminalSummary(sourceOf(hostileFleet()), kept);
    expect(text).not.toMatch(/[^\n\P{Cc}]|[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u);
    for (const line of text.split('\n')) expect(line.trim()).not.toMatch(/^::[a-z-]+.*::|##\[/i);
    expect(text).toContain('\\x1b[2J');
  });

  test('stays short for 500 hosts: the same finding stands once', async () => {
    const text = await terminalSummary(sourceOf(largeFleet(500)), kept);
    expect(text.split('\n').length).toBeLessThan(180);
    expect(text.match(/ufw is installed but inactive\./g)).toHaveLength(1);
    expect(text.replace(/\s+/g, ' ')).toMatch(/on 21 hosts: node-0007, node-0030, [^:]* and 15 more/);
    expect(text).toContain('hosts without anything that failed or is unknown.');
  });

  test('names every host that was not reached, with its reason', async () => {
    const hosts = largeFleet(40).concat(
      Array.from({ length: 60 }, (_, index) =>
        unreached(`lost-${index}`, '198.51.100.1', index % 2 === 0 ? 'auth' : 'host-key', `Message ${index}.`),
      ),
    );
    const text = await terminalSummary(sourceOf(hosts), kept);
    for (let index = 0; index < 60; index++) expect(text).toMatch(new RegExp(`\\blost-${index}\\b`));
    expect(text).toMatch(/more hosts \(auth\): lost-/);
    expect(text).toMatch(/more hosts \(host-key\): lost-/);
  });

  test('a host that says too much does not fill the screen, and no name is lost', async () => {
    const word = 'W'.repeat(100_000);
    const names = Array.from({ length: 900 }, (_, index) => `lost-${index}`);
    const text = await terminalSummary(
      sourceOf([
        assessed(entryOf('web-1', '203.0.113.1'), { 'firewall-active': fails(word, 'active', word) }),
        ...names.map((name) => unreached(name, '198.51.100.1', 'unreachable', word)),
      ]),
    );
    expect(text.length).toBeLessThan(80_000);
    expect(text).toMatch(/W\s+… \(98,000 more characters; report\.json\s+has\s+them\)/);
    for (const name of names) expect(text).toContain(name);
  });

  test('counts what it does not quote', async () => {
    const hosts = Array.from({ length: 50 }, (_, index) =>
      assessed(entryOf(`h-${index}`, '203.0.113.1'), {
        'updates-pending': fails(`${index} updates wait.`, 'none', `${index}`),
      }),
    );
    const text = await terminalSummary(sourceOf(hosts));
    expect(text).toContain('and 47 more findings with other details on 47 hosts.');
    expect(text).toContain('… and 25 more hosts with something that failed or is unknown.');
  });

  test('a clean fleet has nothing to do', async () => {
    const text = await terminalSummary(sourceOf([assessed(entryOf('web-1', '203.0.113.11'))]), kept);
    expect(text).not.toMatch(/What failed|could not be determined|Not reached/);
    expect(text).toContain('✓ web-1  18 passed');
    expect(text).toContain('coverage  100 %: 18 of 18 findings were determined');
  });

  test('says when the run was interrupted', async () => {
    const text = await terminalSummary(sourceOf(mixedFleet(), { interrupted: true }));
    expect(text).toContain('Interrupted: the run was stopped before every host was finished.');
  });

  test('without a folder there is no word of reports', async () => {
    expect(await terminalSummary(sourceOf(mixedFleet()), { folder: null })).not.toContain('Reports');
    expect(await terminalSummary(sourceOf(mixedFleet()), { folder: 'x/', reports: ['report.json'] })).toContain(
      '\n  x/report.json\n',
    );
  });

  test('payloads cover what the sink must stop', () => {
    expect(PAYLOADS.join('')).toMatch(/\u001b.*\u202e.*::error.*\ud800/su);
  });
});
