import { type Unknown, unknown } from '../../model/fact.ts';
import { type Entry, MAIN } from './config.ts';
import { KEYWORDS } from './settings.ts';
import { readLine } from './words.ts';

/** A flag and its value, in the order of the command line. */
export type Option = readonly [flag: string, value: string];

export interface Overrides {
  /** Options that override the global section, as directives. */
  readonly overrides: readonly Entry[];
  /** Set when the next start of sshd would have options that the running one was not started with. */
  readonly pending: Unknown | undefined;
}

/** Options of sshd that take a value. Source: sshd(8), the `getopt` string of OpenSSH 8.2 to 10.0. */
const WITH_VALUE = new Set('CEbcfghkopu');

/** sshd writes its command line into its process title: `sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups`. */
export function isListener(command: string): boolean {
  return /^sshd: .* \[listener\]/.test(command);
}

/** The options of a process title or command line. */
export function optionsOf(command: string): readonly Option[] {
  return wordsToOptions(wordsOf(command).slice(1));
}

/** The program of a process title or command line; sshd insists on its whole path. */
export function programOf(command: string): string {
  return wordsOf(command)[0] ?? '';
}

function wordsOf(command: string): string[] {
  return (/^sshd: (.*?) \[listener\]/.exec(command)?.[1] ?? command).split(' ');
}

/** The file that options make sshd read instead of the usual one. The last counts. */
export function otherFile(options: readonly Option[]): string | undefined {
  const file = options.findLast(([flag]) => flag === 'f')?.[1];
  return file === MAIN ? undefined : file;
}

/** The options that the next start of the service has; of lines that set them, the last counts. */
export function nextOptions(defaults: string): readonly Option[] {
  const words = [...defaults.matchAll(/^(?:SSHD_OPTS|OPTIONS)=(.*)$/gm)].at(-1)?.[1] ?? '';
  return wordsToOptions(words.replace(/["']/g, '').split(/\s+/));
}

function wordsToOptions(words: readonly string[]): Option[] {
  const options: Option[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const cluster = /^-([A-Za-z0-9]+.*)$/.exec(words[at] ?? '')?.[1];
    const flag = [...(cluster ?? '')].find((char) => WITH_VALUE.has(char));
    if (cluster === undefined || flag === undefined) continue;
    let value = cluster.slice(cluster.indexOf(flag) + 1);
    if (value === '') {
      at += 1;
      value = words[at] ?? '';
    }
    // The title has lost the quotes of `-o 'PasswordAuthentication yes'`. sshd takes no words but options and their values.
    for (; flag === 'o' && /^[^-]/.test(words[at + 1] ?? ''); at += 1) {
      value += `${value.includes('=') ? ' ' : '='}${words[at + 1]}`;
    }
    options.push([flag, value]);
  }
  return options;
}

/**
 * What command lines add to the files. `running` is undefined where no daemon runs yet (socket activation);
 * `defaults` are the SSHD_OPTS= (Debian) or OPTIONS= (Red Hat) lines of the service's settings.
 * What only the next start will have may convict, but not acquit.
 */
export function overridesOf(running: readonly Option[] | undefined, defaults: string): Overrides {
  const options = nextOptions(defaults);
  const next = directives(options, 'SSHD_OPTS in /etc/default/ssh');
  if (running === undefined) return { overrides: next, pending: undefined };
  const now = directives(running, 'the command line of the running sshd');
  const later = next.filter((entry) => !now.some((one) => text(one) === text(entry)));
  const file = otherFile(options);
  const isPending = later.length > 0 || (file !== undefined && file !== otherFile(running));
  const message =
    'SSHD_OPTS in /etc/default/ssh changes how people log in, but the running sshd was not started with it.';
  return {
    overrides: [...later.filter(opens), ...now],
    pending: isPending ? unknown('not-observable', message, 'Run: systemctl restart ssh') : undefined,
  };
}

function directives(options: readonly Option[], origin: string): Entry[] {
  return options.flatMap(([flag, value]) => {
    const line = flag === 'o' ? readLine(value) : undefined;
    if (line === undefined || line === null || !decidesLogins(line.keyword)) return [];
    return [{ keyword: line.keyword, args: line.args, origin, guards: [] }];
  });
}

/** Of all options, only these are told and compared. */
function decidesLogins(keyword: string): boolean {
  return /^(challengeresponse|skey)authentication$/.test(keyword) || KEYWORDS.some((known) => known === keyword);
}

function text({ keyword, args }: Entry): string {
  return `${keyword} ${args.join(' ')}`.toLowerCase();
}

/** True when the option can only open a way in. */
function opens(entry: Entry): boolean {
  return /^(?!pubkey)[a-z]*authentication yes$|^permitemptypasswords yes$|^permitrootlogin yes$|^pubkeyauthentication no$/.test(
    text(entry),
  );
}
