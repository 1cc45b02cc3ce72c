import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { TlsExchange, TlsSession } from '../../../model/exchange.ts';
import { begin, dial, notRun, place, type Trouble, troubleOf, type Visit } from '../visit.ts';
import { blank } from './say.ts';
import type { SiteTarget } from './target.ts';
import { trustOf } from './trust.ts';

/**
 * One whole TLS session, for what is encrypted in TLS 1.3: the certificate and the stapled OCSP response. Says nothing
 * about what a server refuses: OpenSSL refuses things of its own, and other things in every release.
 */
export async function meet(
  kind: string,
  serverName: string | null,
  target: SiteTarget,
  visit: Visit,
): Promise<TlsExchange> {
  const done = begin();
  const record = { ...blank(kind, target), serverName };
  const socket = await dial(target.address, target.site.port, visit);
  if ('state' in socket) return { ...record, ...socket, ...done() };
  const result = await handshake(socket, serverName, target, visit);
  const counted = { ...record, bytesOut: socket.bytesWritten, bytesIn: socket.bytesRead, ...done() };
  socket.destroy();
  if ('state' in result) return { ...counted, ...result };
  const chain = result.chain.map((each) => Buffer.from(each, 'base64'));
  return { ...counted, state: 'answered', session: result, trust: trustOf(chain, visit.trust) };
}

function handshake(
  socket: Socket,
  serverName: string | null,
  target: SiteTarget,
  visit: Visit,
): Promise<TlsSession | Trouble> {
  const at = place(target.address, target.site.port);
  return new Promise((resolve) => {
    let staple = '';
    // As a variable: the types of Node 20 do not know `requestOCSP`.
    const options: ConnectionOptions & { readonly requestOCSP: true } = {
      socket,
      ...(serverName === null ? {} : { servername: serverName }),
      // Everything is let in and judged by us; without roots the chain stays as it was sent.
      rejectUnauthorized: false,
      ca: [],
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
      requestOCSP: true,
      ALPNProtocols: ['h2', 'http/1.1'],
    };
    const secure = connect(options);
    const end = (result: TlsSession | Trouble) => {
      clearTimeout(timer);
      visit.signal.removeEventListener('abort', stop);
      secure.removeAllListeners();
      secure.on('error', () => undefined);
      secure.destroy();
      resolve(result);
    };
    const stop = () => end(notRun(visit.signal));
    const late = () => end({ state: 'timeout', error: `${at} did not complete a TLS session in time.` });
    const timer = setTimeout(late, visit.limits.hello);
    visit.signal.addEventListener('abort', stop);
    secure.on('OCSPResponse', (response: Buffer | null) => {
      staple = response?.toString('base64') ?? '';
    });
    secure.once('secureConnect', () => end(sessionOf(secure, staple)));
    secure.once('error', (error) => end(failed(error, target)));
    secure.once('close', () => end({ state: 'closed', error: `${at} closed the connection before a TLS session.` }));
  });
}

function failed(error: Error, { address, site }: SiteTarget): Trouble {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined) return troubleOf(error, address, site.port);
  return {
    state: 'garbled',
    error: `No TLS session with ${place(address, site.port)} came about (${code ?? error.name}).`,
  };
}

function sessionOf(secure: TLSSocket, staple: string): TlsSession {
  const { name } = secure.getCipher();
  return {
    protocol: secure.getProtocol() ?? '',
    cipher: name,
    alpn: typeof secure.alpnProtocol === 'string' ? secure.alpnProtocol : '',
    chain: chainOf(secure.getPeerCertificate(true)),
    staple,
  };
}

function chainOf(leaf: DetailedPeerCertificate): string[] {
  const chain: string[] = [];
  let each: DetailedPeerCertificate | undefined = leaf;
  // The issuer of a root is the root itself.
  while (each?.raw !== undefined && chain.length < 20) {
    const der = each.raw.toString('base64');
    if (chain.includes(der)) break;
    chain.push(der);
    each = each.issuerCertificate;
  }
  return chain;
}
