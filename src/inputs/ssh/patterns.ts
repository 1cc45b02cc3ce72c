/** `*` and `?` as in ssh_config(5) PATTERNS; nothing else is special. */
function matchesPattern(text: string, pattern: string): boolean {
  let star = -1;
  let resume = 0;
  let position = 0;
  let index = 0;
  while (position < text.length) {
    const sign = pattern[index];
    if (sign === '*') {
      star = index++;
      resume = position;
    } else if (sign !== undefined && (sign === '?' || sign === text[position])) {
      index++;
      position++;
    } else if (star >= 0) {
      index = star + 1;
      position = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[index] === '*') index++;
  return index === pattern.length;
}

/** A pattern-list: at least one pattern matches, and none that begins with `!`. */
export function matchesList(text: string, patterns: readonly string[]): boolean {
  let positive = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern(text, negated ? pattern.slice(1) : pattern)) continue;
    if (negated) return false;
    positive = true;
  }
  return positive;
}
