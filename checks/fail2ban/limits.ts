import type { Problem } from '../../src/model/check.ts';
import { cidrContains, parseAddress, parseCidr } from '../../src/model/cidr.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { ConfiguredJail, Jail } from '../../src/model/facts/fail2ban.ts';
import { duration, problem } from './words.ts';

export interface Limits {
  readonly maxRetry: number;
  /** Seconds. */
  readonly findTime: number;
  /** Seconds. */
  readonly banTime: number;
}

/** With `bantime.increment` every further ban is longer; the first may be this short. */
const FIRST_BAN_SECONDS = 60;
/** Networks of public addresses larger than these are too much to trust. */
const LARGEST = { 4: 16, 6: 48 } as const;
const PRIVATE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
].map(parseCidr);

/** Numbers of the running jail that are too lax. */
export function limitProblems(jail: Jail, limits: Limits): readonly Problem[] {
  const maxRetry = read(jail.maxRetry) ?? 0;
  const findTime = read(jail.findTime) ?? 0;
  const banTime = read(jail.banTime) ?? 0;
  const short = banTime >= 0 && banTime < limits.banTime;
  const grows = short && banTime >= FIRST_BAN_SECONDS && read(jail.banTimeGrows);
  return [
    ...(maxRetry >= 1 && maxRetry <= limits.maxRetry
      ? []
      : [problem(`The sshd jail bans after ${maxRetry} failures; at most ${limits.maxRetry} are allowed.`)]),
    ...(findTime >= limits.findTime
      ? []
      : [
          problem(
            `The sshd jail forgets failures after ${duration(findTime)}; ${duration(limits.findTime)} are required.`,
          ),
        ]),
    ...(short && !grows
      ? [problem(`The sshd jail bans for ${duration(banTime)} only; ${duration(limits.banTime)} are required.`)]
      : []),
  ];
}

/** Addresses that are never banned, when they are many. */
export function ignoreProblems(jail: Jail, files: () => ConfiguredJail): readonly Problem[] {
  const wide = (read(jail.ignored) ?? []).filter(isWide);
  if (wide.length > 0) return [problem(`The sshd jail ignores too many addresses: ${wide.join(', ')}.`)];
  if (files().ignoredByCommand) {
    cannotTell('not-observable', 'A command of its own (ignorecommand) decides whom the sshd jail never bans.');
  }
  return [];
}

/** fail2ban prints `0.0.0.0/0` as `0.0.0.0`. Single addresses, names and files are never wide. */
function isWide(entry: string): boolean {
  if (/^(0\.0\.0\.0|::)$/.test(entry)) return true;
  const [, text = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const address = parseAddress(text);
  if (address === undefined || Number(length) >= LARGEST[address.family]) return false;
  const first = { ...address, prefix: address.family === 4 ? 32 : 128 };
  return !PRIVATE.some((range) => range.prefix <= Number(length) && cidrContains(range, first));
}
