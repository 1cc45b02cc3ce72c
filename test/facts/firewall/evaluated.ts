import { evaluateFilter } from '../../../src/facts/firewall/filter.ts';
import { readSave } from '../../../src/facts/firewall/iptables.ts';
import { findPublished } from '../../../src/facts/firewall/published.ts';
import type { Table } from '../../../src/facts/firewall/ruleset.ts';
import { known } from '../../../src/model/fact.ts';
import type { Family, PacketFilter, Traffic } from '../../../src/model/facts/firewall.ts';

export function evaluated(tables: readonly Table[], family: Family = 'IPv4'): PacketFilter {
  return evaluateFilter({ family, tables }, ['eth0'], known(findPublished({ family, tables }, ['eth0'], [])));
}

/** A filter table whose INPUT chain drops what the given lines do not accept. */
export function inputOf(lines: readonly string[], policy = 'DROP'): readonly Table[] {
  const named = lines.flatMap((line) => /^:(\S+)/.exec(line)?.[0] ?? []);
  const rules = lines
    .filter((line) => !line.startsWith(':'))
    .map((line) => (line.startsWith('-A ') ? line : `-A INPUT ${line}`));
  const text = [
    '*filter',
    `:INPUT ${policy} [0:0]`,
    ':FORWARD DROP [0:0]',
    ...named.map((name) => `${name} - [0:0]`),
    ...rules,
    'COMMIT',
    '',
  ];
  return readSave(text.join('\n'), 'test');
}

/** Short words for what comes in. */
export function words({ protocol, ports, source, destination, interface: on, unread }: Traffic): string {
  const range = ports === null ? '*' : ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;
  return [
    `${protocol}/${range}`,
    ...(source === null ? [] : [`from ${source}`]),
    ...(destination === null ? [] : [`to ${destination}`]),
    ...(on === null ? [] : [`on ${on}`]),
    ...unread.map((condition) => `if ${condition}`),
  ].join(' ');
}
