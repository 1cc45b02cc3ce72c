/** Header fields as sent: in order, duplicates apart. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** The values of one field, in order; names are case-insensitive (RFC 9110 §5.1). */
export function fieldValues(fields: Fields, name: string): readonly string[] {
  return fields.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
}

const REDIRECTS = [301, 302, 303, 307, 308];

/** True for the statuses that send a client elsewhere by Location (RFC 9110 §15.4). */
export function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status);
}

/**
 * Where a Location leads from an absolute URL (RFC 9110 §10.2.2), normalised: without fragment and without
 * credentials, which are not ours to send. Null when it is no URL.
 */
export function locationTarget(location: string, from: string): string | null {
  // Browsers strip white space and control characters at both ends, as does the URL parser.
  if (!URL.canParse(location, from)) return null;
  const url = new URL(location, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return url.href;
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href;
}

/** The host name of a URL in the spelling of `Site.name`: lower case, no brackets, no final dot. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/;

/** Seconds since the epoch of a Date field (RFC 9110 §5.6.7, IMF-fixdate only); null when it is none. */
export function httpDate(text: string): number | null {
  const match = IMF_FIXDATE.exec(text.trim());
  const month = MONTHS.indexOf(match?.[2] ?? '');
  if (match === null || month < 0) return null;
  const [, day, , year, hour, minute, second] = match.map(Number);
  return Date.UTC(year ?? 0, month, day, hour, minute, second) / 1000;
}
