import { type Json, type JsonObject, listOf, objectOf } from './nft-values.ts';

/** One statement of a rule, close to what `nft list ruleset` prints; for people, never parsed again. */
export function nftText(statement: JsonObject): string {
  const [[kind, detail] = ['', null]] = Object.entries(statement);
  const fields = objectOf(detail);
  switch (kind) {
    case 'match':
      return `${value(fields?.left)} ${comparison(fields?.op)}${value(fields?.right)}`;
    case 'jump':
    case 'goto':
      return `${kind} ${String(fields?.target)}`;
    case 'vmap':
      return `${value(fields?.key)} vmap ${value(fields?.data)}`;
    case 'log':
      return fields?.prefix === undefined ? 'log' : `log prefix "${String(fields.prefix)}"`;
    case 'dnat':
      return `dnat to ${value(fields?.addr)}${fields?.port === undefined ? '' : `:${value(fields.port)}`}`;
    case 'redirect':
      return fields?.port === undefined ? 'redirect' : `redirect to :${value(fields.port)}`;
    case 'mangle':
      return `${value(fields?.key)} set ${value(fields?.value)}`;
    case 'xt':
      return `xt ${String(fields?.type ?? '')} ${String(fields?.name ?? '')}`.trim();
    default:
      return kind;
  }
}

function comparison(op: Json | undefined): string {
  return op === '==' || op === 'in' || op === undefined ? '' : `${String(op)} `;
}

function value(json: Json | undefined): string {
  const list = listOf(json);
  if (list !== undefined) return list.map(value).join(',');
  const object = objectOf(json);
  if (object === undefined) return String(json ?? '');
  const [[kind, detail] = ['', null]] = Object.entries(object);
  const fields = objectOf(detail);
  const parts = listOf(detail) ?? [];
  switch (kind) {
    case 'payload':
      return `${String(fields?.protocol)} ${String(fields?.field)}`;
    case 'meta':
    case 'ct':
      return [kind === 'ct' || fields?.key === 'l4proto' ? kind : '', fields?.dir, fields?.key]
        .filter((word) => word !== undefined && word !== '')
        .join(' ');
    case 'fib':
      return `fib ${value(fields?.flags)} ${String(fields?.result)}`;
    case 'set':
      return `{ ${(parts.length > 0 ? parts : [detail]).map(entry).join(', ')} }`;
    case 'range':
      return parts.map(value).join('-');
    case 'prefix':
      return `${String(fields?.addr)}/${String(fields?.len)}`;
    case 'elem':
      return value(fields?.val);
    case 'concat':
      return parts.map(value).join(' . ');
    case '&':
    case '|':
      return parts.map(value).join(` ${kind} `);
    default:
      return kind;
  }
}

/** An element of a set, or `key : verdict` of a map. */
function entry(json: Json | undefined): string {
  const pair = listOf(json);
  const verdict = objectOf(pair?.[1]);
  return pair?.length === 2 && verdict !== undefined ? `${value(pair[0])} : ${nftText(verdict)}` : value(json);
}
