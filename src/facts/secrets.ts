import type { SecretsFacts } from '../model/facts/secrets.ts';
import { SECRET_PLACES } from '../model/facts/secrets.ts';
import type { Probe } from '../model/probe.ts';
import type { FactSources } from './outputs.ts';
import { readSecretFiles } from './secrets/read.ts';

/** Directories that a place is found through: those whose entries must be listed, and those to pass only. */
function pathsTo(place: string): { readonly list: string[]; readonly pass: string[] } {
  const segments = place.split('/').slice(1);
  const list: string[] = [];
  const pass: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const above = `/${segments.slice(0, index).join('/')}`;
    if (index > 0) (segment.includes('*') ? list : pass).push(above);
  }
  return { list, pass };
}

const unique = (paths: readonly string[]): string => [...new Set(paths)].sort().join(' ');
const LISTED = unique(SECRET_PLACES.flatMap((place) => pathsTo(place).list));
const PASSED = unique(SECRET_PLACES.flatMap((place) => pathsTo(place).pass));

/**
 * Prints `root DIR` and `key FILE` for what web servers are set to, `closed DIR`, `closed-root DIR` and `unread FILE` for
 * what this user cannot look into, and then one `ls` line for every candidate and every directory above it. Opens no
 * candidate. A directive of nginx ends where its `;` or brace is, on whatever line; one of Apache where its line does. What an
 * alias leads to is handed out like a document root.
 */
const SNIPPET = `NL='
'
L= n=0
keep() {
  case $1 in *"$NL"*) printf 'odd %s\\n' "\${1%%"$NL"*}"; return ;; esac
  case "$NL$L" in *"$NL$1$NL"*) ;; *) L=$L$1$NL; n=$((n + 1)) ;; esac
}
found() {
  [ -e "$1" ] || return
  keep "$1"
  d=\${1%/*}
  while [ -n "$d" ]; do
    case "$NL$L" in *"$NL$d$NL"*) return ;; esac
    keep "$d"
    d=\${d%/*}
  done
}
for d in ${LISTED}; do
  [ -d "$d" ] || continue
  [ -r "$d" ] && [ -x "$d" ] || { printf 'closed %s\\n' "$d"; found "$d"; }
done
for d in ${PASSED}; do
  [ -d "$d" ] || continue
  [ -x "$d" ] || { printf 'closed %s\\n' "$d"; found "$d"; }
done
for f in ${SECRET_PLACES.join(' ')}; do
  case $f in *.pub|*.example|*.sample|*.dist|*.template) continue ;; esac
  found "$f"
  [ "$n" -lt 1500 ] || { echo many; break; }
done
settings() { # what one file says; E: what ends a directive
  [ -r "$1" ] && awk -v e="$E" '
    function say(text, word) {
      gsub(/["\\047\\r\\t\\n ]+/, " ", text); gsub(/^ | $/, "", text)
      word = tolower(text); sub(/ .*/, "", word); sub(/^[^ ]* ?/, "", text)
      if (word ~ /^include(optional)?$/) print "include", text
      if (word ~ /^alias(match)?$/) { if (e != " ") sub(/^[^ ]* /, "", text); print "root", text }
      if (word ~ /^(virtual)?documentroot(ip)?$|^root$/) print "root", text
      if (word ~ /^ssl_?certificate_?key(file)?$/) print "key", text
    }
    {
      sub(/(^|[ \\t;{}])#.*/, "")
      if (e != " " && sub(/\\\\\\r?$/, "")) { s = s $0 " "; next }
      gsub(/[$][{]/, "$")
      s = substr(s, 1, 4096) $0 e
      n = split(s, part, e == " " ? "[;{}]" : e)
      for (i = 1; i < n; i++) say(part[i])
      s = part[n]
    }
    END { say(s) }' "$1" || printf 'unread %s\\n' "$1"
}
# The files of one server, and what they include, wherever it is.
server() {
  B=$1 E=$2 S=$NL k=0
  shift 2
  while [ $# -gt 0 ]; do
    k=$((k + 1)) t=
    for f; do
      case $S in *"$NL$f$NL"*) continue ;; esac
      S=$S$f$NL
      case $f in *.key|*.pem|*.crt|*.so) continue ;; esac
      if [ -L "$f" ] && [ ! -e "$f" ] || [ $k -gt 8 ]; then printf 'unread %s\\n' "$f"
      elif [ -f "$f" ]; then t=$t$(settings "$f")$NL
      fi
    done
    printf '%s' "$t" | grep -v '^include '
    t=$(printf '%s' "$t" | sed -n 's/^include //p' | sed "/^\\//!s,^,$B/,")
    set -f; IFS=$NL; set -- $t; set +f
    for p in "$@"; do
      d=\${p%/*}
      until [ -z "$d" ] || [ -e "$d" ]; do d=\${d%/*}; done
      case $p in
        *'$'*) false ;;
        *[*?[]*) [ -x "$d/" ] && [ -r "$d/" ] ;;
        *) [ -x "$d/" ] ;;
      esac || printf 'unread %s\\n' "$p"
    done
    set -- $t
    unset IFS
    for p in "$@"; do
      [ ! -d "$p" ] || set -- "$@" "$p"/*
    done
  done
}
w=$(server /etc/nginx ' ' /etc/nginx/*.conf /etc/nginx/*/* /etc/nginx/*/*/*
server /etc/apache2 '\\n' /etc/apache2/*.conf /etc/apache2/*-enabled/*)
printf '%s\\n' "$w" | awk 'NF && !seen[$0]++'
set -f; IFS=$NL; set -- $w; set +f; unset IFS
for l in "$@"; do
  p=\${l#* }
  case $l in
    'key /'*)
      found "$p"
      until [ -z "$p" ] || [ -e "$p" ]; do p=\${p%/*}; done
      [ ! -d "$p" ] || [ -x "$p" ] || { printf 'closed %s\\n' "$p"; found "$p"; } ;;
    'root /'*)
      p=\${p%"\${p##*[!/]}"}
      for f in "$p"/.env "$p"/.env.*; do found "$f"; done
      d=$p
      until [ -z "$d" ] || [ -e "$d" ]; do d=\${d%/*}; done
      { [ ! -d "$d" ] || [ -x "$d" ]; } && { [ "$d" != "$p" ] || [ -r "$d" ]; } || printf 'closed-root %s\\n' "$p" ;;
  esac
done
set -f; IFS=$NL
[ -n "$L" ] && ls -ldnL -- $L`;

export const probes: readonly Probe[] = [
  {
    id: 'secret-files',
    purpose:
      'Owner and mode of files that hold secrets, in known places and where web servers keep keys. No such file is opened.',
    as: 'user',
    argv: ['ls', '-ldnL', '--', 'FILE...'],
    snippet: SNIPPET,
    maxBytes: 524_288,
  },
];

export const facts: FactSources<SecretsFacts> = {
  secretFiles: { probes: ['secret-files', 'passwd-entries', 'group-entries'], derive: readSecretFiles },
};
