import type { Problem, Scope } from '../../src/model/check.ts';
import type { Forwarding, Opening, PacketFilter } from '../../src/model/facts/firewall.ts';
import { comesInBy } from './coverage.ts';
import { familyText } from './families.ts';
import { keepSsh, plain } from './now.ts';
import { closings, grouped } from './words.ts';

/** Rules that make a default of their own: every protocol, port and source, on an interface that leads outside. */
export function wideProblems(filters: readonly PacketFilter[]): readonly Problem[] {
  return grouped(
    filters.flatMap((filter) => filter.openings.filter((one) => isWide(one) && isOutside(one, filter.outside))),
  ).map(({ text, members }) => ({
    because: `A rule lets in ${text}, whatever the default is.`,
    actual: `${text} by "${members[0]?.rule}"`,
    remediation: closings(members),
  }));
}

function isWide({ protocol, ports, source, destination, unread }: Opening): boolean {
  return protocol === 'any' && ports === null && source === null && destination === null && unread.length === 0;
}

/** A rule for a tunnel or an inner network is one of the rules that the default leaves room for. */
function isOutside(one: Opening, outside: readonly string[]): boolean {
  const { interface: on } = one;
  if (on === null || (on.startsWith('not ') && outside.length === 0)) return true;
  return outside.some((name) => comesInBy(one, name));
}

/** What `/etc/default/ufw` makes of the default policy at the next start. */
export function policyProblem(chain: 'INPUT' | 'FORWARD', policy: string, scope: Scope): readonly Problem[] {
  if (policy === 'DROP' || policy === 'REJECT') return [];
  const direction = chain === 'INPUT' ? 'incoming' : 'routed';
  const first = chain === 'INPUT' ? `${keepSsh(scope)}\n` : '';
  return [
    {
      because: `DEFAULT_${chain}_POLICY is "${policy}" in /etc/default/ufw, so ufw does not deny ${direction} connections when it starts again.`,
      actual: `DEFAULT_${chain}_POLICY="${policy}"`,
      remediation: `${first}ufw default deny ${direction}`,
    },
  ];
}

/** The host passes packets on, and nothing denies those that no rule allows. */
export function routedProblems(filters: readonly PacketFilter[], forwarding: () => Forwarding): readonly Problem[] {
  const open = filters.filter((filter) => !filter.forwardDenies && forwarding()[filter.family].length > 0);
  if (open.length === 0) return [];
  const seen = `The host forwards ${familyText(open)} packets, and no forward chain denies what no rule allows`;
  return [plain(seen, 'ufw default deny routed')];
}
