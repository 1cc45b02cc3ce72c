/**
 * Compares two Debian package versions: negative, zero or positive. Total for any text.
 * Source: deb-version(7), "Sorting algorithm".
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  return (
    left.epoch - right.epoch || compareText(left.upstream, right.upstream) || compareText(left.revision, right.revision)
  );
}

export function atLeast(version: string, bound: string): boolean {
  return compareVersions(version, bound) >= 0;
}

function partsOf(version: string): { readonly epoch: number; readonly upstream: string; readonly revision: string } {
  const colon = /^(\d+):/.exec(version);
  const rest = version.slice(colon?.[0].length ?? 0);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: Number(colon?.[1] ?? 0),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Runs of non-digits and digits by turns; in the former, `~` sorts before the end and letters before the rest. */
function compareText(a: string, b: string): number {
  for (let left = a, right = b; left !== '' || right !== ''; ) {
    const [leftRun, rightRun] = [headOf(left), headOf(right)];
    const order = compareLetters(leftRun.text, rightRun.text) || compareDigits(leftRun.digits, rightRun.digits);
    if (order !== 0) return order;
    left = left.slice(leftRun.length);
    right = right.slice(rightRun.length);
  }
  return 0;
}

function headOf(text: string): { readonly text: string; readonly digits: string; readonly length: number } {
  const [all = '', letters = '', digits = ''] = /^(\D*)(\d*)/.exec(text) ?? [];
  return { text: letters, digits, length: all.length };
}

function compareLetters(a: string, b: string): number {
  for (let at = 0; at < a.length || at < b.length; at += 1) {
    const order = weight(a[at]) - weight(b[at]);
    if (order !== 0) return order;
  }
  return 0;
}

function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

/** Digits may be longer than a number can hold. */
function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}
