import { type Cidr, cidrContains, parseAddress, parseCidr } from '../../model/cidr.ts';

/** One step of a pattern: a test of one character, or `*`. */
type Step = '*' | ((char: string) => boolean);

/**
 * Matches without backtracking over more than the last `*`, so that no pattern from a host takes long.
 */
function walk(text: string, steps: readonly Step[]): boolean {
  let at = 0;
  let step = 0;
  let resume: { readonly at: number; readonly step: number } | undefined;
  while (at < text.length) {
    const char = text[at] ?? '';
    const current = steps[step];
    if (current === '*') {
      resume = { at, step };
      step += 1;
    } else if (current?.(char) === true) {
      at += 1;
      step += 1;
    } else if (resume !== undefined) {
      resume = { at: resume.at + 1, step: resume.step };
      at = resume.at;
      step = resume.step + 1;
    } else {
      return false;
    }
  }
  return steps.slice(step).every((rest) => rest === '*');
}

/** `*` and `?` patterns of ssh_config(5). Case-sensitive; nothing else has a meaning. */
function matchesPattern(text: string, pattern: string): boolean {
  if (!/[*?]/.test(pattern)) return text === pattern;
  const steps = [...pattern].map((own): Step => {
    if (own === '*') return own;
    return (char) => own === '?' || own === char;
  });
  return walk(text, steps);
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
 * Reads an address list of `Match Address`: CIDR, addresses, wildcards, negation.
 * Throws `RangeError` on a CIDR with host bits set, which sshd refuses. Source: OpenSSH addrmatch.c.
 */
export function readAddressList(list: string): (address: string) => boolean {
  const entries = list.split(',').map((entry) => {
    const pattern = entry.replace(/^!/, '');
    const isRange = pattern.includes('/') || parseAddress(pattern) !== undefined;
    return { isNegated: entry.startsWith('!'), pattern, range: isRange ? parseCidr(pattern) : undefined };
  });
  return (address) => {
    const own = parseAddress(address);
    const single: Cidr | undefined = own && { ...own, prefix: own.family === 4 ? 32 : 128 };
    const hits = entries.filter(({ pattern, range }) =>
      range === undefined
        ? matchesPattern(address.toLowerCase(), pattern.toLowerCase())
        : single !== undefined && cidrContains(range, single),
    );
    return hits.length > 0 && !hits.some(({ isNegated }) => isNegated);
  };
}

/** glob(3) on a whole path: `*` and `?` stay inside a segment and do not match a leading dot; `[a-z]` classes. */
export function matchesGlob(path: string, glob: string): boolean {
  const names = path.split('/');
  const patterns = glob.split('/');
  return names.length === patterns.length && patterns.every((pattern, index) => isNamed(names[index] ?? '', pattern));
}

function isNamed(name: string, pattern: string): boolean {
  if (name.startsWith('.') && /^[*?[]/.test(pattern)) return false;
  const steps = (pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? []).map(stepOf);
  return walk(name, steps);
}

function stepOf(part: string): Step {
  if (part === '*') return part;
  if (part === '?') return () => true;
  if (part.length === 1) return (char) => char === part;
  const negated = part.startsWith('[!');
  const members = part.slice(negated ? 2 : 1, -1);
  return (char) => inClass(char, members) !== negated;
}

function inClass(char: string, members: string): boolean {
  for (let at = 0; at < members.length; at += 1) {
    const from = members[at] ?? '';
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    const to = isRange ? (members[at + 2] ?? '') : from;
    if (char >= from && char <= to) return true;
    if (isRange) at += 2;
  }
  return false;
}
