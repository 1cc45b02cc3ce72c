import { formatCidr, parseCidr } from './cidr.ts';

/**
 * JSON Schema of a duration parameter, e.g. `26h`. Whatever it admits, `parseDuration` reads.
 * `title` is what error messages say was expected.
 */
export const DURATION = {
  type: 'string',
  title: 'a duration such as 30s, 10m, 26h or 14d',
  pattern: '^(0|[1-9][0-9]{0,6})[smhd]$',
} as const;

/**
 * JSON Schema of a port parameter, e.g. `22/tcp from 198.51.100.0/24`. The format is asserted by the
 * baseline reader through `parsePort`; other validators take it as an annotation.
 */
export const PORT = {
  type: 'string',
  title: 'a port such as 22/tcp, 6000-6007/tcp or 22/tcp from 198.51.100.0/24',
  format: 'fleetproof-port',
} as const;

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** What a timer can wait: 2^31 - 1 milliseconds, in whole days. A longer one would ring at once. */
export const LONGEST_SECONDS = 24 * 86_400;

/** Seconds of `30s`, `10m`, `26h` or `14d`. Throws `RangeError` with a full sentence on anything else. */
export function parseDuration(text: string): number {
  const match = /^(0|[1-9][0-9]{0,6})([smhd])$/.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not ${DURATION.title}.`);
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}

/** The shortest exact form: 1209600 → `14d`, 90000 → `25h`, 90 → `90s`. Rounds to whole seconds; negative is 0. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const unit = (['d', 'h', 'm'] as const).find((name) => whole > 0 && whole % SECONDS[name] === 0) ?? 's';
  return `${whole / SECONDS[unit]}${unit}`;
}

export interface Port {
  readonly port: number;
  /** Last port of a range; absent for a single port. */
  readonly endPort?: number;
  readonly protocol: 'tcp' | 'udp';
  /** Canonical CIDR the port may be reached from; null: from anywhere. */
  readonly from: string | null;
}

/**
 * Reads `22/tcp`, `6000-6007/tcp` (also `6000:6007/tcp`, as ufw writes it), each optionally followed by
 * ` from CIDR`. Throws `RangeError` with a full sentence on anything else.
 */
export function parsePort(text: string): Port {
  const match = /^([0-9]{1,5})(?:[-:]([0-9]{1,5}))?\/(tcp|udp)(?: +from +(\S+))?$/.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not ${PORT.title}.`);
  const [, first = '', last, protocol, source] = match;
  const port = portNumber(first, text);
  const from = source === undefined ? null : formatCidr(parseCidr(source));
  const base = { port, protocol: protocol === 'udp' ? 'udp' : 'tcp', from } as const;
  if (last === undefined) return base;
  const endPort = portNumber(last, text);
  if (endPort <= port) throw new RangeError(`"${text}" is a range that does not go upwards.`);
  return { ...base, endPort };
}

/** The canonical text of a port; `parsePort` reads it back to the same value. */
export function formatPort({ port, endPort, protocol, from }: Port): string {
  return `${port}${endPort === undefined ? '' : `-${endPort}`}/${protocol}${from === null ? '' : ` from ${from}`}`;
}

function portNumber(digits: string, text: string): number {
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new RangeError(`"${text}" has a port that is not between 1 and 65535.`);
  return port;
}

/** `9 days`, `26 hours`, `5 minutes`: the largest unit of which there are at least two. */
export function describeAge(seconds: number): string {
  const units = [
    ['days', 86_400],
    ['hours', 3600],
    ['minutes', 60],
  ] as const;
  const [name, size] = units.find(([, one]) => seconds >= 2 * one) ?? ['seconds', 1];
  return `${Math.max(0, Math.floor(seconds / size))} ${name}`;
}

/** The day of an instant in seconds since the epoch: ISO 8601, UTC. */
export function describeDay(epoch: number): string {
  return new Date(epoch * 1000).toISOString().slice(0, 10);
}
