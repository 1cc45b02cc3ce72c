import { absent, type Fact, known } from '../../model/fact.ts';
import type { ConfiguredProtocols, ConfiguredRedirect, Place } from '../../model/facts/web.ts';
import { expandApache } from './apache/expand.ts';
import { hstsOf } from './apache/headers.ts';
import type { Node } from './apache/lines.ts';
import type { WebFiles } from './files.ts';
import { type Configured, commentedHsts } from './nginx.ts';
import type { CertificateFile, Listen, Served } from './served.ts';

/** Reads Apache's configuration from its main file on. Never throws. */
export function readApache(files: WebFiles, main: string): Configured {
  const { nodes, used, doubts } = expandApache(files, main);
  const ports = nodes.flatMap(listenOf);
  const hosts = nodes.filter(({ name }) => name === '<virtualhost');
  const seen = new Set<number>();
  const commented = commentedHsts(files, used, 'header');
  const served = hosts.map((host) =>
    servedOf(host.block ?? [], host.place, nodes, listensOf(host, nodes, ports, seen), commented),
  );
  // A port without a virtual host is served by what stands outside of all.
  const rest = ports.filter(({ port }) => !seen.has(port)).map((listen) => ({ ...listen, tls: isSecure([], nodes) }));
  const own = rest.length === 0 ? [] : [servedOf([], { path: main, line: 1 }, nodes, rest, commented)];
  return { served: [...served, ...own], passedOn: [], doubts };
}

/** `Listen 443`, `Listen 192.0.2.1:80`, `Listen [::]:443 https`. */
function listenOf({ name, words: [where = ''] }: Node): Listen[] {
  if (name !== 'listen') return [];
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(where);
  if (match === null) return [];
  return [{ address: addressOf(match[1] ?? '*'), port: Number(match[2]), tls: false, isDefault: true }];
}

function addressOf(text: string): string {
  const bare = text.replace(/[[\]]/g, '').toLowerCase();
  return ['', '0.0.0.0', '::', '_default_'].includes(bare) ? '*' : bare;
}

/** The ports of a virtual host on which Apache listens; the first virtual host of a port is its default. */
function listensOf(
  { words, block }: Node,
  main: readonly Node[],
  ports: readonly Listen[],
  seen: Set<number>,
): Listen[] {
  const tls = isSecure(block ?? [], main);
  const listens = words.flatMap((word): Listen[] => {
    const [, address = word, port = '*'] = /^(.*):(\d{1,5}|\*)$/.exec(word) ?? [];
    const here = ports.filter((listen) => port === '*' || listen.port === Number(port));
    const own = addressOf(address);
    return here.map((listen) => ({
      address: own === '*' ? listen.address : own,
      port: listen.port,
      tls,
      isDefault: !seen.has(listen.port),
    }));
  });
  for (const { port } of listens) seen.add(port);
  return listens;
}

function isSecure(host: readonly Node[], main: readonly Node[]): boolean {
  return (last(host, 'sslengine') ?? last(main, 'sslengine'))?.words[0]?.toLowerCase() === 'on';
}

function last(nodes: readonly Node[], name: string): Node | undefined {
  return nodes.filter((node) => node.name === name).at(-1);
}

function servedOf(
  host: readonly Node[],
  place: Place,
  main: readonly Node[],
  listens: readonly Listen[],
  commented: readonly Place[],
): Served {
  const name = (last(host, 'servername') ?? last(main, 'servername'))?.words.slice(0, 1) ?? [];
  const aliases = host.filter((node) => node.name === 'serveralias').flatMap(({ words }) => words);
  return {
    software: 'Apache',
    place,
    listens,
    names: [...name, ...aliases].map(plainName),
    isSilent: false,
    onlyRedirects: false,
    hsts: hstsOf(main, host, commented),
    protocols: protocolsOf(last(host, 'sslprotocol') ?? last(main, 'sslprotocol')),
    certificates: certificatesOf(host, main),
    redirect: redirectOf(host),
  };
}

/** `ServerName https://example.org:443` is a name with a scheme and a port in front of and behind it. */
function plainName(text: string): string {
  return text
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/:\d+$/, '')
    .replace(/\.$/, '');
}

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** `all -TLSv1`, `-all +TLSv1.2`, `TLSv1.2 TLSv1.3`. Each host has its own since Apache 2.4.42. */
function protocolsOf(node: Node | undefined): Fact<ConfiguredProtocols> {
  if (node === undefined) return absent('Apache is not told which TLS protocols to offer, so its own default decides');
  let versions: string[] = [];
  for (const word of node.words) {
    const [, sign = '', name = ''] = /^([+-]?)(.*)$/.exec(word) ?? [];
    const meant = name.toLowerCase() === 'all' ? VERSIONS : [canonical(name)];
    if (sign === '-') versions = versions.filter((version) => !meant.includes(version));
    else versions = [...versions, ...meant];
  }
  return known({ versions: [...new Set(versions)].sort(), place: node.place });
}

function canonical(name: string): string {
  return [...VERSIONS, 'SSLv3'].find((version) => version.toLowerCase() === name.toLowerCase()) ?? name;
}

function certificatesOf(host: readonly Node[], main: readonly Node[]): Fact<readonly CertificateFile[]> {
  const own = host.filter(({ name }) => name === 'sslcertificatefile');
  const all = own.length > 0 ? own : main.filter(({ name }) => name === 'sslcertificatefile');
  if (all.length === 0) return absent('Apache is given no certificate for this site');
  const root = all[0]?.place.path.startsWith('/etc/httpd/') === true ? '/etc/httpd' : '/etc/apache2';
  return known(
    all.map(({ words: [path = ''], place }) => ({ path: path.startsWith('/') ? path : `${root}/${path}`, place })),
  );
}

/** `Redirect permanent / https://…`, `RedirectMatch`, and what certbot writes: `RewriteRule ^ https://… [R=permanent]`. */
function redirectOf(host: readonly Node[]): Fact<ConfiguredRedirect> {
  const found = host.flatMap(redirectTo)[0];
  return found === undefined ? absent('Apache is not told to redirect plain HTTP') : known(found);
}

const STATUS: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303 };

function redirectTo({ name, words, place }: Node): ConfiguredRedirect[] {
  const to = words.find((word) => /^https:/i.test(word));
  if (to === undefined) return [];
  if (name === 'redirectpermanent') return [{ status: 301, to, place }];
  if (name === 'redirect' || name === 'redirectmatch' || name === 'redirecttemp') {
    const [first = ''] = words;
    return [{ status: STATUS[first.toLowerCase()] ?? (/^3\d\d$/.test(first) ? Number(first) : 302), to, place }];
  }
  if (name !== 'rewriterule') return [];
  const flag = /[[,]R=?(\w*)/i.exec(words.at(-1) ?? '')?.[1]?.toLowerCase();
  return flag === undefined ? [] : [{ status: STATUS[flag] ?? (/^3\d\d$/.test(flag) ? Number(flag) : 302), to, place }];
}
