import type { Cidr } from '../../model/cidr.ts';
import type { PortRange } from '../../model/port-range.ts';
import { portNumber, rangeToCidrs, toCidr } from './addresses.ts';

/** JSON as `nft -j` prints it. Source: libnftables-json(5). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export function objectOf(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function listOf(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) ? (value as readonly Json[]) : undefined;
}

/** Named sets and maps of one table: their elements. */
export type NamedSets = ReadonlyMap<string, readonly Json[]>;

/** The values of the right side of a comparison, sets resolved; undefined when a named set is not there. */
export function valuesOf(right: Json | undefined, sets: NamedSets): readonly Json[] | undefined {
  if (typeof right === 'string' && right.startsWith('@')) return sets.get(right.slice(1))?.map(elementValue);
  const set = objectOf(right)?.set;
  const list = listOf(set ?? right);
  if (list !== undefined) return list.map(elementValue);
  return right === undefined ? undefined : [set ?? right];
}

/** `{"elem": {"val": X, "timeout": …}}` → X. */
function elementValue(element: Json): Json {
  return objectOf(objectOf(element)?.elem)?.val ?? element;
}

export function portOf(value: Json): PortRange | undefined {
  const range = listOf(objectOf(value)?.range);
  const [first, last] = range ?? [value, value];
  const from = simplePort(first);
  const to = simplePort(last);
  return from === undefined || to === undefined ? undefined : { from, to };
}

function simplePort(value: Json | undefined): number | undefined {
  return typeof value === 'number' || typeof value === 'string' ? portNumber(value) : undefined;
}

export function cidrsOf(value: Json): readonly Cidr[] | undefined {
  if (typeof value === 'string') return single(toCidr(value));
  const prefix = objectOf(objectOf(value)?.prefix);
  if (prefix !== undefined) return single(toCidr(`${String(prefix.addr)}/${String(prefix.len)}`));
  const [first, last] = listOf(objectOf(value)?.range) ?? [];
  return typeof first === 'string' && typeof last === 'string' ? rangeToCidrs(first, last) : undefined;
}

function single(cidr: Cidr | undefined): readonly Cidr[] | undefined {
  return cidr === undefined ? undefined : [cidr];
}

/** Every value through `read`; undefined as soon as one cannot be read. */
export function readAll<T>(
  values: readonly Json[],
  read: (value: Json) => readonly T[] | undefined,
): readonly T[] | undefined {
  const lists = values.map(read);
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}
