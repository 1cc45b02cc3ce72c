import type { HttpExchange } from '../../model/exchange.ts';
import { hostOf, locationTarget } from '../../wire/http.ts';

/** RFC 1918, RFC 6598 (shared), RFC 3927 (link-local) and loopback. */
const PRIVATE =
  /(?<![\w.])(?:10(?:\.[0-9]{1,3}){3}|127(?:\.[0-9]{1,3}){3}|192\.168(?:\.[0-9]{1,3}){2}|172\.(?:1[6-9]|2[0-9]|3[01])(?:\.[0-9]{1,3}){2}|169\.254(?:\.[0-9]{1,3}){2}|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])(?:\.[0-9]{1,3}){2})(?![\w.])/g;
const INTERNAL_NAME =
  /(?<![\w.-])(?:[\w-]+\.)+(?:internal|local|localdomain|lan|intranet|corp|cluster\.local)(?![\w.-])|(?<![\w.-])ip-10(?:-[0-9]{1,3}){3}(?![\w-])/gi;
/** Fields that name the machines behind; other fields hold addresses for good reasons (e.g. Content-Security-Policy). */
const MACHINES = /^(?:via|x-backend.*|x-served-by|x-upstream.*|x-host|x-real-server|x-forwarded-server|x-server.*)$/;

/** Addresses and names of machines behind the site in one header field, as written, each once. */
export function internalAddresses(field: string, value: string, { url }: HttpExchange): readonly string[] {
  const own = hostOf(url);
  if (field === 'location') {
    const target = locationTarget(value, url);
    const host = target === null || !/^https?:/.test(target) ? own : hostOf(target);
    return host === own ? [] : internalIn(host);
  }
  if (field === 'set-cookie') return behindF5(value);
  return MACHINES.test(field) ? internalIn(value).filter((text) => text !== own) : [];
}

function internalIn(text: string): readonly string[] {
  return [...new Set([...(text.match(PRIVATE) ?? []), ...(text.match(INTERNAL_NAME) ?? [])])];
}

/** A persistence cookie of F5 BIG-IP: the address as a little-endian number, the port with its bytes swapped (F5 K6917). */
function behindF5(cookie: string): readonly string[] {
  const match = /^\s*BIGipServer[^=]*=([0-9]{1,10})\.([0-9]{1,5})\.0000/.exec(cookie);
  if (match === null) return [];
  const address = Number(match[1]);
  const port = Number(match[2]);
  const bytes = [0, 8, 16, 24].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return [`${bytes.join('.')}:${(port % 256) * 256 + Math.floor(port / 256)}`];
}
