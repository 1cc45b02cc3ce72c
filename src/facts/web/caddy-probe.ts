import type { Probe } from '../../model/probe.ts';
import { filesSnippet } from './snippets.ts';

export const CADDY_CONFIG = 'caddy-config';
export const CADDY_ROOTS = ['/etc/caddy'] as const;

export const CADDY_GLOBS = ['*', '*/*', '*/*/*'].map((depth) => `/etc/caddy/${depth}`);

const SHOWN =
  'import|redir|auto_https|http_port|https_port|protocols|servers|bind|default_sni|handle|handle_path|handle_errors|route|header_down';

/**
 * A directive is a line; `{` at its end opens a block and `}` alone closes it. The first line of a file, and lines
 * that open a block at the top, are addresses. Source: the Caddyfile lexer, caddyconfig/caddyfile/lexer.go.
 */
const AWK = String.raw`
function blot(s) { gsub(/[A-Za-z0-9]/, "x", s); return s }
function shown(f, t) {
  if (d == 0 && (t ~ /[{][ \t]*$/ || t ~ /,[ \t]*$/ || wide || first)) return 1
  if (tolower(t) ~ /strict-transport-security/) return f !~ /^@/
  if (f == "header") return t ~ /^header([ \t]+(@[A-Za-z0-9_-]+|[*]|[/][A-Za-z0-9_.*\/-]*))?[ \t]*[{]?$/
  if (f == "tls") return t !~ /["\140]/
  if (f == "defer") return 1
  return f ~ /^(${SHOWN})$/
}
function finish() { if (name == "") return; sub(/\n$/, "", out); gsub(/\n/, "\n:", out); printf "file %s\n:%s\n", name, out }
FNR == 1 { finish(); name = FILENAME; out = ""; d = 0; wide = 0; first = 1 }
{ sub(/\r$/, "") }
/^[ \t]*(#|$)/ { out = out (tolower($0) ~ /strict-transport-security/ ? $0 : "") "\n"; next }
{
  t = $0; sub(/^[ \t]+/, "", t); lead = substr($0, 1, length($0) - length(t))
  sub(/[ \t]+#.*/, "", t)
  f = t; sub(/[ \t].*/, "", f)
  if (f == "}" && d) d--
  see = shown(f, t)
  wide = d == 0 && t ~ /,[ \t]*$/
  first = 0
  if (!see) t = (f ~ /^[a-z][a-z0-9_]*$/) ? f blot(substr(t, length(f) + 1)) : blot(t)
  if ($NF == "{" || t ~ /(^|[ \t])[{][ \t]*$/) d++
  out = out lead t "\n"
}
END { finish() }`;

export const caddyProbes: readonly Probe[] = [
  {
    id: CADDY_CONFIG,
    purpose:
      'The configuration of Caddy with its file names and lines; what does not bear on names, TLS, redirects and HSTS is blotted out.',
    as: 'user',
    argv: ['awk', 'PROGRAM', 'FILE...'],
    snippet: filesSnippet(CADDY_ROOTS, CADDY_GLOBS, AWK),
    maxBytes: 524_288,
  },
];
