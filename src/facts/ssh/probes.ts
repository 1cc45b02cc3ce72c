import type { Probe } from '../../model/probe.ts';
import { STRANGER_SPEC } from './contexts.ts';

const CONFIG = ['grep', '-Ran', '^', '/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d'] as const;
export const KEY_PATHS_LIMIT = 1000;

/**
 * Where there is a Match block: root; where sshd listens, and a port that no block names, when blocks tell those apart; then
 * one specification per pattern of a Match line, with the line's other criteria met by their first pattern.
 * Only where sudo allows it: asking in vain would write to the host's log once for each. `$l` is what `sudo -n -l`
 * printed, with its line breaks wherever a line was full.
 */
const CONTEXTS = `case $S in
  no) exit 0 ;;
  some) printf %s "$l" | tr -s ' \\n' '  ' | grep -qF 'sshd -T -C [' || exit 0 ;;
esac
t=$(grep -Ran ^ /etc/ssh/sshd_config /etc/ssh/sshd_config.d 2>/dev/null)
[ $? -lt 2 ] || t=$(priv grep -Ran ^ /etc/ssh/sshd_config /etc/ssh/sshd_config.d 2>/dev/null)
printf '%s\\n' "$t" | sed 's/^[^:]*:[^:]*://' | awk '
function example(p) { sub(/^!/, "", p); sub(/\\/.*/, "", p); gsub(/[*?]/, "1", p); return p }
function stranger() {
  v["user"] = "fleetproof-stranger"; v["group"] = "-"; v["address"] = "203.0.113.7"; v["host"] = "stranger.invalid"
  v["localaddress"] = "198.51.100.1"; v["localport"] = "22"
}
function spec() { return v["group"] " " v["user"] " " v["host"] " " v["address"] " " v["localaddress"] " " v["localport"] }
function say(on, value) { stranger(); v[on] = value; print spec() }
{
  gsub(/["\\r]/, ""); sub(/#.*/, "")
  n = split($0, w, /[ \\t=]+/); i = 1; if (w[1] == "") i = 2
  k = tolower(w[i]); a = w[i + 1]
  if (k == "port") ports[a]
  if (k == "listenaddress") {
    if (a ~ /^\\[?[^]:]*\\]?:[0-9]+$|\\]:/) { p = a; sub(/.*:/, "", p); ports[p]; sub(/:[0-9]+$/, "", a) }
    gsub(/[][]/, "", a)
    if (a ~ /^[0-9A-Fa-f.:]+$/ && a != "0.0.0.0" && a != "::") addresses[a]
  }
  if (k != "match") next
  blocks++
  split("", list)
  for (i++; i < n; i += 2) list[tolower(w[i])] = w[i + 1]
  for (c in list) {
    m = split(list[c], patterns, ",")
    for (j = 1; j <= m; j++) {
      stranger(); named[c]
      for (d in list) { split(list[d], f, ","); v[d] = example(f[1]) }
      v[c] = example(patterns[j])
      specs[++s] = spec()
    }
  }
}
END {
  if (!blocks) exit
  say("user", "root")
  if ("localport" in named) { for (p in ports) say("localport", p); say("localport", "1") }
  if ("localaddress" in named) for (a in addresses) say("localaddress", a)
  for (i = 1; i <= s; i++) print specs[i]
}' | while read -r g u h a la lp; do
  if [ "$g" != - ]; then
    e=$(getent group "$g") || continue
    m=\${e##*:}; m=\${m%%,*}
    [ -n "$m" ] || { i=\${e%:*}; i=\${i##*:}; m=$(getent passwd | awk -F: -v g="$i" '$4 == g { print $1; exit }'); }
    [ -n "$m" ] && u=$m
  fi
  echo "user=$u,host=$h,addr=$a,laddr=$la,lport=$lp"
done | awk '!seen[$0]++'`;

/**
 * Where accounts with a login shell may keep authorized keys. What the login user sees not to exist is left out; `absent`
 * leaves a trace of it, which tells it from what was never thought of. Paths have one `/` between names and none at the end.
 */
function keyPaths(print: string, absent: { readonly folder: string; readonly file: string }): string {
  return `a=$(grep -hais '^[[:space:]]*authorizedkeysfile' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf |
  sed -e 's/#.*//' -e 's/^[[:space:]]*[^[:space:]=]*[[:space:]=]*//' | tr -d "\\"'" | tr '\\n' ' ')
l=$(getent passwd | awk -F: -v a=".ssh/authorized_keys .ssh/authorized_keys2 $a" '
BEGIN { n = split(a, p, /[ \\t]+/) }
$6 ~ /^\\// && $7 !~ /\\/(nologin|false|true|sync|halt|shutdown)$/ {
  h = $6; gsub(/\\/\\/+/, "/", h); if (h != "/") sub(/\\/$/, "", h)
  for (i = 1; i <= n; i++) {
    f = p[i]
    if (f == "" || f == "none") continue
    gsub(/%%/, "\\001", f); gsub(/%h/, h, f); gsub(/%u/, $1, f); gsub(/%U/, $3, f); gsub(/\\001/, "%", f)
    if (f !~ /^\\//) f = h "/" f
    gsub(/\\/\\/+/, "/", f)
    if (!seen[f]++) print h "\\t" f
  }
}') && [ -n "$l" ] || exit 1
printf '%s\\n' "$l" | while IFS='	' read -r h f; do
  d=\${f%/*}
  [ -x "$h" ] && [ "$d" = "$h/.ssh" ] && [ ! -e "$d" ] && [ ! -L "$d" ] && { ${absent.folder}; continue; }
  [ -x "$d" ] && [ ! -e "$f" ] && [ ! -L "$f" ] && { ${absent.file}; continue; }
  ${print}
done | awk '!seen[$0]++'`;
}

export const probes: readonly Probe[] = [
  {
    id: 'sshd-effective',
    purpose: 'The settings that sshd itself computes from its files, for a stranger from an outside address.',
    as: 'root',
    argv: ['sshd', '-T', '-C', STRANGER_SPEC],
  },
  {
    id: 'sshd-config',
    purpose:
      'The lines of the sshd configuration: Match blocks, and which file and line decides. Drop-ins may be readable by root only.',
    as: 'root',
    argv: CONFIG,
  },
  {
    id: 'sshd-config-readable',
    purpose: 'The same lines as far as the login user may read them, for hosts without sudo.',
    as: 'user',
    argv: CONFIG,
  },
  {
    id: 'sshd-contexts',
    purpose: 'What sshd answers for one log-in per Match criterion.',
    as: 'root',
    argv: ['sshd', '-T', '-C'],
    each: { snippet: CONTEXTS, limit: 16, grant: 'word' },
    alsoPrivileged: [CONFIG],
  },
  {
    id: 'sshd-files',
    purpose: 'When each file of the sshd configuration last changed, and when the running sshd wrote its pid file.',
    // Where only root may look into the folder, its files have no times otherwise.
    as: 'root',
    argv: [
      'find',
      '-L',
      '/run/sshd.pid',
      '/etc/ssh/sshd_config',
      '/etc/ssh/sshd_config.d',
      // A link to a large folder must not make this a walk over the disk.
      '-maxdepth',
      '3',
      '-printf',
      '%T@ %C@ %y:',
      '-print',
    ],
  },
  {
    id: 'sshd-defaults',
    purpose: 'Options that the service file adds to the command line of sshd; "sshd -T" does not see them.',
    as: 'user',
    argv: ['grep', '-hs', '-e', '^SSHD_OPTS=', '-e', '^OPTIONS=', '/etc/default/ssh', '/etc/sysconfig/sshd'],
  },
  {
    id: 'ssh-units',
    purpose: 'State of the SSH services and sockets, and when sshd was last started or reloaded.',
    as: 'user',
    argv: [
      'env',
      'TZ=UTC',
      'systemctl',
      'show',
      '-p',
      'Id,LoadState,ActiveState,UnitFileState,MainPID,StateChangeTimestamp,StateChangeTimestampMonotonic,Listen,Accept',
      'ssh.service',
      'sshd.service',
      'ssh.socket',
      'sshd.socket',
      '*ssh*.socket',
      'dropbear*.socket',
    ],
  },
  {
    id: 'ssh-processes',
    purpose:
      'Command lines of running SSH servers only, from /proc: options there override the files. Also when links on the way to the files were set.',
    as: 'user',
    argv: ['cat', '/proc/PID/cmdline'],
    snippet: `[ -r /proc/self/comm ] || exit 3
for p in /proc/[0-9]*; do
  read -r c <"$p/comm" || continue
  case $c in sshd*|dropbear*|tinysshd*) ;; *) continue ;; esac
  printf '%s %s ' "\${p#/proc/}" "$c"
  tr '\\000\\n' '  ' <"$p/cmdline"
  echo
done 2>/dev/null
read -r f </run/sshd.pid && echo "pidfile $f"
read -r u f </proc/uptime && echo "clock $(date +%s) $u"
way() {
  d= r=$1 i=0
  while [ -n "$r" ] && [ $i -lt 40 ]; do
    c=\${r%%/*}; r=\${r#"$c"}; r=\${r#/}
    case $c in ''|.) continue ;; ..) d=\${d%/*}; continue ;; esac
    if [ -L "$d/$c" ]; then
      i=$((i + 1))
      stat -c 'changed %Z %n' "$d/$c"
      l=$(readlink "$d/$c")
      r=$l\${r:+/$r}
      case $l in /*) d= ;; esac
    elif [ -e "$d/$c" ]; then d=$d/$c
    else
      [ -x "$d/" ] && stat -c 'changed %Y %n' "$d/"
      return
    fi
  done
}
for f in /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/ssh/sshd_config.d/*; do way "$f"; done
exit 0`,
  },
  {
    id: 'ssh-listeners',
    purpose: 'Which processes listen for TCP connections, to find SSH servers beside sshd.',
    as: 'root',
    argv: ['ss', '-Hltnp'],
  },
  {
    id: 'ssh-host-keys',
    purpose: 'Types and sizes of the host keys, from their public halves, which everybody may read.',
    as: 'user',
    argv: ['grep', '-aHsoE', '^(ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]+', { glob: '/etc/ssh/*_key.pub' }],
  },
  {
    id: 'ssh-strict-kex',
    purpose: 'Whether the SSH server on disk knows strict key exchange, the answer to the Terrapin attack.',
    as: 'user',
    argv: ['grep', '-acHsF', 'kex-strict-s-v00@openssh.com', '/usr/sbin/sshd', { glob: '/usr/lib*/openssh/sshd-*' }],
  },
  {
    id: 'ssh-key-paths',
    purpose: 'Owner and mode of authorized key files and the directories around them (metadata only).',
    as: 'root',
    argv: ['stat', '-L', '-c', '%a %u %g %F:%n', '--'],
    each: {
      snippet: keyPaths('printf \'%s\\n\' "$h" "$d" "$f"', { folder: 'echo "$h"', file: 'echo "$d"' }),
      limit: KEY_PATHS_LIMIT,
      together: true,
      grant: 'paths',
    },
  },
  {
    id: 'ssh-key-lines',
    purpose:
      'Public keys in authorized key files. Prints nothing but keys (and the # of lines commented out), whatever file is named.',
    as: 'root',
    // Bounded by the pattern: -o prints the match alone, so a link to another file gives nothing of it away.
    // Devices and FIFOs are not opened.
    argv: [
      'grep',
      '-aHno',
      '-D',
      'skip',
      '-d',
      'skip',
      '-E',
      '^[[:blank:]]*#|(ssh|ecdsa|sk|rsa)-[a-z0-9@.-]+[[:blank:]]+AAAA[A-Za-z0-9+/]+',
      '--',
    ],
    each: {
      snippet: keyPaths('printf \'%s\\n\' "$f"', { folder: ':', file: ':' }),
      limit: KEY_PATHS_LIMIT,
      together: true,
      grant: 'paths',
    },
  },
];
