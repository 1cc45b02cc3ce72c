import type { Site } from './site.ts';

/**
 * What the outside view brings back: one record per exchange with the network, raw enough that facts can be
 * derived from it again, offline. Plain JSON.
 */
export type Exchange = NameExchange | TcpExchange | SshExchange | TlsExchange | HttpExchange;

export const EXCHANGE_FAMILIES = ['dns', 'tcp', 'ssh', 'tls', 'http'] as const;
export type ExchangeFamily = (typeof EXCHANGE_FAMILIES)[number];

/**
 * How an exchange ended. `answered`: the other side said something (what, stands in the record). `refused`: RST to the
 * SYN. `reset`/`closed`: the connection broke off before an answer. `timeout`: nothing within the time limit.
 * `unreachable`: no route, or an ICMP error. `too-much`: more than the cap. `garbled`: an answer that is not of the
 * protocol. `not-run`: never tried, because an earlier exchange forbade it or the time was up.
 */
export type ExchangeState =
  | 'answered'
  | 'refused'
  | 'reset'
  | 'closed'
  | 'timeout'
  | 'unreachable'
  | 'too-much'
  | 'garbled'
  | 'not-run';

interface Common {
  /** Unique in a capture, with `/` between its parts: `tls/203.0.113.10/443/example.org/hello-1.2`. */
  readonly id: string;
  /** Which exchange of the plan this is, kebab-case: `hello-1.2`, `http-root`, `port`. */
  readonly kind: string;
  /** `url` of the site it is about; null: about the host. */
  readonly site: string | null;
  /** IP address that was dialled, without brackets; of a name look-up: the name. */
  readonly address: string;
  readonly port: number;
  /** ISO 8601, the scanner's clock. */
  readonly startedAt: string;
  readonly ms: number;
  readonly state: ExchangeState;
  /** What went wrong, as a full sentence; empty when `answered`. */
  readonly error: string;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

/** What a name resolves to where the scanner stands. */
export interface NameExchange extends Common {
  readonly family: 'dns';
  /** A and AAAA records, in the order given. */
  readonly addresses: readonly string[];
}

/** One attempt to connect; `answered` means open. */
export interface TcpExchange extends Common {
  readonly family: 'tcp';
  /** The first bytes that came without a question, base64, at most 64; a reset right after shows as `reset`. */
  readonly received: string;
}

/** One connection to sshd that does not log in. */
export interface SshExchange extends Common {
  readonly family: 'ssh';
  /** What the server sent in clear, base64: identification lines and its KEXINIT packet (RFC 4253 §4.2, §7.1). */
  readonly received: string;
  /** The host key blob of the key exchange, base64; empty when there was none. */
  readonly hostKey: string;
  /** As whom it was asked, with `none` (RFC 4252 §5.2), which methods there are; null: that was not asked. */
  readonly user: string | null;
  /** Methods that can continue after `none`; null when the server did not come to say. */
  readonly methods: readonly string[] | null;
  /** True: the server let the user in without any proof. */
  readonly letIn: boolean;
}

/** One TLS connection: a hand-made hello and the flight that answered it, or a whole session. */
export interface TlsExchange extends Common {
  readonly family: 'tls';
  /** Sent as SNI; null: none. */
  readonly serverName: string | null;
  /** The bytes sent, base64 (a random and perhaps a key share differ each time); empty for a session of the TLS library. */
  readonly sent: string;
  /** The bytes received, base64, at most 256 KiB; empty for a session of the TLS library. */
  readonly received: string;
  /** What the session of a TLS library showed; null for a hand-made hello and a session that did not come about. */
  readonly session: TlsSession | null;
  /**
   * Per trust store, whether signatures lead from the certificates of this exchange to one of its roots; times and
   * names are judged elsewhere. Empty when no certificate came in clear.
   */
  readonly trust: readonly StoreTrust[];
}

export interface StoreTrust {
  /** `Mozilla, with Node 20.19.0`, or the path of a file of certificates. */
  readonly store: string;
  readonly trusted: boolean;
  /** Why not, without a final full stop; empty when trusted. */
  readonly error: string;
}

export interface TlsSession {
  /** `TLSv1.2`, `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** Empty when none was agreed. */
  readonly alpn: string;
  /** DER, base64; the leaf first. As the library completed it, so not what was sent. */
  readonly chain: readonly string[];
  /** The stapled OCSP response, DER, base64; empty when none came. */
  readonly staple: string;
}

/** One GET. No redirect is followed, no cookie is kept. Over TLS when `url` says so, with the name in `url` as SNI. */
export interface HttpExchange extends Common {
  readonly family: 'http';
  /** Absolute. Session identifiers and other secrets in it are redacted, as in the response. */
  readonly url: string;
  /** 2: the first try was reset, closed without an answer, or could not connect in time. 0: `not-run`. */
  readonly attempts: number;
  /** How many secrets were replaced in this record, values of cookies included. */
  readonly redactions: number;
  /** Null unless `answered`. */
  readonly response: HttpResponse | null;
}

export interface HttpResponse {
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  /** As sent, in order, duplicates kept apart (RFC 9110 §5.2). Values of cookies are redacted. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The beginning of the body as text; invalid UTF-8 is replaced. */
  readonly body: string;
  /** Bytes of the body that were read. */
  readonly bodyBytes: number;
  readonly truncated: boolean;
}

/** The outside view of one host. */
export interface Outside {
  /** False: it was not taken; `because` says why as a full sentence. */
  readonly taken: boolean;
  readonly because: string;
  readonly exchanges: readonly Exchange[];
}

/** What the outside view of one host is to look at: decided from the inventory and from what the host shows of itself. */
export interface OutsidePlan {
  /** Only the families that selected checks need. */
  readonly families: readonly ExchangeFamily[];
  readonly sites: readonly Site[];
  /** TCP ports to try besides the SSH port: documented ones, and those the host listens on or forwards. Sorted. */
  readonly ports: readonly number[];
}
