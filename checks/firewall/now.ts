import type { Problem, Scope } from '../../src/model/check.ts';
import type { PacketFilter, Ufw } from '../../src/model/facts/firewall.ts';
import { familyText } from './families.ts';

/** Comes before everything that makes a firewall deny. SSH is where the host was reached. */
export function keepSsh({ host }: Scope): string {
  return `ufw allow ${host.port}/tcp   # SSH, as this scan came in; add any other port that you log in on, else you lock yourself out`;
}

/**
 * Brings back what leads to ufw's chains. "ufw reload" and "ufw disable && ufw enable" do not: they leave chains as they are that
 * they find, and set the policy to drop, so that nothing comes in any more, not even the packets of a log-in that is open. Seen on
 * ufw 0.36 to 0.36.2 (Debian 11 to 13). Flushing takes the rules of others as well.
 */
export function hookAgain(scope: Scope): string {
  return `${keepSsh(scope)}
# Not "ufw reload": it would drop every packet, those of this log-in as well
/lib/ufw/ufw-init flush-all && ufw --force enable
systemctl try-restart fail2ban docker   # their rules went with the others`;
}

/** The kernel lets everything in: why, as far as ufw is concerned. Nothing when it does not. */
export function everythingOpen(
  filters: readonly PacketFilter[],
  ufw: Ufw | undefined,
  scope: Scope,
): readonly Problem[] {
  const open = filters.filter((filter) => !filter.denies);
  return (['hooked', 'unhooked', 'absent'] as const).flatMap((state) => {
    const same = open.filter((filter) => filter.ufw === state);
    return same.length === 0 ? [] : [openProblem(same, state, ufw, scope)];
  });
}

function openProblem(
  filters: readonly PacketFilter[],
  state: PacketFilter['ufw'],
  ufw: Ufw | undefined,
  scope: Scope,
): Problem {
  const families = familyText(filters);
  const open = `the kernel accepts every incoming ${families} connection`;
  const actual = `every ${families} connection accepted`;
  if (state === 'hooked') {
    const because = `ufw's chains are in the kernel, but what they leave undecided is accepted, and ${open}: ${policies(filters)}.`;
    const remediation = `${keepSsh(scope)}\nufw default deny incoming\nufw --force enable`;
    return { because, actual, remediation };
  }
  if (state === 'unhooked') {
    const because = `ufw's chains are in the kernel, but nothing leads to them: ${open}.`;
    return { because, actual, remediation: hookAgain(scope) };
  }
  if (ufw !== undefined) {
    const remediation = `${keepSsh(scope)}\nufw --force enable`;
    return { because: `ufw is installed but inactive: ${open}.`, actual, remediation };
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
