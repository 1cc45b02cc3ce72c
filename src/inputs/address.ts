import { parseAddress } from '../model/cidr.ts';

/** What may stand where a host is dialled: a DNS name (or ssh alias), an IPv4 address, or an IPv6 address with or without a zone. */
export function isAddress(text: string): boolean {
  if (text.includes(':')) {
    const [address = '', zone, ...rest] = text.split('%');
    return (
      rest.length === 0 &&
      parseAddress(address) !== undefined &&
      (zone === undefined || /^[A-Za-z0-9_.-]{1,15}$/.test(zone))
    );
  }
  return text.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text) && !text.includes('..');
}

/** A login name that cannot be mistaken for an option or for another part of a command. Directory names with @ and \ are allowed. */
export function isUser(text: string): boolean {
  return text.length <= 255 && /^[A-Za-z0-9_.][A-Za-z0-9_.@\\$+-]*$/.test(text);
}

/** `[user@]host[:port]` in its parts; the host without brackets. */
export interface Destination {
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

/**
 * Reads `[user@]host[:port]`, `[user@][v6][:port]`, with or without `ssh://` in front, as ssh(1) does for -J.
 * Returns a full sentence when the text is something else.
 */
export function parseDestination(text: string): Destination | string {
  const bare = text.replace(/^ssh:\/\//i, '').replace(/\/$/, '');
  const split = bare.lastIndexOf('@');
  const user = split < 0 ? undefined : bare.slice(0, split);
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([0-9]{1,5}))?$/.exec(bare.slice(split + 1));
  if (match === null) return unreadable(text, bare.slice(split + 1));
  const host = match[1] ?? match[2] ?? '';
  const port = match[3] === undefined ? undefined : Number(match[3]);
  const shown = JSON.stringify(text.replace(/:[^:]*@/, ':[redacted]@'));
  if (user !== undefined && !isUser(user)) return `${shown} does not begin with a user name.`;
  if (!isAddress(host)) return `${shown} does not name a host${inAscii(host)}.`;
  if (port !== undefined && (port < 1 || port > 65_535)) return `${shown} has a port that is not between 1 and 65535.`;
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

/** The end of a sentence for a name of the IDN kind; nothing for what would be no name in ASCII either. */
function inAscii(host: string): string {
  const url = `http://${host}`;
  const ascii = /[^\0-\x7f]/.test(host) && URL.canParse(url) ? new URL(url).hostname : '';
  return isAddress(ascii) ? `; write it as ${ascii}` : '';
}

function unreadable(text: string, host: string): string {
  if (isAddress(host)) return `${JSON.stringify(text)} has an IPv6 address without brackets; write [${host}].`;
  return `${JSON.stringify(text)} is not [user@]host[:port].`;
}
