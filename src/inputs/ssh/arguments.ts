import { canonicalKeyword } from './keywords.ts';

/** A setting given as arguments of ssh(1): `-J x`, `-p 22`, `-o Keyword=value`. Keywords are lower case. */
export interface SshOption {
  readonly keyword: string;
  readonly value: string;
}

const WITH_VALUE = 'BbcDEeFIiJLlmOopQRSWw';
const KEYWORDS: Readonly<Record<string, string>> = {
  F: 'configfile',
  i: 'identityfile',
  J: 'proxyjump',
  l: 'user',
  p: 'port',
  W: 'stdioforward',
  b: 'bindaddress',
};

/**
 * Reads a command line of ssh(1) without its first word: options anywhere, then the destination. Options
 * without a value are left out; one that lacks its value is reported as keyword `incomplete`.
 */
export function readSshArguments(words: readonly string[]): {
  readonly options: readonly SshOption[];
  readonly destination?: string;
} {
  const options: SshOption[] = [];
  let destination: string | undefined;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-') || word === '-') {
      destination ??= word;
      continue;
    }
    const at = [...word].findIndex((letter, position) => position > 0 && WITH_VALUE.includes(letter));
    if (at < 0) continue;
    const letter = word.charAt(at);
    const value = word.length > at + 1 ? word.slice(at + 1) : words[++index];
    options.push(value === undefined ? { keyword: 'incomplete', value: `-${letter}` } : optionOf(letter, value));
  }
  return { options, ...(destination === undefined ? {} : { destination }) };
}

/** The ProxyJump value that does what a ProxyCommand of the form `ssh … -W %h:%p …` does. */
export function equivalentJump(words: readonly string[]): string | undefined {
  const start = words[0] === 'exec' ? 1 : 0;
  if (!/(^|\/)ssh$/.test(words[start] ?? '')) return undefined;
  const { options, destination } = readSshArguments(words.slice(start + 1));
  const find = (wanted: string) => options.find(({ keyword }) => keyword === wanted)?.value;
  if (destination === undefined || !/^\[?%h\]?:%p$/.test(find('stdioforward') ?? '')) return undefined;
  const user = find('user');
  const port = find('port');
  const named = user === undefined || destination.includes('@') ? destination : `${user}@${destination}`;
  return port === undefined ? named : `${named}:${port}`;
}

function optionOf(letter: string, value: string): SshOption {
  if (letter !== 'o') return { keyword: KEYWORDS[letter] ?? `-${letter}`, value };
  const [, keyword = '', rest = ''] = /^\s*([A-Za-z0-9]*)\s*[= ]?\s*(.*)$/s.exec(value) ?? [];
  return { keyword: canonicalKeyword(keyword), value: rest.replace(/^"(.*)"$/s, '$1').trim() };
}
