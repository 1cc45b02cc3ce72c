import type { Condition, Facts, Problem } from '../../src/model/check.ts';
import { cannotTell, Ignorance, read } from '../../src/model/fact.ts';
import type { Chain, HttpEndpoint, Page } from '../../src/model/facts/http.ts';
import { chainOf } from './endpoints.ts';

/** Nothing of the site is served in clear by these: refused, not here, gone, wrong server, use TLS (RFC 9110 §15.5). */
const DECLINED = [403, 404, 410, 421, 426];
/** Of these, what any site may answer to a path that it has nothing for, whatever else it serves there. */
const AMBIGUOUS = [403, 404, 410];
const PERMANENT = [301, 308];
const REDIRECT_ALL = 'Redirect every path of plain HTTP to HTTPS, or close the port.';

type ServiceFacts = Facts<'listeners' | 'packetFilter4' | 'packetFilter6'>;

/**
 * What must hold at one endpoint. `where`: the end of a sentence that tells it from others; `port`: where its site is asked
 * in clear.
 */
export function redirectConditions(
  { root, plainRoot, plainMissing }: HttpEndpoint,
  where: string,
  port: number,
  facts: ServiceFacts,
): Condition[] {
  const silent = plainRoot.state === 'unknown' && plainRoot.reason === 'timeout' && nobodyServes(facts, port);
  const secure: Condition = () => (root.state === 'absent' ? undefined : secureProblems(chainOf(root), where));
  if (silent) return [secure];
  if (plainRoot.state === 'absent') {
    return plainMissing.state === 'absent' ? [secure] : [() => otherPathProblems(chainOf(plainMissing), where), secure];
  }
  return [
    () => plainProblems(chainOf(plainRoot), where),
    () => plainProblems(chainOf(plainMissing), where),
    () => unevenProblem(chainOf(plainRoot), chainOf(plainMissing), where),
    () => mirrorDoubt(chainOf(plainRoot), root, where),
    secure,
  ];
}

/** What is wrong with what a site answers in clear, from the first request on. */
function plainProblems(chain: Chain, where: string): readonly Problem[] {
  const [first] = chain.pages;
  const wrong = first.location === null ? contentProblem(first, where) : redirectProblem(first, where);
  return wrong === undefined ? laterProblems(chain, where) : [wrong];
}

/**
 * Throws `Ignorance` where "/" is refused in clear as it is over TLS, or where there is nothing over TLS to compare
 * with: then the same pages may be served behind other paths.
 */
function mirrorDoubt(plain: Chain, root: HttpEndpoint['root'], where: string): undefined {
  const [{ url, status, location }] = plain.pages;
  if (location !== null || !AMBIGUOUS.includes(status)) return;
  const secure = read(root);
  if (secure !== undefined && secure.pages[0].status !== status) return;
  const twin = secure === undefined ? '' : ' in clear, and so it is over TLS';
  cannotTell(
    'not-observable',
    `${url}${where} is answered with status ${status}${twin}; whether pages of the site are served in clear behind other paths cannot be told from that.`,
    REDIRECT_ALL,
  );
}

/** The same where nothing answers "/". What a declined path says of those that are there is not to be seen. */
function otherPathProblems(chain: Chain, where: string): readonly Problem[] {
  const [{ url, status, location }] = chain.pages;
  if (location !== null || !AMBIGUOUS.includes(status)) return plainProblems(chain, where);
  return cannotTell(
    'not-observable',
    `Nothing answers "/" in clear, but ${url}${where} is answered with status ${status}; whether pages of the site are served in clear behind other paths cannot be told from that.`,
    REDIRECT_ALL,
  );
}

/** What is wrong with where a page over TLS leads. */
function secureProblems(chain: Chain, where: string): readonly Problem[] {
  const [first] = chain.pages;
  return isClear(first.to) ? [downgrade(first, where)] : laterProblems(chain, where);
}

function contentProblem({ url, status, clientRedirect, hsts }: Page, where: string): Problem | undefined {
  if (DECLINED.includes(status)) return undefined;
  const notes = [
    clientRedirect ? ' The page itself sends browsers on, which protects nobody who changes it on the way.' : '',
    hsts.fields.length > 0 ? ' It has a Strict-Transport-Security header, which browsers ignore in clear.' : '',
  ];
  const because = `${url}${where} is answered in clear with status ${status} and does not redirect to HTTPS.${notes.join('')}`;
  return { because, actual: `${status} in clear` };
}

function redirectProblem({ url, status, location, to, otherwise }: Page, where: string): Problem | undefined {
  const from = `${url}${where}`;
  const actual = `${status} to ${[location, ...otherwise].join(' and ')}`;
  const [other] = otherwise;
  if (other !== undefined) {
    const because = `${from} redirects to two places at once, ${location} and ${other}: browsers follow neither, other clients one of them.`;
    return { because, actual };
  }
  if (to === null) return { because: `${from} redirects to "${location}", which is no URL.`, actual };
  const target = new URL(to);
  if (target.protocol === 'http:') return { because: `${from} redirects to ${to}, which is in clear again.`, actual };
  if (target.protocol !== 'https:')
    return { because: `${from} redirects to "${location}", which is no web page.`, actual };
  if (nameOf(to) !== nameOf(url)) {
    const because = `${from} redirects to the other name ${target.hostname} at once, so browsers never see HSTS of the name they asked for.`;
    return { because, actual };
  }
  if (PERMANENT.includes(status)) return undefined;
  return {
    because: `${from} redirects to HTTPS only for now (status ${status}), so browsers ask in clear again.`,
    actual,
  };
}

/** A circle within HTTPS is none of these: a site may send a browser round until it shows its cookie. */
function laterProblems({ pages, end, trouble }: Chain, where: string): readonly Problem[] {
  const [first, ...rest] = pages;
  const problems = rest.filter(({ url, to }) => !isClear(url) && isClear(to)).map((page) => downgrade(page, where));
  if (end === 'long') {
    const because = `${first.url}${where} redirects more than ${rest.length} times.`;
    problems.push({ because, actual: 'too many redirects' });
  }
  if (problems.length === 0 && trouble !== null) throw new Ignorance(trouble);
  return problems;
}

function downgrade({ url, location }: Page, where: string): Problem {
  return {
    because: `${url}${where} redirects from HTTPS back to clear text, to ${location}.`,
    actual: `HTTPS redirects to ${location}`,
  };
}

function isClear(url: string | null): boolean {
  return url?.startsWith('http:') === true;
}

function nameOf(url: string): string {
  return new URL(url).hostname.replace(/\.$/, '');
}

/** `/` redirects, another path does not: what is really there is served in clear. */
function unevenProblem(root: Chain, missing: Chain, where: string): Problem | undefined {
  const [page] = missing.pages;
  if (root.pages[0].location === null || page.location !== null || !DECLINED.includes(page.status)) return undefined;
  const because = `/ redirects, but ${page.url}${where}, a path that does not exist, is answered in clear with status ${page.status}; so other paths are served in clear.`;
  return { because, actual: `only / redirects (${page.status} elsewhere)` };
}

/**
 * True when a port that drops our packets drops everybody's: the host says that nothing listens there, and that nothing
 * is forwarded. What the host did not tell counts for nothing.
 */
function nobodyServes(facts: ServiceFacts, port: number): boolean {
  try {
    const filters = [facts.get('packetFilter4'), facts.get('packetFilter6')];
    const forwarded = filters.flatMap((filter) => (filter === undefined ? [] : (read(filter.published) ?? [])));
    const taken = forwarded.some(({ ports }) => ports === null || (ports.from <= port && port <= ports.to));
    const listening = facts.get('listeners')?.some((each) => each.port === port && !each.isLoopback);
    return !taken && listening === false;
  } catch (error) {
    if (error instanceof Ignorance) return false;
    throw error;
  }
}

/** What stands behind a pass, per address. */
export function plainText({ plainRoot, plainMissing }: HttpEndpoint, port: number): string {
  if (plainRoot.state === 'absent' && plainMissing.state === 'known') {
    const [{ url, status, location }] = plainMissing.value.pages;
    return `Nothing answers "/" in clear; ${url} ${location === null ? 'is refused' : `redirects to ${location}`} with status ${status}.`;
  }
  if (plainRoot.state === 'absent') return `${plainRoot.because}.`;
  if (plainRoot.state === 'unknown') return `Port ${port} does not answer, and nothing on the host listens there.`;
  const [{ url, status, location }] = plainRoot.value.pages;
  if (location === null) return `${url} is refused with status ${status}.`;
  return `${url} redirects to ${location} with status ${status}, as do other paths.`;
}
