import type { Probe } from '../../model/probe.ts';
import { filesSnippet } from './snippets.ts';

export const NGINX_BUILD = 'nginx-build';
export const NGINX_CONFIG = 'nginx-config';

/** Where builds of nginx have their configuration; files up to four levels below are read. */
export const NGINX_ROOTS = ['/etc/nginx', '/usr/local/nginx/conf', '/usr/local/openresty/nginx/conf'] as const;

export const NGINX_GLOBS = NGINX_ROOTS.flatMap((root) =>
  ['*', '*/*', '*/*/*', '*/*/*/*'].map((depth) => `${root}/${depth}`),
);

/** Directives that are shown as they are. Of all others only the name is. */
const SHOWN = [
  'include|http|server|events|stream|mail|location|listen|server_name|internal|load_module|rewrite|error_page',
  'ssl|ssl_certificate|ssl_protocols|ssl_ciphers|ssl_prefer_server_ciphers|ssl_reject_handshake|ssl_conf_command',
  'ssl_dhparam|ssl_ecdh_curve|ssl_session_tickets|ssl_stapling|ssl_verify_client|http2|http3|add_header_inherit',
  'proxy_hide_header|server_tokens',
].join('|');

/**
 * Follows nginx's own rules for quotes, comments and ends of statements, so that what is not to be seen can be blotted
 * out letter by letter while every quote, brace and line stays where it is. Source: ngx_conf_file.c, read_token.
 */
const AWK = String.raw`
function blot(s) { gsub(/[A-Za-z0-9]/, "x", s); return s }
function shown(f, t) {
  if (f ~ /^(${SHOWN})$/) return 1
  if (f ~ /^(add_header|more_set_headers)$/) return tolower(t) ~ /strict-transport-security/
  if (f == "return") return t ~ /^return[ \t\n]+(30[12378][ \t\n]|[0-9]+[ \t\n]*$|["\047]?https?:)/
  if (f == "if") return t ~ /^if[ \t\n]*[(][ \t\n]*[$](scheme|https|host|http_host|server_port|server_name|http_x_forwarded_proto|request_method|request_uri|uri)[ \t\n)]/
  return 0
}
function ended(c,  t, f, lead) {
  t = st; sub(/^[ \t\r\n]+/, "", t); lead = substr(st, 1, length(st) - length(t))
  f = t; sub(/[ \t\r\n(].*/, "", f)
  if (c == "" || hid[d]) t = blot(t)
  else if (!shown(f, t)) t = (f ~ /^[a-z][a-z0-9_]*$/) ? f blot(substr(t, length(f) + 1)) : blot(t)
  out = out lead t c; st = ""
  if (c == "{") { d++; hid[d] = hid[d - 1] || f ~ /^(map|geo|types|split_clients|charset_map)$/ }
  if (c == "}" && d) d--
}
function finish() { if (name == "") return; ended(""); sub(/\n$/, "", out); gsub(/\n/, "\n:", out); printf "file %s\n:%s\n", name, out }
FNR == 1 { finish(); name = FILENAME; out = st = q = ""; d = 0; fresh = 1; hid[0] = 0 }
{ sub(/\r$/, "") }
q == "" && st ~ /^[ \t\n]*$/ && /^[ \t]*(#|$)/ {
  out = out st (tolower($0) ~ /strict-transport-security/ ? $0 : "") "\n"; st = ""; next
}
{
  n = length($0)
  for (i = 1; i <= n; i++) {
    c = substr($0, i, 1)
    if (c == "\\") { i++; st = st c substr($0, i, 1); fresh = 0; continue }
    if (q != "") { if (c == q) q = ""; st = st c; continue }
    if (fresh && c == "#") break
    if (fresh && (c == "\"" || c == "\047")) { q = c; fresh = 0; st = st c; continue }
    if (c == ";" || (c == "{" && substr($0, i - 1, 1) != "$") || (c == "}" && fresh)) { ended(c); fresh = 1; continue }
    fresh = (c == " " || c == "\t")
    st = st c
  }
  st = st "\n"; if (q == "") fresh = 1
}
END { finish() }`;

export const nginxProbes: readonly Probe[] = [
  {
    id: NGINX_BUILD,
    purpose: 'Version of nginx, and where it has its configuration. It reads no file for that.',
    as: 'user',
    argv: ['nginx', '-V'],
  },
  {
    id: NGINX_CONFIG,
    purpose:
      'The configuration of nginx with its file names and lines; what does not bear on names, TLS, redirects and HSTS is blotted out.',
    as: 'user',
    argv: ['awk', 'PROGRAM', 'FILE...'],
    snippet: filesSnippet(NGINX_ROOTS, NGINX_GLOBS, AWK),
    maxBytes: 1_048_576,
  },
];
