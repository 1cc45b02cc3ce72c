import { type Cidr, cidrContains, parseAddress, parseCidr } from '../../model/cidr.ts';

/**
 * `*` and `?` patterns of ssh_config(5). Case-sensitive; nothing else has a meaning.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[^A-Za-z0-9*?]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** A comma-separated list; a matching `!pattern` decides against, wherever it stands. */
export function matchesList(text: string, list: string): boolean {
  return matchesAny([text], list);
}

/** True when one of the texts matches and none matches a negated pattern (`Match Group`). */
export function matchesAny(texts: readonly string[], list: string): boolean {
  const patterns = list.split(',');
  const hit = (pattern: string): boolean => texts.some((text) => matchesPattern(text, pattern));
  if (patterns.some((pattern) => pattern.startsWith('!') && hit(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && hit(pattern));
}

/**
 * Address lists of `Match Address`: CIDR, addresses, wildcards, negation.
 * Throws `RangeError` on a CIDR with host bits set, which sshd refuses. Source: OpenSSH addrmatch.c.
 */
export function matchesAddress(address: string, list: string): boolean {
  const own = parseAddress(address);
  const single: Cidr | undefined = own && { ...own, prefix: own.family === 4 ? 32 : 128 };
  let found = false;
  for (const entry of list.split(',')) {
    const pattern = entry.replace(/^!/, '');
    const range = pattern.includes('/') || parseAddress(pattern) !== undefined ? parseCidr(pattern) : undefined;
    const hit =
      range === undefined
        ? matchesPattern(address.toLowerCase(), pattern.toLowerCase())
        : single !== undefined && cidrContains(range, single);
    if (hit && entry.startsWith('!')) return false;
    found ||= hit;
  }
  return found;
}

/** glob(3) on a whole path: `*` and `?` stay inside a segment and do not match a leading dot; `[a-z]` classes. */
export function matchesGlob(path: string, glob: string): boolean {
  const source = glob
    .split('/')
    .map((segment) => {
      const body = segment.replace(/\[!?[^\]]+\]|[^A-Za-z0-9]/g, (part) => {
        if (part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
        if (part === '*') return '[^/]*';
        return part === '?' ? '[^/]' : `\\${part}`;
      });
      return /^[*?[]/.test(segment) ? `(?!\\.)${body}` : body;
    })
    .join('/');
  return new RegExp(`^${source}$`).test(path);
}
