import type { Check } from '../../src/model/check.ts';
import type { Exchange, HttpExchange } from '../../src/model/exchange.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';
import { captureOf, judged } from './recorded.ts';

export const ADDRESS = '192.0.2.1';

/** What came back: a status, a whole head with body, or a state in which nothing came. */
export type Reply =
  | number
  | Exclude<HttpExchange['state'], 'answered'>
  | { readonly status: number; readonly fields?: readonly string[]; readonly body?: string; readonly at?: string };

/** Kind of the exchange → reply; `https-root`, `http-root-hop-1`. URLs follow from the site, or stand in `at`. */
export type Replies = Readonly<Record<string, Reply>>;

/** The records of one site at one address, as the prober writes them. */
export function asked(site: string, replies: Replies, address = ADDRESS): HttpExchange[] {
  const { protocol, hostname, port } = new URL(site);
  return Object.entries(replies).map(([kind, reply]): HttpExchange => {
    const scheme = kind.startsWith('https') ? 'https:' : 'http:';
    const path = kind.endsWith('missing') ? '/0123456789abcdef' : '/';
    const own = scheme === protocol && port !== '' ? `:${port}` : '';
    const whole = typeof reply === 'number' ? { status: reply } : reply;
    const answer = typeof whole === 'string' ? null : whole;
    const url = answer?.at ?? `${scheme}//${hostname}${own}${path}`;
    const body = answer?.body ?? '';
    const state = typeof whole === 'string' ? whole : 'answered';
    return {
      id: `http/${address}/${port}/${hostname}/${kind}`,
      family: 'http',
      kind,
      site: `${protocol}//${hostname}:${port === '' ? (protocol === 'http:' ? 80 : 443) : port}`,
      address,
      port: Number(new URL(url).port) || (url.startsWith('https:') ? 443 : 80),
      startedAt: '2026-11-22T00:00:00.000Z',
      ms: 1,
      state,
      error: answer === null ? `Nothing came of it (${state}).` : '',
      bytesOut: 1,
      bytesIn: 1,
      url,
      attempts: state === 'not-run' ? 0 : 1,
      redactions: 0,
      response:
        answer === null
          ? null
          : {
              status: answer.status,
              reason: '',
              version: '1.1',
              headers: (answer.fields ?? []).map((field) => {
                const at = field.indexOf(':');
                return [field.slice(0, at), field.slice(at + 1).trim()] as const;
              }),
              body,
              bodyBytes: Buffer.byteLength(body),
              truncated: false,
            },
    };
  });
}

/** A host without log-in whose sites were looked at from outside; null: that was not asked for. */
export function outsideOf(sites: readonly string[], exchanges: readonly Exchange[] | null, because = ''): Capture {
  const { outputs: _outputs, ...capture } = captureOf({ now: 1_795_312_800, outputs: [] });
  const host = { ...capture.host, sites, outsideOnly: true };
  const outside = { taken: because === '', because, exchanges: exchanges ?? [] };
  return { ...capture, host, outputs: [], hostEpoch: null, ...(exchanges === null ? {} : { outside }) };
}

export function judgedSite(
  check: Check,
  site: string,
  replies: Replies,
  params: Readonly<Record<string, unknown>> = {},
): Finding {
  const [finding] = judged(check, outsideOf([site], asked(site, replies)), params);
  if (finding === undefined) throw new Error('There is no finding.');
  return finding;
}

/** `pass`, `fail`, `unknown timeout`, `not-applicable no-tls-service`. */
export function verdictOf({ verdict, reason, rule }: Finding): string {
  return [verdict, reason, rule].filter((part) => part !== undefined).join(' ');
}
