import type { Problem } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { UpdateSettings } from '../../src/model/facts/updates.ts';
import { problem } from './apt.ts';

/** Packages without which a host does not stay safe; an exclusion of one of them is wrong on every server. */
const ESSENTIAL = [
  'libc6',
  'libssl3',
  'linux-image-amd64',
  'linux-image-generic',
  'nginx',
  'openssh-server',
  'openssl',
  'sudo',
  'systemd',
] as const;

/** Whether the blacklist of unattended-upgrades covers a package: Python's `re.match` on the name. */
export function blacklisted(name: string, { blacklist }: UpdateSettings): boolean {
  return blacklist.some((pattern) => startOf(pattern).test(name));
}

/**
 * Settings that keep security updates of essential packages away. `kernels`: the installed releases, which patterns such
 * as `linux-image-6` cover; asked for only where it matters.
 */
export function exclusionProblems(settings: UpdateSettings, kernels: () => readonly string[]): readonly Problem[] {
  const always = ESSENTIAL.filter((name) => blacklisted(name, settings));
  const own = settings.blacklist.length === 0 || always.length > 0 ? [] : kernels().map((one) => `linux-image-${one}`);
  const excluded = [...always, ...own.filter((name) => blacklisted(name, settings))];
  const { whitelist } = settings;
  const missing = ESSENTIAL.filter((name) => !whitelist.some((pattern) => startOf(pattern).test(name)));
  const left = whitelist.length === 0 ? [] : missing;
  return [
    ...(excluded.length === 0
      ? []
      : [problem(`Unattended-Upgrade::Package-Blacklist keeps updates from ${excluded.join(', ')}.`)]),
    ...(left.length === 0 ? [] : [problem(`Unattended-Upgrade::Package-Whitelist leaves out ${left.join(', ')}.`)]),
  ];
}

/** What Python reads in another way than JavaScript, or not at all: escapes, `[]…]`, `{,n}`, flags, comments, looks behind. */
const OTHERWISE = /\\(?![dDwWsSbBAZ1-9])[A-Za-z0-9]|\[\^?\]|\{,|\(\?(?![:=!]|P<)/;

function startOf(pattern: string): RegExp {
  try {
    if (OTHERWISE.test(pattern)) throw new SyntaxError(pattern);
    const own = pattern.replaceAll('(?P<', '(?<').replaceAll('\\A', '^').replaceAll('\\Z', '$');
    return new RegExp(`^(?:${own})`);
  } catch {
    return cannotTell('unparseable', `fleetproof cannot read the package pattern "${pattern}" of unattended-upgrades.`);
  }
}
