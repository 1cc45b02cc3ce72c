import type { Archive, PackageLists } from '../../model/facts/updates.ts';
import type { Probe } from '../../model/probe.ts';
import { isExtended } from '../../model/releases.ts';

const DIRECTORY = '/var/lib/apt/lists/';

/**
 * What gives access to a private archive may be a part of its path, and so of the name of its list: letters and digits
 * in no order, 16 and more. Times of snapshots are none.
 */
const TOKEN = '(?!\\d{8}T\\d{6}Z)(?=[A-Za-z]*\\d)(?=\\d*[A-Za-z])[A-Za-z0-9]{16,}';
export const TOKENS_IN_PATHS = [new RegExp(`(?<=/)${TOKEN}(?=[/\\s])`, 'g')];
const TOKENS_IN_NAMES = [new RegExp(`(?<=_)${TOKEN}(?=_)`, 'g')];

export const listsProbe: Probe = {
  id: 'apt-lists',
  purpose: 'From which archives the package lists come, and of which date they are.',
  as: 'user',
  argv: [
    'grep',
    '-HE',
    '^(Origin|Label|Suite|Codename|Components|Date|Valid-Until):',
    { glob: `${DIRECTORY}*Release` },
  ],
  redact: TOKENS_IN_NAMES,
};

/** Reads `apt-lists`: `<file>:<Field>: <value>`. Source: repository-format of Debian, apt-secure(8). */
export function readLists(text: string): PackageLists {
  const files = new Map<string, Map<string, string>>();
  for (const line of text.split('\n')) {
    const match = /^(.+?_(?:In)?Release):([A-Z][A-Za-z-]+): *(.*)$/.exec(line);
    if (match === null) continue;
    const [, file = '', field = '', value = ''] = match;
    const fields = files.get(file) ?? new Map<string, string>();
    // The first is the head's: nothing below it may change what the head says.
    if (!fields.has(field)) fields.set(field, value.trim());
    files.set(file, fields);
  }
  return { archives: [...files].map(([file, fields]) => archiveOf(file, fields)) };
}

function archiveOf(file: string, fields: ReadonlyMap<string, string>): Archive {
  const field = (name: string): string => fields.get(name) ?? '';
  const [site = '', path = ''] = file.slice(DIRECTORY.length).split(/_(.*)/s);
  const distribution = /(?:^|_)dists_(.+)_(?:In)?Release$/.exec(path)?.[1]?.replaceAll('_', '/') ?? '';
  const suite = field('Suite');
  const names = [distribution, suite, field('Codename')];
  const head = { site, distribution, origin: field('Origin'), label: field('Label'), suite };
  return {
    ...head,
    codename: field('Codename'),
    components: field('Components').split(/\s+/).filter(Boolean).map(nameOf),
    security: head.label === 'Debian-Security' || names.some((name) => name.endsWith('-security')) || isExtended(head),
    date: instant(field('Date')),
    validUntil: instant(field('Valid-Until')),
  };
}

/** Debian's security archive says `updates/main` for what apt calls `main`. */
function nameOf(component: string): string {
  return component.replace(/^.*\//, '');
}

/** `Fri, 20 Nov 2026  1:31:16 UTC` in epoch seconds; null when it is no such date. */
function instant(text: string): number | null {
  const match =
    /^[A-Z][a-z]{2}, +(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) +(\d{1,2}):(\d{2}):(\d{2}) (?:UTC|GMT|\+0000|Z)$/.exec(text);
  if (match === null) return null;
  const [, day, month = '', year, hour, minute, second] = match;
  const at = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].indexOf(month);
  if (at < 0) return null;
  return Date.UTC(Number(year), at, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
}
