import { createServer as createHttpsServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { newAuthority } from './certificate.ts';

/** Real web servers in this process, with a certificate authority of their own. */
export interface DemoSites {
  /** Host name → URLs of its sites. */
  readonly urls: Readonly<Record<string, readonly string[]>>;
  /** The certificate that has to be trusted, PEM. */
  readonly authority: string;
  stop(): Promise<void>;
}

interface DemoSite {
  readonly host: string;
  readonly name: string;
  /** Days from now. */
  readonly validity: readonly [from: number, until: number];
  /** Name in the certificate, where it is another. */
  readonly certified?: string;
  readonly tls: ServerOptions;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with errors too; default: only with pages that exist. */
  readonly alwaysHeaders?: true;
}

const DAY = 86_400_000;
const MODERN: ServerOptions = {
  minVersion: 'TLSv1.2',
  ciphers:
    'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305',
};
const HSTS = 'max-age=31536000; includeSubDomains';

/** One site as it should be, and three as they are found. */
const SITES: readonly DemoSite[] = [
  {
    host: 'web-1',
    name: 'shop.example',
    validity: [-20, 70],
    tls: MODERN,
    headers: { 'Strict-Transport-Security': HSTS, Server: 'nginx' },
    alwaysHeaders: true,
  },
  {
    host: 'web-2',
    name: 'blog.example',
    validity: [-93, -3],
    tls: MODERN,
    headers: { 'Strict-Transport-Security': HSTS, Server: 'nginx' },
    alwaysHeaders: true,
  },
  {
    host: 'app-1',
    name: 'app.example',
    validity: [-20, 70],
    tls: MODERN,
    headers: {
      'Strict-Transport-Security': 'max-age=300',
      Server: 'Apache/2.4.67 (Debian)',
      'X-Powered-By': 'PHP/8.2.29',
    },
  },
  {
    host: 'legacy-1',
    name: 'intranet.example',
    certified: 'old-intranet.example',
    validity: [-20, 70],
    tls: { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
    headers: { Server: 'nginx' },
  },
];

/** Starts the sites of the hosts that are there, each at the address of its host. */
export async function startDemoSites(addresses: ReadonlyMap<string, string>, now: Date): Promise<DemoSites> {
  const authority = newAuthority('fleetproof demo authority', now);
  const servers: Server[] = [];
  const urls: Record<string, string[]> = {};
  const stop = async () => {
    await Promise.all(servers.map((server) => close(server)));
  };
  try {
    for (const site of SITES) {
      const address = addresses.get(site.host);
      if (address === undefined) continue;
      const [from, until] = site.validity.map((days) => new Date(+now + days * DAY));
      const names = [site.certified ?? site.name];
      const issued = authority.issue({ names, from: from ?? now, until: until ?? now });
      const server = serve(site, { ...site.tls, cert: issued.certificate + authority.certificate, key: issued.key });
      const port = await listen(server, address);
      servers.push(server);
      urls[site.host] = [...(urls[site.host] ?? []), `https://${site.name}:${port}`];
    }
    return { urls, authority: authority.certificate, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serve(site: DemoSite, options: ServerOptions): Server {
  const server = createHttpsServer(options, (request, response) => {
    const found = request.url === '/';
    const headers = found || site.alwaysHeaders === true ? site.headers : { Server: site.headers.Server ?? 'nginx' };
    response.writeHead(found ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
    response.end(`<!doctype html><title>${site.name}</title><p>${found ? site.name : 'Not found'}</p>\n`);
  });
  // What an odd hello does to a connection is no trouble of the server.
  server.on('tlsClientError', () => undefined);
  return server;
}

function listen(server: Server, address: string): Promise<number> {
  return new Promise((ready, fail) => {
    server.once('error', fail);
    server.listen(0, address, () => {
      server.off('error', fail);
      ready((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((closed) => {
    server.close(() => closed());
    server.closeAllConnections();
  });
}
