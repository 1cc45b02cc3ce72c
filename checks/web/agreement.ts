import type { Condition, Facts, Judgement } from '../../src/model/check.ts';
import { Ignorance } from '../../src/model/fact.ts';
import type { HttpEndpoint } from '../../src/model/facts/http.ts';
import type { ConfiguredHsts, ConfiguredSite, Place } from '../../src/model/facts/web.ts';
import type { Site } from '../../src/model/site.ts';
import { at } from './endpoints.ts';
import { hstsRemediation } from './remediation.ts';

/** What the host's own web server is told about this site; undefined when that is not known: the wire decides then. */
export function configuredOf(facts: Facts<'webConfig'>, site: Site): ConfiguredSite | undefined {
  try {
    return facts.get('webConfig')?.sites.find((configured) => configured.site === site.url);
  } catch (error) {
    if (error instanceof Ignorance) return undefined;
    throw error;
  }
}

/** A finding with what the configuration says beside it, each contradiction a sentence of its own. */
export function withSentences(judgement: Judgement, sentences: readonly string[]): Judgement {
  return { ...judgement, because: [judgement.because, ...new Set(sentences)].join(' ') };
}

/** `/etc/nginx/nginx.conf:12` */
export function placeText({ path, line }: Place): string {
  return `${path}:${line}`;
}

/** The line that decides over HSTS: where it is lost, set, or commented out; else where the site's block begins. */
export function hstsPlace(configured: ConfiguredSite | undefined): Place | null {
  if (configured === undefined) return null;
  const hsts = knownHsts(configured);
  return hsts?.lostIn[0]?.place ?? hsts?.headers[0]?.place ?? hsts?.commented[0] ?? configured.place;
}

/** Parts of the site that the configuration leaves without the header, which no request of ours may have met. */
export function lostConditions(configured: ConfiguredSite | undefined, value: string): readonly Condition[] {
  if (configured === undefined) return [];
  return (knownHsts(configured)?.lostIn ?? []).map(({ part, place }) => () => ({
    because: `Answers of "${part}" go without the Strict-Transport-Security header that the rest of the site gets: ${placeText(place)} stands in its way.`,
    actual: `no header in "${part}"`,
    remediation: hstsRemediation(configured, place, value),
  }));
}

/** Where what is configured and what was seen do not agree about HSTS, with both pieces of evidence. */
export function hstsSentences(configured: ConfiguredSite | undefined, endpoints: readonly HttpEndpoint[]): string[] {
  const hsts = configured === undefined ? undefined : knownHsts(configured);
  if (configured === undefined || hsts === undefined) return [];
  return endpoints.flatMap((endpoint) => {
    if (endpoint.root.state !== 'known') return [];
    const [{ url, hsts: seen }] = endpoint.root.value.pages;
    return [
      ...rootSentences(configured, hsts, seen.fields, `${url}${at(endpoint, endpoints)}`),
      ...errorSentences(hsts, endpoint, seen.fields),
    ];
  });
}

function rootSentences(
  { software, place }: ConfiguredSite,
  { headers, lostIn, commented }: ConfiguredHsts,
  fields: readonly string[],
  from: string,
): string[] {
  const [header] = headers;
  const [sent] = fields;
  if (header === undefined && sent === undefined) {
    const [first, ...others] = lostIn.length > 0 ? [] : commented.map(placeText);
    if (first === undefined) return [];
    return others.length === 0
      ? [`${first} would set it, but that line is commented out.`]
      : [`${[first, ...others].join(', ')} would set it, but those lines are commented out.`];
  }
  if (header === undefined) {
    return [
      `${software} itself is not told to send Strict-Transport-Security (${placeText(place)}), but ${from} has "${sent}": ` +
        'it comes from the application behind it or from something in front of it.',
    ];
  }
  const told = `${software} is told to send "${header.value}" (${placeText(header.place)})`;
  if (sent === undefined) {
    return [
      `${told}, but ${from} has no such header: the running server works by another configuration, or something in front of it takes the header away.`,
    ];
  }
  const isSent = fields.some((field) => isSame(field, header.value));
  if (!isSent) return [`${told}, but ${from} has ${fields.map((field) => `"${field}"`).join(' and ')}.`];
  if (fields.length <= headers.length) return [];
  return [`${told} once, but ${from} has it ${fields.length} times: the application behind it sends one of its own.`];
}

/** Why errors go without what the start page has. */
function errorSentences({ headers }: ConfiguredHsts, { missing }: HttpEndpoint, fields: readonly string[]): string[] {
  const [header] = headers;
  if (header === undefined || header.onErrors || fields.length === 0 || missing.state !== 'known') return [];
  const [page] = missing.value.pages;
  if (page.hsts.fields.length > 0 || page.status < 400) return [];
  return [`${placeText(header.place)} sets the header for answers without an error only ("always" is missing).`];
}

function isSame(one: string, other: string): boolean {
  const plain = (text: string): string => text.replace(/\s+/g, '').toLowerCase();
  return plain(one) === plain(other);
}

function knownHsts({ hsts }: ConfiguredSite): ConfiguredHsts | undefined {
  return hsts.state === 'known' ? hsts.value : undefined;
}
