import type { Probe } from '../../model/probe.ts';
import { APACHE_GLOBS, APACHE_ROOTS } from './apache-probe.ts';
import { CADDY_GLOBS, CADDY_ROOTS } from './caddy-probe.ts';
import { NGINX_GLOBS, NGINX_ROOTS } from './nginx-probe.ts';
import { filesOf } from './snippets.ts';

export const WEB_SERVERS = 'web-servers';
export const WEB_CERTIFICATES = 'web-certificates';

/** Certificate files that the configurations name, one per line; those that variables name are not known here. */
const CERTIFICATE_PATHS = `${filesOf([...NGINX_ROOTS, ...APACHE_ROOTS, ...CADDY_ROOTS], [...NGINX_GLOBS, ...APACHE_GLOBS, ...CADDY_GLOBS], true)}
awk '
FILENAME ~ /\\/snippets\\/snakeoil[.]conf$/ { next }
FNR == 1 { caddy = FILENAME ~ /caddy/; split(FILENAME, p, "/"); root = "/" p[2] "/" p[3] "/"
  if (p[2] == "usr") root = substr(FILENAME, 1, index(FILENAME, "/conf/") + 5) }
{
  gsub(/[";{}\\047\\r]/, " ")
  for (i = 1; i < NF; i++) {
    if (substr($i, 1, 1) == "#") break
    w = tolower($i)
    if (w != "ssl_certificate" && w != "sslcertificatefile" && !(caddy && w == "tls" && i + 1 < NF)) continue
    v = $(i + 1)
    if (v ~ /[$]/) continue
    if (v !~ /^\\//) v = root v
    if (!seen[v]++) print v
  }
}' "$@"`;

export const serverProbes: readonly Probe[] = [
  {
    id: WEB_SERVERS,
    purpose: 'Command lines and control groups of running nginx, Apache and Caddy, from /proc.',
    as: 'user',
    argv: ['cat', '/proc/PID/cmdline'],
    snippet: `[ -r /proc/self/comm ] || exit 3
s=
for p in /proc/[0-9]*; do
  read -r c <"$p/comm" || continue
  case $c in nginx|openresty|apache2|httpd|caddy) ;; *) continue ;; esac
  g=; read -r g <"$p/cgroup"
  l=; read -r l <"$p/cmdline"
  case $l in 'nginx: worker'*|'nginx: cache'*) continue ;; esac
  case "$s" in *"|$c $g|"*) continue ;; esac
  s="$s|$c $g|"
  printf '%s %s ' "$c" "\${g:--}"
  tr '\\000\\n' '  ' <"$p/cmdline"
  echo
done 2>/dev/null
exit 0`,
  },
  {
    id: WEB_CERTIFICATES,
    purpose:
      'The certificates that the web servers are set to use. Prints nothing but certificates, whatever else is in the file.',
    as: 'root',
    // -s: what one file leaves open must not go on in the next. The second address ends at any further marker.
    argv: ['sed', '-nsE', '-e', '/-BEGIN.CERTIFICATE-/F', '-e', '/-BEGIN.CERTIFICATE-/,/-(BEGIN|END)/p', '--'],
    each: { snippet: CERTIFICATE_PATHS, limit: 100, together: true, grant: 'paths' },
    maxBytes: 1_048_576,
  },
];
