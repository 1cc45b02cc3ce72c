import { cannotTell } from '../../model/fact.ts';
import type { ConfiguredAction, ConfiguredJail, Fail2banConfig, JailSource } from '../../model/facts/fail2ban.ts';
import type { Probe } from '../../model/probe.ts';
import { byText, memoized } from '../memo.ts';
import type { Outputs } from '../outputs.ts';

/** Tools with which an action can refuse packets or connections, as its commands spell them. */
const TOOLS = ['iptables', 'nft', 'ipset', 'ufw', 'firewall-cmd', 'hosts.deny', 'ip route'];

/** Size and time of the log "$file", or that it is in a folder which the login user may not search. */
export const LOOK_AT_LOG = `stat -L -c 'log %s %Y %n' -- "$file" 2>/dev/null || {
  folder=$file
  until [ -z "$folder" ] || [ -e "$folder" ]; do folder=\${folder%/*}; done
  [ ! -d "$folder" ] || [ -x "$folder" ] || printf 'closed-log %s\\n' "$file"
}`;

/**
 * Actions may hold passwords and tokens, so the host keeps their commands to itself: of each action only its
 * port, its protocol, the tools it calls and the chains it puts rules into are printed. Of the filters only the prefix that names sshd is.
 */
const SNIPPET = String.raw`
dump=$(fail2ban-client -d) || exit
socket=/run/fail2ban/fail2ban.sock
for folder in /etc/fail2ban /etc/fail2ban/*.d; do
  [ -d "$folder" ] || continue
  [ -r "$folder" ] && [ -x "$folder" ] || printf 'unreadable %s\n' "$folder"
done
for file in /etc/fail2ban/*.conf /etc/fail2ban/*.local /etc/fail2ban/*.d/*.conf /etc/fail2ban/*.d/*.local; do
  [ -e "$file" ] || continue
  [ -r "$file" ] || printf 'unreadable %s\n' "$file"
  [ -e "$socket" ] && [ "$file" -nt "$socket" ] && printf 'changed %s\n' "$file"
done
printf '%s\n' "$dump" | sed -n "s/^\['set', '[^']*', 'addlogpath', '\([^']*\)'.*/\1/p" |
  while IFS= read -r file; do ${LOOK_AT_LOG}; done
printf '%s\n' "$dump" | awk '
function property(name) {
  if (!match($0, "\\[\047" name "\047, \047[^\047]*\047\\]")) return ""
  return substr($0, RSTART + length(name) + 6, RLENGTH - length(name) - 8)
}
function named(pattern,   rest, list, one) {
  rest = $0
  while (match(rest, pattern)) {
    one = substr(rest, RSTART, RLENGTH)
    rest = substr(rest, RSTART + RLENGTH)
    sub(/.* /, "", one)
    list = list " " one
  }
  return list " "
}
function places(   own, all, list, i, n) {
  own = named("(ip6?tables[^;|&\\\\]* (-N|--new-chain)|--add-chain [^ ]+ [a-z]+) [A-Za-z0-9_.-]+")
  n = split(named("(ip6?tables[^;|&\\\\]* (-[IA]|--insert|--append)|--add-rule [^ ]+ [a-z]+) [A-Za-z0-9_.-]+"), all, " ")
  for (i = 1; i <= n; i++) if (!index(own, " " all[i] " ") && !index("," list ",", "," all[i] ",")) list = list "," all[i]
  n = split(named("type [a-z]+ hook [a-z]+"), all, " ")
  for (i = 1; i <= n; i++) list = list ",hook:" all[i]
  return substr(list, 2)
}
/^\[\047(set|multi-set)\047, \047[^\047]*\047, \047action\047, / {
  split($0, word, "\047")
  used = ""
  count = split("${TOOLS.join(',')}", tools, ",")
  for (i = 1; i <= count; i++) if (index($0, tools[i])) used = used "," tools[i]
  limited = index($0, "dport") || index($0, "port port=") ? "ports" : "all"
  if (tolower(property("blocktype")) ~ /^(accept|allow|return|continue|counter|log|nflog)([^a-z]|$)/) printf "lets-in\t%s\t%s\n", word[4], word[8]
  printf "action\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", word[4], word[8], limited, property("port"), property("protocol"), substr(used, 2), places()
  next
}
/^\[\047set\047, \047[^\047]*\047, \047prefregex\047, / { if (index($0, "sshd")) { split($0, word, "\047"); sshd[word[4]] = 1; print }; next }
/^\[\047(set|multi-set)\047, \047[^\047]*\047, \047add(fail|ignore)regex\047, / {
  split($0, word, "\047")
  if (word[6] == "addignoreregex") own[word[4]] = 1
  else if (index($0, "Failed ")) failed[word[4]] = 1
  next
}
/^\[\047start\047, / { split($0, word, "\047"); if (word[4] in sshd && (word[4] in own || !(word[4] in failed))) print "own-patterns\t" word[4] }
/^\[\047set\047, \047[^\047]*\047, \047ignorecommand\047, / { if (!/, \047\047\]$/) { split($0, word, "\047"); print "ignored-by-command\t" word[4] } next }
/^\[\047(add|start)\047, / { print }
/^\[\047set\047, \047[^\047]*\047, \047(maxretry|findtime|bantime|addlogpath|addjournalmatch|addaction)\047, / { print }
'`;

const COMMANDED = 'ignored-by-command\t';
const OWN_PATTERNS = 'own-patterns\t';

export const configProbe: Probe = {
  id: 'fail2ban-config',
  purpose: 'What the files under /etc/fail2ban amount to, without the commands of the actions.',
  as: 'user',
  argv: ['fail2ban-client', '-d'],
  snippet: SNIPPET.trim(),
};

/** The merged configuration. Source: fail2ban-client(1), "-d"; fail2ban/client/jailreader.py, actionreader.py. */
export const readConfig = memoized(
  (outputs: Outputs): Fail2banConfig =>
    // Sizes and times of logs are no part of it.
    configFrom(outputs.ran('fail2ban-config').replace(/^log .*\n/gm, '')),
);

const configFrom = byText(64, (text): Fail2banConfig => {
  const lines = text.split('\n');
  const hidden = lines.find((line) => line.startsWith('unreadable '));
  if (hidden !== undefined) {
    const path = hidden.slice('unreadable '.length);
    cannotTell('unreadable', `The login user may not read ${path}, so fail2ban's configuration is not known.`);
  }
  const commands = lines.filter((line) => line.startsWith('[')).map(readList);
  const actions = lines.flatMap((line) => readAction(line, lines));
  const started = commands.flatMap(([verb, name]) => (verb === 'start' && typeof name === 'string' ? [name] : []));
  return {
    jails: started.map((name) => jailOf(name, commands, actions, lines)),
    changed: lines.flatMap((line) => (line.startsWith('changed ') ? [line.slice('changed '.length)] : [])),
  };
});

type Value = string | number | boolean;
type Command = readonly Value[];

function jailOf(
  name: string,
  commands: readonly Command[],
  actions: readonly OwnedAction[],
  lines: readonly string[],
): ConfiguredJail {
  const settings = commands.filter(([verb, jail]) => verb === 'set' && jail === name).map((words) => words.slice(2));
  const all = (key: string): readonly Command[] => settings.filter(([word]) => word === key);
  const last = (key: string): Value | undefined => all(key).at(-1)?.[1];
  const described = actions.flatMap(({ jail, action }) => (jail === name ? [action] : []));
  return {
    name,
    source: sourceOf(commands.find(([verb, jail]) => verb === 'add' && jail === name)?.[2], all),
    processes: processesOf(last('prefregex')),
    maxRetry: typeof last('maxretry') === 'number' ? Number(last('maxretry')) : seconds(last('maxretry')),
    findTime: seconds(last('findtime')),
    banTime: seconds(last('bantime')),
    ownPatterns: lines.includes(`${OWN_PATTERNS}${name}`),
    ignoredByCommand: lines.includes(`${COMMANDED}${name}`),
    actions: all('addaction').map(
      ([, action]) =>
        described.find((one) => one.name === action) ?? {
          name: String(action),
          tools: [],
          ports: null,
          protocol: '',
          places: null,
          letsIn: false,
        },
    ),
  };
}

function sourceOf(backend: Value | undefined, all: (key: string) => readonly Command[]): JailSource {
  if (backend !== 'systemd') return { kind: 'files', files: all('addlogpath').map(([, path]) => String(path)) };
  const match = all('addjournalmatch').map((words) => words.slice(1).join(' '));
  return { kind: 'journal', match: match.join(' + ') };
}

/**
 * `_daemon` as filter.d/sshd.conf spells it out: sshd alone up to 1.0, and in 1.1 without Debian's patch;
 * `sshd(?:-session)?` with it.
 */
function processesOf(prefix: Value | undefined): ConfiguredJail['processes'] {
  if (typeof prefix !== 'string') return null;
  if (prefix.includes('-session')) return 'sshd-session';
  return prefix.includes('sshd(?:\\(\\S+\\))?') || prefix.includes('sshd(?:\\[\\d+\\])?') ? 'sshd' : 'other';
}

interface OwnedAction {
  readonly jail: string;
  readonly action: ConfiguredAction;
}

function readAction(line: string, lines: readonly string[]): readonly OwnedAction[] {
  const [kind, jail, name, limited, ports, protocol, tools, places] = line.split('\t');
  if (kind !== 'action') return [];
  if (jail === undefined || name === undefined || tools === undefined) {
    cannotTell('unparseable', 'The list of fail2ban actions came back in an unknown form.');
  }
  const reach = limited === 'ports' ? (ports ?? '') : null;
  const words = (list: string): readonly string[] => list.split(',').filter(Boolean);
  const where = places === undefined ? null : words(places);
  const letsIn = lines.includes(`lets-in\t${jail}\t${name}`);
  const action = { name, ports: reach, protocol: protocol ?? '', tools: words(tools), places: where, letsIn };
  return [{ jail, action }];
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  mo: 2_592_000,
  y: 31_557_600,
};

/** `10m`, `1d 12h`, `600`, `-1`; null when it is an expression or not there. Source: jail.conf(5), "Time abbreviation". */
function seconds(value: Value | undefined): number | null {
  const text = String(value ?? '').trim();
  if (/^-?\d+$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d+)\s*(mo|[smhdwy])(?:\s+|(?=\d)|$)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return null;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN), 0);
}

/** One line of the dump: a list of strings, numbers and booleans as Python's repr writes them. */
const readList = byText(1024, (line): Command => {
  const values: Value[] = [];
  const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)|(True|False|None))\s*(,|\]$)/y;
  item.lastIndex = 1;
  for (let match = item.exec(line); match !== null; match = item.exec(line)) {
    const [, single, double, digits, word] = match;
    const quoted = single ?? double;
    values.push(quoted !== undefined ? unquote(quoted) : digits !== undefined ? Number(digits) : word === 'True');
    if (item.lastIndex === line.length) return values;
  }
  return cannotTell('unparseable', `A line of fail2ban's configuration is not a list of words: ${line.slice(0, 80)}`);
});

function unquote(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
