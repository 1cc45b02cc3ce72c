import type { Problem } from '../../src/model/check.ts';
import type { PacketFilter } from '../../src/model/facts/firewall.ts';
import { familyText } from './families.ts';

const START = 'ufw allow 22/tcp   # or your own SSH port, else you lock yourself out\nufw --force enable';
const RELOAD = 'ufw disable && ufw --force enable';

/** The kernel lets everything in: why, as far as ufw is concerned. Nothing when it does not. */
export function everythingOpen(filters: readonly PacketFilter[], ufwInstalled: boolean): readonly Problem[] {
  const open = filters.filter((filter) => !filter.denies);
  return (['hooked', 'unhooked', 'absent'] as const).flatMap((state) => {
    const same = open.filter((filter) => filter.ufw === state);
    return same.length === 0 ? [] : [openProblem(same, state, ufwInstalled)];
  });
}

function openProblem(filters: readonly PacketFilter[], state: PacketFilter['ufw'], ufwInstalled: boolean): Problem {
  const families = familyText(filters);
  const open = `the kernel accepts every incoming ${families} connection`;
  const actual = `every ${families} connection accepted`;
  if (state === 'hooked') {
    const because = `ufw's chains are in the kernel, but what they leave undecided is accepted, and ${open}: ${policies(filters)}.`;
    return { because, actual, remediation: RELOAD };
  }
  if (state === 'unhooked') {
    const because = `ufw's chains are in the kernel, but nothing leads to them: ${open}.`;
    return { because, actual, remediation: RELOAD };
  }
  if (ufwInstalled) {
    return { because: `ufw is installed but inactive: ${open}.`, actual, remediation: START };
  }
  return { because: `No firewall is active: ${open}.`, actual };
}

function policies(filters: readonly PacketFilter[]): string {
  const texts = filters.flatMap(({ chains }) => chains.map(({ name, policy }) => `${name} has the policy ${policy}`));
  return [...new Set(texts)].join(', ');
}

/** A problem whose sentence says it all. */
export function plain(seen: string, remediation?: string): Problem {
  return { because: `${seen}.`, actual: seen, ...(remediation === undefined ? {} : { remediation }) };
}
