import { absent, cannotTell, type Fact, known } from '../../model/fact.ts';
import type {
  ConfiguredHeader,
  ConfiguredHsts,
  ConfiguredProtocols,
  ConfiguredRedirect,
  LostHeader,
  Place,
} from '../../model/facts/web.ts';
import { settle } from '../outputs.ts';
import type { Entry } from './caddy/blocks.ts';
import { importAll } from './caddy/imports.ts';
import type { WebFiles } from './files.ts';
import { type Configured, commentedHsts } from './nginx.ts';
import type { CertificateFile, Listen, Served } from './served.ts';

/** Options of the block at the top that stands without an address. */
interface Global {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly redirects: boolean;
}

/** Reads a Caddyfile. Never throws. */
export function readCaddy(files: WebFiles, main: string): Configured {
  const { entries, used, doubts } = importAll(files, main);
  const [first] = entries;
  const options = first?.words.length === 0 ? (first.block ?? []) : [];
  const commented = ['header', 'strict'].flatMap((word) => commentedHsts(files, used, word));
  const global = globalOf(options);
  const sites = entries.filter(({ words, block }) => block !== null && words.length > 0 && !words[0]?.startsWith('&('));
  return { served: sites.flatMap((site) => servedOf(site, global, commented)), passedOn: [], doubts };
}

function globalOf(options: readonly Entry[]): Global {
  const value = (name: string): string | undefined => options.find(({ words }) => words[0] === name)?.words[1];
  const port = (name: string, standard: number): number => Number(/^\d{1,5}$/.exec(value(name) ?? '')?.[0] ?? standard);
  return {
    httpPort: port('http_port', 80),
    httpsPort: port('https_port', 443),
    redirects: !['off', 'disable_redirects'].includes(value('auto_https') ?? ''),
  };
}

interface Address {
  readonly name: string;
  readonly port: number;
  readonly tls: boolean;
}

/** One `Served` per address: each has its own scheme and port. Source: caddyserver.com/docs/caddyfile/concepts#addresses */
function servedOf({ words, place, block }: Entry, global: Global, commented: readonly Place[]): Served[] {
  const body = block ?? [];
  const bound = body.find((entry) => entry.words[0] === 'bind')?.words[1];
  const address = bound === undefined || ['0.0.0.0', '::', '[::]'].includes(bound) ? '*' : bound;
  const hasTls = body.some((entry) => entry.words[0] === 'tls');
  return words
    .flatMap((word) => word.split(','))
    .filter((word) => word !== '')
    .map((word): Served => {
      const { name, port, tls } = addressOf(word, global, hasTls);
      const main: Listen = { address, port, tls, isDefault: name === '' };
      const redirects = tls && global.redirects;
      const plain: Listen = { address, port: global.httpPort, tls: false, isDefault: false };
      return {
        software: 'Caddy',
        place,
        listens: redirects ? [main, plain] : [main],
        names: name === '' ? [] : [name],
        isSilent: false,
        onlyRedirects: false,
        hsts: hstsOf(body, commented),
        protocols: protocolsOf(body),
        certificates: certificatesOf(body),
        redirect: redirectOf(body, redirects, place),
      };
    });
}

function addressOf(text: string, global: Global, hasTls: boolean): Address {
  const [, scheme, rest = ''] = /^(?:(https?):\/\/)?([^/]*)/i.exec(text) ?? [];
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(rest) ?? ['', rest];
  const isPlain = scheme === 'http' || (scheme === undefined && Number(port) === global.httpPort);
  // Without a name there is nothing to get a certificate for, so only `tls` makes it HTTPS.
  const tls = !isPlain && (scheme === 'https' || hasTls || name !== '' || Number(port) === global.httpsPort);
  const standard = tls ? global.httpsPort : global.httpPort;
  return { name: name.toLowerCase().replace(/[[\]]/g, ''), port: port === undefined ? standard : Number(port), tls };
}

interface Order {
  /** `-`, `?`, `+`, `>` or nothing in front of the name. */
  readonly sign: string;
  readonly value: string;
  readonly isDeferred: boolean;
  readonly matcher: string;
  readonly place: Place;
}

/** What the start page gets. Source: caddyserver.com/docs/caddyfile/directives/header */
function hstsOf(body: readonly Entry[], commented: readonly Place[]): Fact<ConfiguredHsts> {
  return settle(() => {
    const orders = body.flatMap(everywhere).flatMap(ordersOf);
    let headers: readonly ConfiguredHeader[] = [];
    const lostIn: LostHeader[] = [];
    for (const { sign, value, isDeferred, matcher, place } of orders) {
      if (matcher !== '') {
        if (sign === '-') lostIn.push({ part: `header ${matcher}`, place });
        continue;
      }
      const { path, line } = place;
      if (sign === '>' || value.includes('{')) {
        cannotTell(
          'not-observable',
          `${path}:${line} sets Strict-Transport-Security in a way whose effect depends on the release of Caddy.`,
        );
      }
      const header = { value, place, onErrors: !isDeferred };
      if (sign === '-') headers = [];
      else if (sign === '+') headers = [...headers, header];
      else if (sign !== '?' || headers.length === 0) headers = [header];
    }
    return { headers, lostIn: headers.length === 0 ? [] : lostIn, commented };
  });
}

/** `handle` and `route` without a matcher hold for everything that is left. */
function everywhere(entry: Entry): readonly Entry[] {
  const isOpen = (entry.words[0] === 'handle' || entry.words[0] === 'route') && entry.words.length === 1;
  return isOpen ? (entry.block ?? []).flatMap(everywhere) : [entry];
}

function ordersOf({ words, place, block }: Entry): Order[] {
  if (words[0] !== 'header') return [];
  const hasMatcher = /^[@/*]/.test(words[1] ?? '');
  const matcher = hasMatcher && words[1] !== '*' ? (words[1] ?? '') : '';
  const rest = words.slice(hasMatcher ? 2 : 1);
  const lines = block === null ? [{ words: rest, place }] : block;
  const isDeferred = block?.some((line) => line.words[0] === 'defer') === true;
  return lines.flatMap((line) => {
    const [, sign = '', name = ''] = /^([-?+>]?)(.*)$/.exec(line.words[0] ?? '') ?? [];
    if (name.toLowerCase() !== 'strict-transport-security') return [];
    return [{ sign, value: line.words[1] ?? '', isDeferred, matcher, place: line.place }];
  });
}

const VERSIONS = ['tls1.2', 'tls1.3'];

/** `tls { protocols MIN [MAX] }`. Caddy offers nothing below TLS 1.2. */
function protocolsOf(body: readonly Entry[]): Fact<ConfiguredProtocols> {
  const tls = body.flatMap((entry) => (entry.words[0] === 'tls' ? (entry.block ?? []) : []));
  const set = tls.find(({ words }) => words[0] === 'protocols');
  if (set === undefined) return absent('Caddy is not told which TLS protocols to offer, so its own default decides');
  const [, from = 'tls1.2', to = 'tls1.3'] = set.words;
  const versions = VERSIONS.slice(VERSIONS.indexOf(from), VERSIONS.indexOf(to) + 1);
  return known({ versions: versions.map((version) => version.replace('tls', 'TLSv')), place: set.place });
}

function certificatesOf(body: readonly Entry[]): Fact<readonly CertificateFile[]> {
  const set = body.find(({ words }) => words[0] === 'tls' && words.length === 3);
  const path = set?.words[1];
  if (set === undefined || path === undefined) return absent('Caddy gets the certificate of this site by itself');
  return known([{ path: path.startsWith('/') ? path : `/etc/caddy/${path}`, place: set.place }]);
}

function redirectOf(body: readonly Entry[], redirects: boolean, place: Place): Fact<ConfiguredRedirect> {
  const redir = body.find(({ words }) => words[0] === 'redir' && words.some((word) => word.startsWith('https:')));
  if (redir !== undefined) {
    const to = redir.words.find((word) => word.startsWith('https:')) ?? '';
    const code = redir.words.at(-1) ?? '';
    const status = code === 'permanent' ? 301 : /^3\d\d$/.test(code) ? Number(code) : 302;
    return known({ status, to, place: redir.place });
  }
  if (redirects) return known({ status: 308, to: 'https://{host}{uri}', place });
  return absent('Caddy is not told to redirect plain HTTP');
}
