import { createHash } from 'node:crypto';
import type { Probe, Word } from '../model/probe.ts';

/**
 * The one POSIX sh program of a scan. Everything that runs on a host is in the text this module
 * returns: fixed commands, no word of it comes from a host or from an inventory. It is sent on the
 * standard input of `sh`, writes no file, and starts only after its last line has arrived (a cut
 * connection cannot run half of it).
 *
 * Stdout carries, per item, with LF in front of every nonce:
 *   `<nonce> item <probe> <state> <uid> <t>` LF argv, each word ended by US; a word of several lines is named instead: `(snippet <probe>)`
 *   `<nonce> out` LF output, followed at once by `<nonce><exit code, 3 digits>` unless it was cut
 *   `<nonce> done <t>`
 * `t` is in centiseconds of /proc/uptime. Stderr carries `<nonce> <probe>` before each item's text, `<nonce> sudo` before what
 * `sudo -l` complained about, and `<nonce> end` behind all.
 */

export const DEFAULT_SECONDS = 10;
export const DEFAULT_BYTES = 262_144;
/** One complaint for each of the 1000 paths that a command may be given, and some. */
export const STDERR_BYTES = 131_072;
const LIST_BYTES = 65_536;
/** For what the program asks the host before its items: what is listed, what sudo allows. */
export const LIST_SECONDS = 10;
/** Of each process. All commands of a scan together take a second; this ends what a host made spin. */
const CPU_SECONDS = 60;
/** Placeholder of the nonce; the digest of the command set is taken with it in place. */
const NONCE_SLOT = '@FLEETPROOF-NONCE@';

export const PATHS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

const PROLOGUE = `# fleetproof collector: reads, changes nothing. Every command that can run here is listed by "fleetproof plan".
set +a; unset N
N='${NONCE_SLOT}'
main() {
LC_ALL=C; LANG=C; PATH=${PATHS.join(':')}; HOME=/nonexistent
export LC_ALL LANG PATH HOME
unset IFS
# Functions that bash exports would stand in for commands, here and in the sh of every snippet.
unset -f env sed
for v in $(env | sed -n 's/^BASH_FUNC_\\([^=]*\\)[%(][%)]=.*/\\1/p'); do unset -f "$v"; done
# What pam_env, SetEnv or a profile set must not change what a command answers (APT_CONFIG, TZ, POSIXLY_CORRECT).
# A shell ends when it is told to unset one that it holds read-only.
for v in $(env | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'); do
  case $v in
    LC_ALL|LANG|PATH|HOME|SSH_CONNECTION|SHELLOPTS|BASHOPTS|BASH_VERSINFO|PPID|UID|EUID) ;;
    *) unset "$v" ;;
  esac
done
umask 077
set +e +u +x +f
exec 3>&1 4>&2
n=0
LF='
'
# Lower priority than everything that serves; best effort.
renice -n 10 -p $$ >/dev/null 2>&1
# Nobody here is left to end what would spin on after a cut connection.
ulimit -t ${CPU_SECONDS} 2>/dev/null
uid=$(id -u)
# Centiseconds since boot, without a fork.
up() { IFS=' ' read -r U rest </proc/uptime && U=\${U%.*}\${U#*.} || U=0; }
up
T=; /usr/bin/timeout -k 1 5 /bin/true >/dev/null 2>&1 && T=timeout
# What sudo lets this user do as root: all (with a timeout around each command), some (exact commands only), no.
# late: sudo did not say in time.
S=no
printf '\\n%s sudo\\n' "$N" >&4
if [ "$uid" = 0 ]; then S=root
elif [ -x /usr/bin/sudo ]; then
  # A directory service may keep sudo waiting, and nobody here could end it.
  l=$({ { /usr/bin/sudo -n -l </dev/null; printf '\\n%s' "$N"; } 2>&4 3>&- 4>&- & } |
    \${T:+/usr/bin/timeout} \${T:+${LIST_SECONDS}} head -c 65536)
  p='NOPASSWD: '
  case $l in *'!authenticate'*) p= ;; esac
  case $l in
    *NOEXEC*|*noexec*) S=some ;;
    *"\${p}ALL"*)
      S=some
      printf '%s\\n' "$l" | grep -qE "^ *\\(([^!)]*, )?(ALL|root)[^!)]*\\) .*\${p}ALL" && S=all ;;
    *NOPASSWD:*|*'!authenticate'*) S=some ;;
    *"$N") ;;
    *) S=late ;;
  esac
else echo 'There is no /usr/bin/sudo on this host' >&4
fi
printf '\\n%s hello 1 %s %s %s %s %s\\n' "$N" "$uid" "$(date -u +%s)" "$U" "$S" "\${T:-none}"
tool() { # absolute path of a tool, in P
  P=
  for d in ${PATHS.join(' ')}; do [ -e "$d/$1" ] && { P=$d/$1; return; }; done
}
priv() { # for listings only: run a fixed command as root, when that is granted
  tool "$1"; [ -n "$P" ] || return 127
  shift
  case $S in
    root) "$P" "$@" ;;
    no|late) return 1 ;;
    *) /usr/bin/sudo -n -- "$P" "$@" ;;
  esac
}
mark() { # probe: what follows on stderr is its
  printf '\\n%s %s\\n' "$N" "$1" >&4
}
item() { # probe state uid argv… : a snippet is named, since this text holds it
  n=$((n + 1)); up
  printf '\\n%s item %s %s %s %s\\n' "$N" "$1" "$2" "$3" "$U"
  j=$1; shift 3
  for x in "$@"; do
    case $x in *"$LF"*) x="(snippet $j)" ;; esac
    printf '%s\\037' "$x"
  done
  printf '\\n%s out\\n' "$N"
}
over() { up; printf '\\n%s done %s\\n' "$N" "$U"; }
run() { # as probe seconds bytes command…
  a=$1 i=$2 s=$3 c=$4; shift 4
  mark "$i"
  tool "$1"
  if [ -z "$P" ]; then item "$i" missing - "$@"; over; return; fi
  shift; set -- "$P" "$@"
  w=$uid
  if [ "$a" = root ]; then
    w=0
    case $S in
      root) [ -n "$T" ] && set -- /usr/bin/timeout -k 2 "$s" "$@" ;;
      all) if [ -n "$T" ]; then set -- /usr/bin/sudo -n -- /usr/bin/timeout -k 2 "$s" "$@"; else set -- /usr/bin/sudo -n -- "$@"; fi ;;
      some) set -- /usr/bin/sudo -n -- "$@" ;;
      late) item "$i" ran - /usr/bin/sudo -n -- "$@"; over; return ;;
      no) item "$i" denied - /usr/bin/sudo -n -- "$@"; over; return ;;
    esac
  elif [ -n "$T" ]; then
    set -- /usr/bin/timeout -k 2 "$s" "$@"
  fi
  item "$i" ran "$w" "$@"
  # The exit code follows the output behind a nonce, so a missing one means: cut off. The reader has a deadline
  # of its own, because a root process that this user cannot kill must not hold up the rest.
  { { { "$@" </dev/null 3>&- 4>&-; printf '%s%03d' "$N" "$?"; } 2>&1 >&6 | head -c ${STDERR_BYTES} >&4; } 6>&1 & } |
    \${T:+/usr/bin/timeout} \${T:+$((s + 4))} head -c "$((c + \${#N} + 3))" >&3
  over
}
list() { # probe limit mode as probe seconds bytes command… : every line of $L becomes an argument
  k=$1 m=$2 g=$3; shift 3
  z=0; y=0; q=; args=
  IFS=$LF; set -f
  for x in $L; do
    case $x in
      "$N"*) q=\${x#"$N"}; continue ;;
      -*|*..*|*[!A-Za-z0-9_./:@=,+-]*) y=$((y + 1)); continue ;;
    esac
    z=$((z + 1)); [ "$z" -gt "$m" ] && { y=$((y + 1)); continue; }
    args=$args$x$LF
  done
  unset IFS
  item "$k.list" ran "$uid"
  printf '%s%s' "$args" "\${q:+$N$q}"; over
  item "$k.skipped" ran "$uid"
  printf '%s%s000' "$y" "$N"; over
  IFS=$LF
  if [ "$g" = together ]; then
    [ -n "$args" ] && { set -- "$@" $args; unset IFS; set +f; run "$@"; }
  else
    for x in $args; do unset IFS; run "$@" "$x"; IFS=$LF; done
  fi
  unset IFS; set +f
}
`;

const EPILOGUE = `printf '\\n%s end\\n' "$N" >&4
printf '\\n%s bye %s\\n' "$N" "$n"
}
main
exit 0
`;

/** The program for these probes, in their order. The nonce is 32 hex digits, fresh for every run. */
export function programOf(probes: readonly Probe[], nonce: string): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new Error('The nonce must be 32 hex digits.');
  return templateOf(probes).replaceAll(NONCE_SLOT, nonce);
}

/** Hex SHA-256 of everything that may run on a host in this scan. The same set gives the same value in every run. */
export function commandSetSha256(probes: readonly Probe[]): string {
  return createHash('sha256').update(templateOf(probes)).digest('hex');
}

function templateOf(probes: readonly Probe[]): string {
  return `${PROLOGUE}${probes.map(itemOf).join('')}${EPILOGUE}`;
}

function itemOf(probe: Probe): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(probe.id)) throw new Error(`Probe id ${probe.id} is not kebab-case.`);
  const seconds = probe.timeoutSeconds ?? DEFAULT_SECONDS;
  const bytes = probe.maxBytes ?? DEFAULT_BYTES;
  const words = probe.snippet === undefined ? probe.argv : (['sh', '-c', probe.snippet] as const);
  const command = `${probe.as} ${probe.id} ${seconds} ${bytes} ${words.map(quote).join(' ')}`;
  if (probe.each === undefined) return `run ${command}\n`;
  const { snippet, limit, together } = probe.each;
  return (
    `mark ${probe.id}.list\n` +
    // A home on a dead server keeps a listing waiting: its reader has a deadline, and it goes on alone, as an item does.
    `L=$({ { (\n${snippet.trim()}\n) </dev/null 2>&4 3>&- 4>&-; printf '\\n%s%03d\\n' "$N" "$?"; } & } |\n` +
    `  \${T:+/usr/bin/timeout} \${T:+${LIST_SECONDS}} head -c ${LIST_BYTES})\n` +
    `list ${probe.id} ${limit} ${together === true ? 'together' : 'single'} ${command}\n`
  );
}

/** A word as sh reads it: literals in single quotes; globs bare, of harmless characters only. */
function quote(word: Word): string {
  if (typeof word === 'string') {
    if (/^[A-Za-z0-9_./:@%+=,-]+$/.test(word)) return word;
    return `'${word.replaceAll("'", `'\\''`)}'`;
  }
  if (!/^\/[A-Za-z0-9_./*?-]+$/.test(word.glob))
    throw new Error(`Glob ${word.glob} has a character that sh could read as code.`);
  return word.glob;
}
