import type { ExchangeFamily } from '../../model/exchange.ts';

/** What the outside view may ask at most. */
export interface Budget {
  readonly most: number;
  /** What `most` is counted for. */
  readonly per: 'name' | 'address' | 'host' | 'site and address';
  readonly what: string;
}

/** Connections and questions of the outside view; tests hold the probers to it, `plan` prints it. */
export const BUDGET: Readonly<Record<ExchangeFamily, Budget>> = {
  dns: { most: 1, per: 'name', what: 'A and AAAA records, asked of the resolver of this machine' },
  tcp: { most: 2, per: 'address', what: 'connections to each port to try, closed at once; and three as controls' },
  ssh: {
    most: 5,
    per: 'host',
    what: 'connections to sshd, 2 s apart, that never log in: algorithms, host keys, offered methods',
  },
  tls: { most: 15, per: 'site and address', what: 'TLS connections: versions, suites and certificates' },
  http: {
    most: 11,
    per: 'site and address',
    what: 'GET requests: /, a path that does not exist, and where they lead; one that breaks off is repeated once',
  },
};
