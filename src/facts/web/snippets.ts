/**
 * Names below a configuration directory that are never read, wherever they are: keys, certificates, passwords, and
 * databases of addresses, through whose megabytes awk would not come in time.
 */
const NEVER_READ = '*.key|*.pem|*.crt|*.cer|*.csr|*.der|*.p12|*.pfx|*passwd*|*.mmdb|*.dat';
/** Where servers take along whatever is there: a backup, too, and a site with a name such as example.md. */
const TAKEN_WHOLE = '*/sites-*/*|*/sites/*|*/conf.d/*|*/vhosts*/*';
/** Names elsewhere that are no configuration: modules, pages, backups. */
const OTHER_FILES =
  '*.so|*.html|*.js|*.lua|*.md|*.bak|*~|*.swp|*.dpkg-*|*/mime.types|*/magic|*/koi-*|*/win-utf|*/modules-available/*|*/mods-available/*|*/.git/*';

/**
 * Sets the arguments to the files of these globs that the login user may read; on a host without these directories the
 * snippet ends here, and nothing was started. Unless `silent`, prints `unread FILE` and `closed DIR` for what
 * may not be read, `file NAME` for empty files, and `odd` and `many` for what was left out.
 */
export function filesOf(roots: readonly string[], globs: readonly string[], silent = false): string {
  const say = (text: string): string => (silent ? ':' : text);
  return `NL='
'
r=
for d in ${roots.join(' ')}; do
  [ -d "$d" ] || continue
  r=1; [ -r "$d" ] && [ -x "$d" ] || ${say(`printf 'closed %s\\n' "$d"`)}
done
[ -n "$r" ] || exit 0
set --
for f in ${globs.join(' ')}; do
  case $f in *"$NL"*) ${say('echo odd')}; continue ;; ${NEVER_READ}) continue ;; ${TAKEN_WHOLE}) ;; ${OTHER_FILES}) continue ;; esac
  [ -d "$f" ] && { [ -r "$f" ] && [ -x "$f" ] || ${say(`printf 'closed %s\\n' "$f"`)}; continue; }
  [ -f "$f" ] || { [ -L "$f" ] && ${say(`printf 'unread %s\\n' "$f"`)}; continue; }
  [ -r "$f" ] || { ${say(`printf 'unread %s\\n' "$f"`)}; continue; }
  [ -s "$f" ] || { ${say(`printf 'file %s\\n' "$f"`)}; continue; }
  [ "$#" -lt 400 ] || { ${say('echo many')}; break; }
  set -- "$@" "$f"
done
[ "$#" -gt 0 ] || exit 0`;
}

/**
 * Runs `awk` over these files. awk prints `file NAME` and then every line behind a colon, so that no line can pose
 * as a name.
 */
export function filesSnippet(roots: readonly string[], globs: readonly string[], awk: string): string {
  return `${filesOf(roots, globs)}
awk '${awk.trim()}' "$@"`;
}
