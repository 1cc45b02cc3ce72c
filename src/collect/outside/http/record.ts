import type { HttpResponse } from '../../../model/exchange.ts';
import { redact } from '../../redact.ts';
import type { RawResponse } from './response.ts';

const BODY_TEXT_BYTES = 16 * 1024;

/** Who holds one of these is logged in as somebody. Short values are no session. */
const SESSION_IDS: readonly RegExp[] = [
  /;jsessionid=([^\s"'<>?#&;]{8,})/gi,
  /[?&](?:jsessionid|phpsessid|asp\.net_sessionid|sessionid|session_id|sid)=([^\s"'<>#&;]{8,})/gi,
  /\/\(S\(([a-z0-9]{20,})\)\)/gi,
];

/** Text without secrets and session identifiers, and how many were replaced. */
export function redactText(text: string): { readonly text: string; readonly count: number } {
  return redact(text, SESSION_IDS);
}

/** The response as it is kept: names and attributes of cookies without values, no secrets, the start of the body. */
export function keepResponse(raw: RawResponse): { readonly response: HttpResponse; readonly redactions: number } {
  let redactions = 0;
  const clean = (text: string) => {
    const { text: kept, count } = redactText(text);
    redactions += count;
    return kept;
  };
  const headers = raw.headers.map(([name, value]): readonly [string, string] => {
    if (name.toLowerCase() !== 'set-cookie') return [name, clean(value)];
    const kept = redactCookie(value);
    if (kept !== value) redactions += 1;
    return [name, kept];
  });
  const response = {
    status: raw.status,
    reason: clean(raw.reason),
    version: raw.version,
    headers,
    body: clean(raw.body.subarray(0, BODY_TEXT_BYTES).toString('utf8')),
    bodyBytes: raw.body.length,
    truncated: raw.truncated,
  };
  return { response, redactions };
}

/**
 * `sid=[redacted]; Path=/; HttpOnly`. A persistence cookie of an F5 load balancer is kept: it is no secret but the
 * address of a back end (`BIGipServerpool=1677787402.36895.0000`).
 */
function redactCookie(value: string): string {
  const [pair = '', ...attributes] = value.split(';');
  const at = pair.indexOf('=');
  if (at < 0 || at === pair.trimEnd().length - 1) return value;
  if (/^\s*BIGipServer[^=]*=[0-9]{1,10}\.[0-9]{1,5}\.0000\s*$/.test(pair)) return value;
  return [`${pair.slice(0, at)}=[redacted]`, ...attributes].join(';');
}
