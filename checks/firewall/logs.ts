import type { Problem } from '../../src/model/check.ts';
import {
  type Backend,
  type Family,
  LOG_LEVELS,
  type LogLevel,
  type PacketFilter,
  type Ufw,
} from '../../src/model/facts/firewall.ts';
import { shellWord } from '../../src/model/shell-word.ts';
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
    const others = new Set(same.flatMap((filter) => withoutUfw(filter, ufw) ?? []));
    const isOpen = same.some(({ denies }) => !denies);
    const first = isOpen ? '# ufw logs what it denies: switch it on first, as firewall-active says\n' : '';
    const remediation = others.size > 0 ? [...others].join('\n') : `${first}ufw logging ${wanted}`;
    return plain(`${reason} (${familyText(same)})`, remediation);
  });
}

/** How what denies here logs, one entry for each command; undefined where that is ufw, or will be. */
function withoutUfw(
  { family, denies, ufw, chains }: PacketFilter,
  files: Ufw | undefined,
): readonly string[] | undefined {
  if (!denies || ufw === 'hooked' || files?.enabled === true) return undefined;
  return chains.filter((chain) => chain.denies).flatMap(({ backend, name }) => logCommands(backend, name, family));
}

const BEFORE_THE_END = '# where a rule drops or rejects all the rest, the next one belongs before it, not at the end:';

/** Source: firewall-cmd(1), nft(8), iptables-extensions(8). */
function logCommands(backend: Backend, chain: string, family: Family): readonly string[] {
  if (backend === 'firewalld') return ['firewall-cmd --set-log-denied=all'];
  const [source = '', ...words] = chain.split(' ').map(shellWord);
  if (source === 'nftables') {
    const place = words.join(' ');
    const rule = `nft add rule ${place} limit rate 10/minute log prefix '"denied: "'`;
    return [BEFORE_THE_END, `${rule}   # and the same in the chain in /etc/nftables.conf`];
  }
  const [tool, file] = family === 'IPv4' ? [source, 'rules.v4'] : [source.replace('ip', 'ip6'), 'rules.v6'];
  const rule = `-t ${words[0]} -A ${words[1]} -m limit --limit 10/minute -j LOG --log-prefix "denied: "`;
  return [BEFORE_THE_END, `${tool} ${rule}   # and: ${tool}-save > /etc/iptables/${file}`];
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
