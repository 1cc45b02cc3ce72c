import {
  type Condition,
  type Facts,
  type Judgement,
  judge,
  notApplicable,
  type Problem,
} from '../../src/model/check.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { TlsEndpoint } from '../../src/model/facts/tls.ts';
import { type Site, siteUrl } from '../../src/model/site.ts';
import { need } from '../need.ts';

export interface Passing {
  readonly expected: string;
  because(endpoints: readonly TlsEndpoint[]): string;
  actual(endpoints: readonly TlsEndpoint[]): string;
}

/** Judges every address of a site: what is wrong at one decides. */
export function judgeEndpoints(
  site: Site,
  facts: Facts<'tls'>,
  pass: Passing,
  conditionsOf: (endpoint: TlsEndpoint) => readonly Condition[],
): Judgement {
  if (site.scheme === 'http') {
    return notApplicable('no-tls-service', `${siteUrl(site)} is declared without TLS.`, pass.expected);
  }
  const endpoints = need(facts, 'tls').filter((endpoint) => endpoint.site === site.url);
  if (endpoints.length === 0) {
    return cannotTell('not-observable', `No address of ${site.name} was looked at.`);
  }
  const conditions = endpoints.flatMap((endpoint) => {
    const where = endpoints.length === 1 ? '' : `At ${endpoint.address}: `;
    return [() => notTls(site, endpoint), ...conditionsOf(endpoint)].map((condition) => located(condition, where));
  });
  const { expected } = pass;
  return judge({ because: () => pass.because(endpoints), expected, actual: () => pass.actual(endpoints) }, conditions);
}

function located(condition: Condition, where: string): Condition {
  return () => {
    const found = condition();
    const problems: readonly Problem[] = found === undefined ? [] : Array.isArray(found) ? found : [found as Problem];
    return problems.map((each) => ({ ...each, because: where + each.because, actual: where + each.actual }));
  };
}

function notTls(site: Site, { speaks }: TlsEndpoint): Problem | undefined {
  const protocol = read(speaks) ?? 'nothing';
  if (protocol === 'TLS') return undefined;
  return {
    because: `Port ${site.port} of ${site.name} answers in ${protocol}, not in TLS.`,
    actual: protocol,
    remediation: 'Switch TLS on for this port, e.g. "listen 443 ssl;" in nginx.',
  };
}

/** `a`, `a and b`, `a, b and c`; of many the first and a count. */
export function list(words: readonly string[], most = 5): string {
  const unique = [...new Set(words)];
  const shown = unique.slice(0, most);
  if (unique.length > most) return `${shown.join(', ')} and ${unique.length - most} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
