import type { Probe } from '../../model/probe.ts';
import { filesSnippet } from './snippets.ts';

export const APACHE_CONFIG = 'apache-config';

/** Debian's and Red Hat's places. */
export const APACHE_ROOTS = ['/etc/apache2', '/etc/httpd'] as const;

export const APACHE_GLOBS = [
  ...['*', '*-enabled/*', '*-enabled/*/*', 'conf.d/*', 'vhosts.d/*', 'sites.d/*'].map((glob) => `/etc/apache2/${glob}`),
  ...['conf/*', 'conf.d/*', 'conf.modules.d/*', 'vhosts.d/*', 'sites-enabled/*'].map((glob) => `/etc/httpd/${glob}`),
];

const SHOWN = [
  'listen|servername|serveralias|serverroot|include|includeoptional|loadmodule|define|undefine|use|servertokens',
  'sslengine|sslprotocol|sslcertificatefile|sslciphersuite|sslhonorcipherorder|sslstrictsnivhostcheck',
  'redirect|redirectpermanent|redirecttemp|redirectmatch|rewriteengine|rewriterule|usecanonicalname|errordocument',
  '<virtualhost|<ifmodule|<ifdefine|<ifversion|<location|<locationmatch|<directory|<directorymatch|<files',
  '<filesmatch|<proxy|<proxymatch|<macro|<limit|<limitexcept|<else.|<\\/[a-z]+.',
].join('|');

/**
 * A directive is a line, with the lines behind it that a backslash at its end joins to it; `#` makes a whole line a
 * comment. What is not to be seen is blotted out letter by letter. Source: ap_cfg_getline.
 */
const AWK = String.raw`
function blot(s) { gsub(/[A-Za-z0-9]/, "x", s); return s }
function shown(f, t) {
  if (f ~ /^(define|undefine)$/ && t ~ /(pass|secret|token|key|pwd)/) return 0
  if (f ~ /^(${SHOWN})$/) return 1
  if (f == "header") return t ~ /strict-transport-security/
  if (f ~ /^(<if|<elseif|rewritecond)$/) return t ~ /(https|request_scheme|server_port|http_host|server_name|request_uri)/ && t !~ /http:/
  return 0
}
function ended(  t, f, lead) {
  t = st; sub(/^[ \t]+/, "", t); lead = substr(st, 1, length(st) - length(t))
  f = t; sub(/[ \t\n].*/, "", f)
  if (name ~ /\/envvars$/) { if (t !~ /^export[ \t]+[A-Z_0-9]+=/ || t ~ /(PASS|SECRET|TOKEN|KEY|PWD)[A-Z_0-9]*=/) gsub(/[^\n]/, "", t) }
  else if (substr(t, 1, 1) == "#") { if (tolower(t) !~ /strict-transport-security/) gsub(/[^\n]/, "", t) }
  else if (!shown(tolower(f), tolower(t))) t = (f ~ /^<?[A-Za-z][A-Za-z0-9_]*$/) ? f blot(substr(t, length(f) + 1)) : blot(t)
  out = out lead t "\n"; st = ""; more = 0
}
function finish() { if (name == "") return; if (more) ended(); sub(/\n$/, "", out); gsub(/\n/, "\n:", out); printf "file %s\n:%s\n", name, out }
FNR == 1 { finish(); name = FILENAME; out = st = ""; more = 0 }
{ sub(/\r$/, ""); st = more ? st "\n" $0 : $0; more = 1 }
/\\$/ && name !~ /\/envvars$/ { next }
{ ended() }
END { finish() }`;

export const apacheProbes: readonly Probe[] = [
  {
    id: APACHE_CONFIG,
    purpose:
      'The configuration of Apache with its file names and lines; what does not bear on names, TLS, redirects and HSTS is blotted out.',
    as: 'user',
    argv: ['awk', 'PROGRAM', 'FILE...'],
    snippet: filesSnippet(APACHE_ROOTS, APACHE_GLOBS, AWK),
    maxBytes: 1_048_576,
  },
];
