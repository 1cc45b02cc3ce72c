import { cannotTell, type Fact } from '../../../model/fact.ts';
import type { ConfiguredHeader, ConfiguredHsts, LostHeader, Place } from '../../../model/facts/web.ts';
import { settle } from '../../outputs.ts';
import type { Node } from './lines.ts';

const HSTS = 'strict-transport-security';

/** One line of mod_headers about HSTS. Source: httpd.apache.org/docs/2.4/mod/mod_headers.html */
interface Order {
  readonly isAlways: boolean;
  readonly action: string;
  readonly value: string;
  /** `env=…`, `expr=…`, `early`; empty when it always holds. */
  readonly condition: string;
  readonly place: Place;
}

/**
 * What a virtual host's start page gets. There are two tables: `always` for every answer, the other one for answers
 * without an error; a field in both is sent twice. Orders of the main server come before those of the virtual host.
 */
export function hstsOf(
  main: readonly Node[],
  host: readonly Node[],
  commented: readonly Place[],
): Fact<ConfiguredHsts> {
  return settle(() => {
    const orders = [...main, ...host, ...host.filter(isStart).flatMap(({ block }) => block ?? [])].flatMap(orderOf);
    const headers = [...table(orders, true), ...table(orders, false)];
    const lostIn = headers.length === 0 ? [] : [...main, ...host].filter((node) => !isStart(node)).flatMap(lost);
    return { headers, lostIn, commented };
  });
}

function isStart({ name, words }: Node): boolean {
  return name === '<location' && words[0] === '/';
}

function orderOf({ name, words, place }: Node): Order[] {
  if (name !== 'header') return [];
  const isAlways = words[0]?.toLowerCase() === 'always';
  const rest = isAlways || words[0]?.toLowerCase() === 'onsuccess' ? words.slice(1) : words;
  const [action = '', header = '', value = '', ...more] = rest;
  if (header.toLowerCase().replace(/:$/, '') !== HSTS) return [];
  const kind = action.toLowerCase();
  const condition = (kind === 'unset' ? [value, ...more] : more).join(' ');
  return [{ isAlways, action: kind, value, condition, place }];
}

function table(orders: readonly Order[], isAlways: boolean): readonly ConfiguredHeader[] {
  let sent: readonly ConfiguredHeader[] = [];
  for (const { action, value, condition, place, ...order } of orders) {
    if (order.isAlways !== isAlways) continue;
    const isOpen = (condition !== '' && condition.toLowerCase() !== 'env=https') || value.includes('%{');
    if (isOpen || !['set', 'unset', 'add', 'append', 'merge', 'setifempty'].includes(action)) {
      const { path, line } = place;
      return cannotTell(
        'not-observable',
        `${path}:${line} makes Strict-Transport-Security depend on the request, so only what is sent can tell it.`,
      );
    }
    const header = { value, place, onErrors: isAlways };
    if (action === 'unset') sent = [];
    else if (action === 'set') sent = [header];
    else if (action === 'setifempty') sent = sent.length > 0 ? sent : [header];
    else if (action === 'add') sent = [...sent, header];
    else sent = [{ ...header, value: [...sent.map((one) => one.value), value].join(', ') }];
  }
  return sent;
}

/** Sections for a part of the site that take the field away again. */
function lost({ name, words, block }: Node): LostHeader[] {
  const orders = (block ?? []).flatMap(orderOf).filter(({ action }) => action === 'unset');
  return orders.map(({ place }) => ({ part: `${name} ${words.join(' ')}>`, place }));
}
