import { randomBytes } from 'node:crypto';
import type { HttpExchange } from '../../model/exchange.ts';
import type { Site } from '../../model/site.ts';
import { fieldValues, hostOf, isRedirect, locationTarget } from '../../wire/http.ts';
import { type Got, get } from './http/get.ts';
import { keepResponse, redactText } from './http/record.ts';
import type { RawResponse } from './http/response.ts';
import type { SiteTarget } from './tls.ts';
import { begin, notRun, pause, type Visit } from './visit.ts';

/** hstspreload.org follows as many. */
const MOST_HOPS = 3;

/** How one site is asked at one address. */
interface Round {
  readonly target: SiteTarget;
  readonly visit: Visit;
  readonly records: HttpExchange[];
  /** URLs that were asked, so that a redirect to one of them costs nothing. */
  readonly asked: Map<string, RawResponse | null>;
  /** Why nothing more may be asked, as a full sentence. */
  stopped: string | null;
}

/**
 * Asks one address of a site for `/` and for a path that does not exist, over TLS and in clear, and walks redirects
 * within the same host name by hand; other names may live elsewhere and are not asked. Only GET, one at a time. What
 * was planned and not asked is in the records as `not-run`.
 */
export async function probeHttp(target: SiteTarget, visit: Visit): Promise<readonly HttpExchange[]> {
  const round: Round = { target, visit, records: [], asked: new Map(), stopped: null };
  const missing = `/${randomBytes(8).toString('hex')}`;
  const { secure, plain } = originsOf(target.site);
  for (const [scheme, origin] of [
    ['https', secure],
    ['http', plain],
  ] as const) {
    if (origin === null) continue;
    const root = await walk(round, `${scheme}-root`, `${origin}/`, MOST_HOPS);
    // Who answers nothing to one path may well answer another one in clear.
    const isClosed = scheme === 'http' && round.records.at(-1)?.state === 'closed';
    const why = root === null && !isClosed ? (round.stopped ?? `${origin}/ was not answered just before.`) : null;
    // Whether redirects depend on the path is seen in the first one.
    await walk(round, `${scheme}-missing`, origin + missing, scheme === 'http' ? 1 : 0, why);
  }
  // "Nothing listens in clear" counts only if the address is still there afterwards, and answers us.
  if (secure !== null && round.records.some(({ kind, state }) => kind === 'http-root' && state !== 'answered')) {
    await walk(round, 'https-again', `${secure}/`, 0);
  }
  return round.records;
}

/** Users who type a name come to port 80 of a site on 443; what answers there for a site on another port is another one. */
function originsOf({ scheme, name, serverName, port }: Site): { secure: string | null; plain: string | null } {
  const host = serverName ?? name;
  const authority = host.includes(':') ? `[${host}]` : host;
  if (scheme === 'http') return { secure: null, plain: new URL(`http://${authority}:${port}`).origin };
  const secure = new URL(`https://${authority}:${port}`).origin;
  return { secure, plain: port === 443 ? new URL(`http://${authority}`).origin : null };
}

/** Asks for a URL and for what it redirects to. Null when the first one was not answered. */
async function walk(
  round: Round,
  kind: string,
  start: string,
  mostHops: number,
  forbidden: string | null = null,
): Promise<RawResponse | null> {
  const first = await ask(round, kind, start, forbidden);
  let [url, response] = [start, first];
  for (let hop = 1; hop <= mostHops && response !== null; hop += 1) {
    const next = nextOf(response, url);
    if (next === null) break;
    // A circle is walked without asking anything again.
    const known: RawResponse | null | undefined = round.asked.get(next);
    response = known === undefined ? await ask(round, `${kind}-hop-${hop}`, next, null) : known;
    url = next;
  }
  return first;
}

/** The URL on the same host name that a response redirects to. */
function nextOf(response: RawResponse, url: string): string | null {
  const [location] = fieldValues(response.headers, 'location');
  if (location === undefined || !isRedirect(response.status)) return null;
  const next = locationTarget(location, url);
  if (next === null || !/^https?:/.test(next)) return null;
  return hostOf(next) === hostOf(url) ? next : null;
}

async function ask(round: Round, kind: string, url: string, forbidden: string | null): Promise<RawResponse | null> {
  const { target, visit, records } = round;
  const because = round.stopped ?? forbidden ?? (visit.signal.aborted ? notRun(visit.signal).error : null);
  const done = begin();
  if (because !== null) {
    const trouble = { state: 'not-run', error: because } as const;
    records.push(recordOf(round, kind, url, { ...NOTHING, trouble, attempts: 0 }, done()));
    return null;
  }
  if (records.some(({ state }) => state !== 'not-run')) await pause(visit.limits.gap, visit);
  const got = await getTwice(new URL(url), target.address, visit);
  records.push(recordOf(round, kind, url, got, done()));
  round.asked.set(url, got.response);
  round.stopped = tooMuch(got.response) ?? round.stopped;
  return got.response;
}

const NOTHING = { response: null, bytesOut: 0, bytesIn: 0 } as const;
type Tried = Pick<Got, 'response' | 'trouble' | 'bytesIn' | 'bytesOut'> & { readonly attempts: number };

async function getTwice(url: URL, address: string, visit: Visit): Promise<Tried> {
  const first = await get(url, address, visit);
  if (!first.again) return { ...first, attempts: 1 };
  await pause(visit.limits.retry, visit);
  if (visit.signal.aborted) return { ...first, attempts: 1 };
  const second = await get(url, address, visit);
  const bytesOut = first.bytesOut + second.bytesOut;
  return { ...second, bytesOut, bytesIn: first.bytesIn + second.bytesIn, attempts: 2 };
}

/** The server wants fewer requests (RFC 6585 §4, RFC 9110 §10.2.3), so it gets none. */
function tooMuch(response: RawResponse | null): string | null {
  if (response === null) return null;
  const [after] = fieldValues(response.headers, 'retry-after');
  if (response.status !== 429 && after === undefined) return null;
  return `The server asked for fewer requests (status ${response.status}${after === undefined ? '' : ', with Retry-After'}), so nothing more was asked.`;
}

function recordOf(
  { target }: Round,
  kind: string,
  url: string,
  { response, trouble, attempts, bytesOut, bytesIn }: Tried,
  times: { readonly startedAt: string; readonly ms: number },
): HttpExchange {
  const { site, address } = target;
  const kept = response === null ? null : keepResponse(response);
  const shown = redactText(url);
  return {
    id: `http/${address}/${site.port}/${site.serverName ?? '-'}/${kind}`,
    family: 'http',
    kind,
    site: site.url,
    address,
    port: Number(new URL(url).port) || (url.startsWith('https:') ? 443 : 80),
    state: trouble?.state ?? 'answered',
    error: trouble?.error ?? '',
    bytesOut,
    bytesIn,
    url: shown.text,
    attempts,
    redactions: shown.count + (kept?.redactions ?? 0),
    response: kept?.response ?? null,
    ...times,
  };
}
