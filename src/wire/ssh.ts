/**
 * What SSH says in clear: identification lines and the first binary packet. Source: RFC 4253 §4.2, §6, §7.1.
 */

/** How much may stand before the line that starts with `SSH-`; the RFC sets no bound. */
const MOST_LINES = 50;
const MOST_PRELUDE = 8192;
/** RFC 4253 §6.1: an implementation must take packets of 35000 bytes. */
const MOST_PACKET = 35_000;
const KEXINIT = 20;
const COOKIE = 16;

/** `more`: what came is good so far, and not all of it. `wrong`: not SSH, as the end of a sentence ("sent …"). */
export type Reading<T> =
  | { readonly state: 'read'; readonly value: T; readonly next: number }
  | { readonly state: 'more' }
  | { readonly state: 'wrong'; readonly because: string };

export interface Identification {
  /** `SSH-2.0-OpenSSH_9.2p1 Debian-2`, without the line's end, as Latin-1. */
  readonly line: string;
  /** `2.0`, `1.99`, `1.5`. */
  readonly protocol: string;
  /** Lines that came before it. */
  readonly before: readonly string[];
}

/** The lists of a KEXINIT, in the server's order of preference. */
export interface KexInit {
  readonly kex: readonly string[];
  readonly hostKey: readonly string[];
  readonly cipherIn: readonly string[];
  readonly cipherOut: readonly string[];
  readonly macIn: readonly string[];
  readonly macOut: readonly string[];
  readonly compressionIn: readonly string[];
  readonly compressionOut: readonly string[];
}

/** Reads the identification of a server. Lines may stand before it; `In` is from the client to the server. */
export function readIdentification(bytes: Buffer): Reading<Identification> {
  const before: string[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) return unfinished(bytes, at);
    const line = bytes.toString('latin1', at, end).replace(/\r$/, '');
    at = end + 1;
    if (line.startsWith('SSH-')) return identification(line, before, at);
    before.push(line);
    if (before.length > MOST_LINES || at > MOST_PRELUDE) return tooLong();
  }
}

function unfinished(bytes: Buffer, at: number): Reading<never> {
  return bytes.length > MOST_PRELUDE || bytes.length - at > MOST_PRELUDE ? tooLong() : { state: 'more' };
}

function tooLong(): Reading<never> {
  const because = `sent more than ${MOST_LINES} lines or ${MOST_PRELUDE} bytes without an SSH identification`;
  return { state: 'wrong', because };
}

function identification(line: string, before: readonly string[], next: number): Reading<Identification> {
  const protocol = /^SSH-([0-9]{1,3}\.[0-9]{1,3})-[^\s]/.exec(line)?.[1];
  if (protocol === undefined) return { state: 'wrong', because: 'sent an identification that is not of SSH' };
  return { state: 'read', value: { line, protocol, before }, next };
}

/** Reads the unencrypted packet that starts at `at`: its payload without padding. */
export function readPacket(bytes: Buffer, at: number): Reading<Buffer> {
  if (bytes.length < at + 5) return { state: 'more' };
  const length = bytes.readUInt32BE(at);
  const padding = bytes.readUInt8(at + 4);
  if (length > MOST_PACKET || length < padding + 2 || padding < 4) {
    return { state: 'wrong', because: `sent a packet of an impossible length (${length}, with ${padding} of padding)` };
  }
  const next = at + 4 + length;
  if (bytes.length < next) return { state: 'more' };
  return { state: 'read', value: bytes.subarray(at + 5, next - padding), next };
}

/** Reads a KEXINIT payload: a cookie and ten name-lists, of which the languages are left out. */
export function readKexInit(payload: Buffer): Reading<KexInit> {
  const wrong = { state: 'wrong', because: 'sent something else than its algorithms as the first packet' } as const;
  if (payload[0] !== KEXINIT) return wrong;
  const lists: string[][] = [];
  let at = 1 + COOKIE;
  for (let index = 0; index < 10; index += 1) {
    if (at + 4 > payload.length) return wrong;
    const end = at + 4 + payload.readUInt32BE(at);
    if (end > payload.length) return wrong;
    const text = payload.toString('latin1', at + 4, end);
    // Names are printable US-ASCII without a comma (RFC 4251 §6); what is not is no list of names.
    if (/[^\x21-\x7e]/.test(text)) return wrong;
    lists.push(text === '' ? [] : text.split(','));
    at = end;
  }
  const [kex = [], hostKey = [], cipherIn = [], cipherOut = [], macIn = [], macOut = [], compressionIn = []] = lists;
  const value = { kex, hostKey, cipherIn, cipherOut, macIn, macOut, compressionIn, compressionOut: lists[7] ?? [] };
  return { state: 'read', value, next: at };
}

export interface Greeting {
  readonly identification: Identification;
  readonly algorithms: KexInit;
}

/** All that an SSH 2 server says before it is asked anything: its identification and its algorithms. */
export function readGreeting(bytes: Buffer): Reading<Greeting> {
  const opening = readIdentification(bytes);
  if (opening.state !== 'read') return opening;
  const packet = readPacket(bytes, opening.next);
  if (packet.state !== 'read') return packet;
  const init = readKexInit(packet.value);
  if (init.state !== 'read') return init;
  const value = { identification: opening.value, algorithms: init.value };
  return { state: 'read', value, next: packet.next };
}
