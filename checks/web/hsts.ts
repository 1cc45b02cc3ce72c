import { type Condition, type Judgement, notApplicable, type Problem } from '../../src/model/check.ts';
import { Ignorance } from '../../src/model/fact.ts';
import type { Chain, HstsSeen, HttpEndpoint, Page } from '../../src/model/facts/http.ts';
import type { ConfiguredSite } from '../../src/model/facts/web.ts';
import { isAddress, type Site } from '../../src/model/site.ts';
import { hstsPlace } from './agreement.ts';
import { chainOf, firstOf } from './endpoints.ts';
import { hstsRemediation } from './remediation.ts';

export type HstsParams = {
  readonly minMaxAge: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
};

type Wanted = HstsParams;

/** Where browsers never note HSTS (RFC 6797 §8.1, §8.1.1), there is nothing to judge. */
export function notNoted(site: Site, expected: string): Judgement | undefined {
  if (site.scheme === 'http') {
    return notApplicable('no-tls-service', `${site.url} is served in clear, where browsers ignore HSTS.`, expected);
  }
  if (!isAddress(site.name)) return undefined;
  return notApplicable('ip-address', 'Browsers note HSTS for names only, never for IP addresses.', expected);
}

/** What must hold of a site at one address. */
export function hstsConditions(
  endpoint: HttpEndpoint,
  wanted: Wanted,
  where: string,
  configured: ConfiguredSite | undefined,
): readonly Condition[] {
  const remediation = hstsRemediation(configured ?? endpoint.software, hstsPlace(configured), wantedValue(wanted));
  const found: readonly (() => readonly Problem[])[] = [
    () => rootProblems(chainOf(endpoint.root), wanted, where),
    () => laterProblems(chainOf(endpoint.root), wanted, where),
    () => {
      // Whoever answers / in the site's place (a challenge, a failing proxy) answers other paths as well.
      chainOf(endpoint.root);
      return otherProblems(firstOf(endpoint.missing), 'A path that does not exist', wanted, where);
    },
  ];
  return found.map((problems) => () => problems().map((problem) => ({ ...problem, remediation })));
}

/** What stands behind a pass. */
export function hstsText(endpoint: HttpEndpoint, where: string): string {
  return `${firstOf(endpoint.root).url}${where} sends "${firstOf(endpoint.root).hsts.fields[0]}", and its error page a header as good.`;
}

/** The value that fulfils the parameters, as a server is to send it. */
export function wantedValue({ minMaxAge, includeSubDomains, preload }: Wanted): string {
  const flags = [includeSubDomains || preload ? '; includeSubDomains' : '', preload ? '; preload' : ''];
  return `max-age=${preload ? Math.max(minMaxAge, 31_536_000) : minMaxAge}${flags.join('')}`;
}

/** What is wrong with the header of `/`, which is where browsers learn it. */
function rootProblems(chain: Chain, wanted: Wanted, where: string): readonly Problem[] {
  const [page] = chain.pages;
  const from = `${page.url}${where}`;
  const { hsts } = page;
  const broken = brokenProblem(hsts, from);
  if (broken !== undefined) return [laterOnly(chain, from) ?? broken];
  const problems = [
    weak(
      hsts.maxAge < wanted.minMaxAge,
      `${from} sends a max-age of ${hsts.maxAge} s, less than ${wanted.minMaxAge} s.`,
      hsts,
    ),
    weak(
      wanted.includeSubDomains && !hsts.includeSubDomains,
      `${from} sends Strict-Transport-Security without includeSubDomains.`,
      hsts,
    ),
    weak(
      wanted.preload && hsts.preloadProblems.length > 0,
      `hstspreload.org would refuse the header of ${from}: it ${hsts.preloadProblems.join(', and ')}.`,
      hsts,
    ),
    weak(
      hsts.fields.length > 1,
      `${from} sends Strict-Transport-Security ${hsts.fields.length} times; browsers read the first only.`,
      hsts,
    ),
  ];
  return problems.filter((problem) => problem !== undefined);
}

/** What is wrong with the header of another page of the site; browsers keep what `/` said, unless this says otherwise. */
function otherProblems({ hsts, url, status }: Page, what: string, wanted: Wanted, where: string): readonly Problem[] {
  const from = `${what} (${url}${where}, status ${status})`;
  const broken = brokenProblem(hsts, from);
  if (broken !== undefined) return [broken];
  // A later field replaces what the browser noted before, sub-domains included (RFC 6797 §8.1).
  const short = `${from} sends a max-age of ${hsts.maxAge} s, less than ${wanted.minMaxAge} s.`;
  const alone = `${from} sends Strict-Transport-Security without includeSubDomains.`;
  return [
    weak(hsts.maxAge < wanted.minMaxAge, short, hsts),
    weak(wanted.includeSubDomains && !hsts.includeSubDomains, alone, hsts),
  ].filter((problem) => problem !== undefined);
}

function laterProblems({ pages, trouble }: Chain, wanted: Wanted, where: string): readonly Problem[] {
  const later = pages.slice(1).filter(({ url }) => url.startsWith('https:'));
  const problems = later.flatMap((page) => otherProblems(page, 'The page where / leads', wanted, where));
  if (problems.length === 0 && trouble !== null) throw new Ignorance(trouble);
  return problems;
}

function weak(holds: boolean, because: string, { fields }: HstsSeen): Problem | undefined {
  return holds ? { because, actual: fields.join(' | ') } : undefined;
}

function brokenProblem({ effect, because, fields }: HstsSeen, from: string): Problem | undefined {
  const [first = ''] = fields;
  switch (effect) {
    case 'on':
      return undefined;
    case 'off':
      return { because: `${from} sends max-age=0, which switches HSTS off.`, actual: fields.join(' | ') };
    case 'ignored': {
      const text = `${from} sends a Strict-Transport-Security header that browsers ignore: "${first}" ${because}.`;
      return { because: text, actual: fields.join(' | ') };
    }
    case 'missing':
      return { because: `${from} sends no Strict-Transport-Security header.`, actual: 'no header' };
  }
}

/** `/` redirects without the header, and the page it leads to has it: whoever is sent on from `/` never pins the name. */
function laterOnly({ pages }: Chain, from: string): Problem | undefined {
  const [first, ...rest] = pages;
  const later = rest.find(({ url, hsts }) => url.startsWith('https:') && hsts.effect === 'on');
  if (later === undefined || first.hsts.effect !== 'missing') return undefined;
  const because = `${from} redirects without a Strict-Transport-Security header; only ${later.url}, where it leads, has one.`;
  return { because, actual: 'no header on the redirect' };
}
