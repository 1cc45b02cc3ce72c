import { describe, expect, test } from 'vitest';
import { demoClock, loadDemoCaptures, startDemoFleet } from '../../src/demo/fleet.ts';
import { probes } from '../../src/facts/index.ts';

const captures = await loadDemoCaptures();

describe('the recordings that ship', () => {
  test.each(captures.map((capture) => [capture.host.name, capture] as const))(
    '%s answers every probe there is; when not, record it again with scripts/record-captures',
    (_, { outputs }) => {
      const recorded = new Set(outputs.map(({ probe }) => probe));
      const missing = probes.filter(({ id }) => !recorded.has(id) && !recorded.has(`${id}.list`));
      expect(missing.map(({ id }) => id)).toEqual([]);
    },
  );

  test('say nothing of where they were recorded', () => {
    for (const { host } of captures) {
      expect(host).toMatchObject({ identities: [], knownHostsFiles: [], jump: [] });
    }
  });

  test('show a host that asks sudo for a password, and hosts that were read whole', () => {
    const privileges = captures.map(({ outcome, session }) => `${outcome} ${session.privilege}`);
    expect(privileges).toContain('partial none');
    expect(privileges).toContain('assessed sudo');
  });

  test('make a fleet, with the two hosts that cannot be scanned', async () => {
    const fleet = await startDemoFleet(captures);
    await fleet.stop();
    expect(fleet.hosts).toHaveLength(captures.length + 2);
  });

  test('are met at their own time', () => {
    const clock = demoClock(captures);
    for (const { host, hostEpoch, session } of captures) {
      expect((hostEpoch ?? 0) - clock(host) / 1000).toBe(session.clockOffsetSeconds);
    }
  });
});

test('a folder without recordings is said to be one', async () => {
  await expect(loadDemoCaptures(new URL('.', import.meta.url).pathname)).rejects.toThrow('are missing from');
});
