import type { Problem } from '../../src/model/check.ts';
import { LOG_LEVELS, type LogLevel, type PacketFilter, type Ufw } from '../../src/model/facts/firewall.ts';
import { familyText } from './families.ts';
import { plain } from './now.ts';

/** ufw's own setting is lower than wanted, or none that it knows. */
export function levelProblems(ufw: Ufw, wanted: LogLevel): readonly Problem[] {
  if (ufw.logLevel !== null && LOG_LEVELS.indexOf(ufw.logLevel) >= LOG_LEVELS.indexOf(wanted)) return [];
  const text = ufw.logLevelText === '' ? 'not set' : `"${ufw.logLevelText}"`;
  return [
    {
      because: `LOGLEVEL is ${text} in /etc/ufw/ufw.conf; at least "${wanted}" is wanted.`,
      actual: `LOGLEVEL ${text}`,
      remediation: `ufw logging ${wanted}`,
    },
  ];
}

/** Whether the kernel really has log rules that incoming packets meet. */
export function kernelProblems(
  filters: readonly PacketFilter[],
  ufw: Ufw | undefined,
  wanted: LogLevel,
): readonly Problem[] {
  const reasons = new Map<string, PacketFilter[]>();
  for (const filter of filters) {
    const reason = silence(filter, ufw, wanted);
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), filter]);
  }
  return [...reasons].map(([reason, same]) => {
    const isOpen = same.some(({ denies }) => !denies);
    const first = isOpen ? '# ufw logs what it denies: switch it on first, as firewall-active says\n' : '';
    return plain(`${reason} (${familyText(same)})`, `${first}ufw logging ${wanted}`);
  });
}

/** Why nothing, or too little, is logged. */
function silence(filter: PacketFilter, ufw: Ufw | undefined, wanted: LogLevel): string | undefined {
  if (!filter.denies) return 'No firewall denies incoming connections, so there is nothing that it could log';
  if (filter.ufw !== 'hooked') {
    // With IPV6=no ufw blocks IPv6 as a whole and has no rule to log with.
    const blocked = filter.family === 'IPv6' && ufw?.enabled === true && !ufw.ipv6 && filter.openings.length === 0;
    if (blocked || filter.logs.some(({ denied }) => denied)) return undefined;
    return filter.logs.length === 0
      ? 'No rule that incoming packets meet logs them'
      : 'The rules that log incoming packets log only what is let in';
  }
  const prefix = filter.family === 'IPv4' ? 'ufw' : 'ufw6';
  const has = (stage: string, text: string): boolean =>
    filter.logs.some(
      (log) => log.chain === `${prefix}-${stage}-input` && (log.prefix === '' || log.prefix.startsWith(text)),
    );
  if (!has('after-logging', '[UFW BLOCK]')) return 'The kernel has no rule of ufw that logs denied connections';
  // From "medium" on ufw logs every new connection before it decides. Source: ufw(8), "LOGGING".
  const audited = wanted === 'low' || has('before-logging', '[UFW AUDIT]');
  return audited ? undefined : `The kernel logs less than ufw's level "${wanted}" does`;
}
