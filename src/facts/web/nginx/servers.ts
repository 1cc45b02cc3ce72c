import { absent, type Fact, known, unknown } from '../../../model/fact.ts';
import type { ConfiguredProtocols, ConfiguredRedirect, Place } from '../../../model/facts/web.ts';
import type { CertificateFile, Listen, Served } from '../served.ts';
import { type Headers, headersOf, hstsOf, NO_HEADERS } from './headers.ts';
import type { Directive } from './tokens.ts';

/** A port that is passed on as it is, to whatever is behind it. */
export interface PassedOn {
  readonly port: number;
  readonly place: Place;
}

/** The servers of all `http` blocks, and what `stream` blocks pass on. */
export function serversOf(
  directives: readonly Directive[],
  base: string,
  commented: readonly Place[],
): { readonly served: readonly Served[]; readonly passedOn: readonly PassedOn[] } {
  const served = blocks(directives, 'http').flatMap(({ block }) => {
    const headers = headersOf(block, NO_HEADERS);
    const servers = blocks(block, 'server').map((server) => ({ ...server, listens: listensOf(server.block) }));
    return servers.map((server) => servedOf(server, { block, headers, servers, base, commented }));
  });
  const passedOn = blocks(directives, 'stream').flatMap(({ block }) =>
    blocks(block, 'server').flatMap((server) =>
      server.block.flatMap((directive) => {
        if (directive.name !== 'listen' || directive.words.includes('udp')) return [];
        return listenOf(directive.words, false).map(({ port }) => ({ port, place: directive.place }));
      }),
    ),
  );
  return { served, passedOn };
}

interface Block {
  readonly place: Place;
  readonly block: readonly Directive[];
}

interface Server extends Block {
  readonly listens: readonly Listen[];
}

interface Http {
  readonly block: readonly Directive[];
  readonly headers: Headers;
  readonly servers: readonly Server[];
  readonly base: string;
  readonly commented: readonly Place[];
}

function blocks(directives: readonly Directive[], name: string): Block[] {
  return directives.flatMap((directive) =>
    directive.name === name && directive.block !== null ? [{ place: directive.place, block: directive.block }] : [],
  );
}

function servedOf(server: Server, http: Http): Served {
  const { block, listens, place } = server;
  const names = block.filter(({ name }) => name === 'server_name').flatMap(({ words }) => words);
  return {
    software: 'nginx',
    place,
    listens,
    names: names.map((name) => (name.startsWith('~') ? name : name.toLowerCase().replace(/\.$/, ''))),
    isSilent: isSilent(block, listens),
    onlyRedirects: block.some((directive) => directive.name === 'return' && redirectTo(directive).length > 0),
    hsts: hstsOf(block, http.headers, commentedFor(block, http)),
    protocols: protocolsOf(server, http),
    certificates: certificatesOf(block, http),
    redirect: redirectOf(block),
  };
}

/** Comments in the files that the server is made of: its own, those it includes, and those of `http` itself. */
function commentedFor(block: readonly Directive[], http: Http): readonly Place[] {
  const own = new Set([
    ...filesOf(block),
    ...http.block.filter(({ name }) => name !== 'server').map(({ place }) => place.path),
  ]);
  return http.commented.filter(({ path }) => own.has(path));
}

function filesOf(block: readonly Directive[]): string[] {
  return block.flatMap(({ place, block: inner }) => [place.path, ...(inner === null ? [] : filesOf(inner))]);
}

/** Whatever it is asked for, it closes the connection, or it answers with an error and has no TLS to look at. */
function isSilent(block: readonly Directive[], listens: readonly Listen[]): boolean {
  const status = block.find(({ name }) => name === 'return')?.words[0] ?? '';
  return status === '444' || (/^4\d\d$/.test(status) && !listens.some(({ tls }) => tls));
}

/** Without a `listen` nginx takes `*:80`. `ssl on` of old makes every socket of the server one of TLS. */
function listensOf(block: readonly Directive[]): readonly Listen[] {
  const all = block.filter(({ name }) => name === 'listen');
  const isOld = block.some(({ name, words }) => name === 'ssl' && words[0] === 'on');
  if (all.length === 0) return [{ address: '*', port: 80, tls: isOld, isDefault: false }];
  const rejects = block.some(({ name, words }) => name === 'ssl_reject_handshake' && words[0] === 'on');
  return all
    .flatMap(({ words }) => listenOf(words, isOld))
    .map((listen) => (rejects && listen.tls ? { ...listen, refuses: true } : listen));
}

/** Source: nginx.org/en/docs/http/ngx_http_core_module.html#listen. QUIC is UDP, and not for us. */
function listenOf(words: readonly string[], isOld: boolean): Listen[] {
  const [where = '', ...options] = words;
  if (options.includes('quic') && !options.includes('ssl')) return [];
  const common = {
    tls: isOld || options.includes('ssl'),
    isDefault: options.includes('default_server') || options.includes('default'),
  };
  if (where.startsWith('unix:')) return [];
  const match = /^(?:(\[[^\]]*\]|[^:[\]]*?):)?(\d{1,5})(?:-(\d{1,5}))?$/.exec(where);
  if (match === null) return [{ address: addressOf(where), port: 80, ...common }];
  const [, address = '*', from = '', to = from] = match;
  const length = Math.min(Math.max(0, Number(to) - Number(from)), 100) + 1;
  return Array.from({ length }, (_, at) => ({ address: addressOf(address), port: Number(from) + at, ...common }));
}

function addressOf(text: string): string {
  const bare = text.replace(/[[\]]/g, '');
  return bare === '' || bare === '0.0.0.0' || bare === '::' ? '*' : bare;
}

/**
 * The protocols are settled before the name is known, so the default server of the socket settles them for all names
 * on it: the one with `default_server`, else the first. Measured with nginx 1.22.1.
 */
function protocolsOf(server: Server, http: Http): Fact<ConfiguredProtocols> {
  const socket = server.listens.find(({ tls }) => tls) ?? server.listens[0];
  const sharing = http.servers.filter(({ listens }) => listens.some((listen) => isSame(listen, socket)));
  const first =
    sharing.find(({ listens }) => listens.some((listen) => isSame(listen, socket) && listen.isDefault)) ?? sharing[0];
  const own = last(server.block, 'ssl_protocols');
  const common = last(http.block, 'ssl_protocols');
  const decisive = first === undefined ? own : last(first.block, 'ssl_protocols');
  const ruling = decisive ?? common;
  if (ruling === undefined) return absent('nginx is not told which TLS protocols to offer, so its own default decides');
  const mine = own ?? common;
  const isOverruled = mine !== undefined && own !== undefined && versionsOf(mine) !== versionsOf(ruling);
  return known({
    versions: [...new Set(ruling.words)].sort(),
    place: ruling.place,
    ...(isOverruled ? { overruled: own.place } : {}),
  });
}

function isSame(listen: Listen, other: Listen | undefined): boolean {
  return other !== undefined && listen.address === other.address && listen.port === other.port;
}

function versionsOf({ words }: Directive): string {
  return [...new Set(words)].sort().join(' ');
}

function last(block: readonly Directive[], name: string): Directive | undefined {
  return block.filter((directive) => directive.name === name).at(-1);
}

function certificatesOf(block: readonly Directive[], http: Http): Fact<readonly CertificateFile[]> {
  const own = block.filter(({ name }) => name === 'ssl_certificate');
  const all = own.length > 0 ? own : http.block.filter(({ name }) => name === 'ssl_certificate');
  if (all.length === 0) return absent('nginx is given no certificate for this site');
  const open = all.find(({ words }) => words[0]?.includes('$') === true);
  if (open !== undefined) {
    const { path, line } = open.place;
    return unknown('not-observable', `${path}:${line} takes the certificate from a variable.`);
  }
  return known(
    all.map(({ words: [path = ''], place }) => ({ path: path.startsWith('/') ? path : `${http.base}/${path}`, place })),
  );
}

/** What stands in the server block decides before any location is looked for, and an `if` there too. */
function redirectOf(block: readonly Directive[]): Fact<ConfiguredRedirect> {
  const start = block.filter(({ name, words }) => name === 'location' && words.at(-1) === '/');
  const places = [block, ...[...block.filter(({ name }) => name === 'if'), ...start].map((inner) => inner.block ?? [])];
  const found = places.flatMap((directives) => directives.flatMap(redirectTo))[0];
  return found === undefined ? absent('nginx is not told to redirect plain HTTP') : known(found);
}

function redirectTo({ name, words, place }: Directive): ConfiguredRedirect[] {
  if (name === 'return') {
    const [first = '', second] = words;
    const [status, to] = second === undefined ? [302, first] : [Number(first), second];
    return /^https:/i.test(to) && status >= 301 && status <= 308 ? [{ status, to, place }] : [];
  }
  const [, to = '', flag] = words;
  if (name !== 'rewrite' || !/^https:/i.test(to)) return [];
  return [{ status: flag === 'permanent' ? 301 : 302, to, place }];
}
