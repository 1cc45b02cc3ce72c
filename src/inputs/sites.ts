import type { Host } from '../model/host.ts';
import { isAddress, parseSite, siteUrl } from '../model/site.ts';
import { InputError, type InputProblem } from './error.ts';

type Wrong = Pick<InputProblem, 'what' | 'expected'>;

/** What is wrong with a declared site, without the credentials it may hold; undefined when it is one. */
export function siteProblem(text: string): Wrong | undefined {
  const site = parseSite(text);
  if (typeof site !== 'string') return undefined;
  const shown = JSON.stringify(text.replace(/\/\/[^/]*@/, '//[redacted]@').slice(0, 200));
  return {
    what: `The site ${shown} ${site}.`,
    expected: 'Expected a URL such as https://example.org, http://example.org:8080 or tls://mail.example.org:993.',
  };
}

/** Each site once, in its canonical spelling. Of texts that `siteProblem` has nothing against. */
export function canonicalSites(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => urlOf(text)))];
}

function urlOf(text: string): string[] {
  const site = parseSite(text);
  return typeof site === 'string' ? [] : [siteUrl(site)];
}

/**
 * The hosts with the sites of `--site`: each goes to the host of that name or address, else to one of its own that is
 * only looked at from outside. Throws `InputError` (usage).
 */
export function withSites(hosts: readonly Host[], texts: readonly string[]): Host[] {
  const problems = texts.flatMap((text) => siteProblem(text) ?? []).map((wrong) => ({ file: '--site', ...wrong }));
  if (problems.length > 0) throw new InputError('usage', problems);
  const all = [...hosts];
  for (const text of texts) {
    const site = parseSite(text);
    if (typeof site === 'string') continue;
    const at = all.findIndex(({ name, address }) => name === site.name || address === site.name);
    const host = all[at];
    if (host === undefined) all.push(siteHost(site.name, site.port, siteUrl(site)));
    else all[at] = { ...host, sites: canonicalSites([...host.sites, text]) };
  }
  return all;
}

function siteHost(name: string, port: number, url: string): Host {
  return {
    name: isAddress(name) && name.includes(':') ? `[${name}]` : name,
    address: name,
    port,
    user: '',
    identities: [],
    identitiesOnly: true,
    jump: [],
    knownHostsFiles: [],
    groups: [],
    tags: [],
    sites: [url],
    outsideOnly: true,
    params: {},
    source: '--site',
  };
}
