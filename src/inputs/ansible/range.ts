import { isAddress } from '../address.ts';
import { quote } from '../error.ts';

/** More than this in one pattern is a slip of the pen, not a fleet. */
const MOST_NAMES = 65_536;
const LONGEST_PATTERN = 512;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A host pattern of an Ansible inventory, with its ranges expanded. */
export interface HostPattern {
  readonly names: readonly string[];
  readonly port?: number;
}

/**
 * Reads `web[01:20].example.org:2222`, `db-[a:f:2]`, `[2001:db8::7]:22`. Returns a full sentence when it cannot be
 * read. Source: Ansible, plugins/inventory/__init__.py (expand_hostname_range), parsing/utils/addresses.py.
 */
export function expandHostPattern(text: string): HostPattern | string {
  const known = beforeValue(text);
  if (known !== undefined) return `${quote(`${known}…`)} is not a host name.`;
  if (text.length > LONGEST_PATTERN) return `${quote(text)} is too long for a host name.`;
  const bracketed = /^\[([^\]]+)\](?::([0-9]+))?$/.exec(text);
  const [, address, portOfAddress] = bracketed ?? [];
  if (address !== undefined && isAddress(address) && (address.includes(':') || portOfAddress !== undefined)) {
    return patternOf([address], portOfAddress, text);
  }
  const ported = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/.exec(text);
  const names = expandRanges(ported?.[1] ?? text);
  return typeof names === 'string' ? names : patternOf(names, ported?.[2], text);
}

/**
 * What is left of the first `=` or blank, or of a `:` that no port follows. To the right there may be a password: a
 * variable that stands where a host is expected must not be quoted whole.
 */
function beforeValue(text: string): string | undefined {
  const [, before] = /^([^\s=]*)[\s=]/.exec(text) ?? /^(\w+:)(?![0-9]*$)/.exec(text) ?? [];
  return before === undefined || isAddress(text) ? undefined : before;
}

function patternOf(names: readonly string[], digits: string | undefined, text: string): HostPattern | string {
  const wrong = names.find((name) => !isAddress(name));
  if (wrong !== undefined) return `${quote(wrong)} is not a host name.`;
  if (digits === undefined) return { names };
  const port = Number(digits);
  if (port < 1 || port > 65_535) return `${quote(text)} has a port that is not between 1 and 65535.`;
  return { names, port };
}

/** Expands from left to right, so that the last range varies fastest. */
function expandRanges(text: string): string[] | string {
  const open = text.indexOf('[');
  if (open < 0) return [text];
  const close = text.indexOf(']', open);
  if (close < 0) return `${quote(text)} has a range without its closing bracket.`;
  const values = rangeValues(text.slice(open + 1, close));
  if (typeof values === 'string') return `${quote(text)} has a range that cannot be read: ${values}.`;
  const tails = expandRanges(text.slice(close + 1));
  if (typeof tails === 'string') return tails;
  if (values.length * tails.length > MOST_NAMES) return `${quote(text)} stands for more than ${MOST_NAMES} hosts.`;
  return values.flatMap((value) => tails.map((tail) => `${text.slice(0, open)}${value}${tail}`));
}

/** The values of `beg:end[:step]`, or what is wrong with it as the end of a sentence. */
function rangeValues(range: string): string[] | string {
  const [begin = '', end = '', step = '1', ...rest] = range.split(':');
  if (rest.length > 0 || !range.includes(':')) return 'expected begin:end or begin:end:step';
  if (end === '') return 'it has no end';
  if (!/^[1-9][0-9]{0,5}$/.test(step)) return 'its step is not a positive number';
  if (/^[A-Za-z]$/.test(begin) && /^[A-Za-z]$/.test(end)) {
    return sequence(LETTERS.indexOf(begin), LETTERS.indexOf(end), Number(step), (index) => LETTERS.charAt(index));
  }
  if (!/^[0-9]{0,9}$/.test(begin) || !/^[0-9]{1,9}$/.test(end)) return 'expected two numbers or two letters';
  const padded = begin.length > 1 && begin.startsWith('0');
  if (padded && begin.length !== end.length) return 'with leading zeros, begin and end must be equally long';
  return sequence(Number(begin), Number(end), Number(step), (value) =>
    String(value).padStart(padded ? begin.length : 1, '0'),
  );
}

function sequence(first: number, last: number, step: number, format: (value: number) => string): string[] | string {
  if (first > last) return 'its end comes before its begin';
  if ((last - first) / step >= MOST_NAMES) return `it stands for more than ${MOST_NAMES} values`;
  const values: string[] = [];
  for (let value = first; value <= last; value += step) values.push(format(value));
  return values;
}
