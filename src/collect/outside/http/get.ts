import { constants } from 'node:crypto';
import { request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { dial, notRun, type Trouble, type Visit } from '../visit.ts';
import { failureOf, lateHandshake, lateResponse } from './failure.ts';
import { newResponse, type RawResponse } from './response.ts';

/** One GET as it went, before anything is redacted. */
export interface Got {
  /** Null when there was no response head. */
  readonly response: RawResponse | null;
  readonly trouble: Trouble | null;
  /** The trouble may pass: it was reset, closed without an answer, or not connected in time. */
  readonly again: boolean;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

const HEAD_BYTES = 32 * 1024;

/**
 * Asks an IP address for a URL: Host and SNI are those of the URL, whatever the address. Any certificate and any
 * protocol version is accepted, because this looks at headers; TLS itself is judged by other exchanges. Never throws,
 * never follows, and leaves no socket behind.
 */
export async function get(url: URL, address: string, visit: Visit): Promise<Got> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const socket = await dial(address, port, visit);
  if ('state' in socket) {
    return { response: null, trouble: socket, again: socket.state === 'timeout', bytesOut: 0, bytesIn: 0 };
  }
  return new Promise((resolve) => {
    const channel = url.protocol === 'https:' ? secure(socket, url) : socket;
    const response = newResponse();
    const end = (trouble: Trouble | null, again = false) => {
      clearTimeout(handshake);
      clearTimeout(whole);
      visit.signal.removeEventListener('abort', stop);
      const { bytesRead: bytesIn, bytesWritten: bytesOut } = socket;
      channel.destroy();
      socket.destroy();
      const seen = response.value();
      resolve({
        response: seen,
        trouble: seen === null ? trouble : null,
        again: seen === null && again,
        bytesOut,
        bytesIn,
      });
    };
    const stop = () => end(notRun(visit.signal));
    const whole = setTimeout(() => end(lateResponse(address, port, visit)), visit.limits.response);
    const handshake =
      channel === socket ? undefined : setTimeout(() => end(lateHandshake(address, port, visit)), visit.limits.hello);
    channel.once('secureConnect', () => clearTimeout(handshake));
    visit.signal.addEventListener('abort', stop);
    const failed = (error: Error) => {
      const { again, ...trouble } = failureOf(error, address, port);
      end(trouble, again);
    };
    // A parser may still complain about what came after the end.
    channel.on('error', failed);
    const asked = request({
      createConnection: () => channel,
      method: 'GET',
      path: url.pathname + url.search,
      headers: { Host: url.host, 'User-Agent': visit.agent, Accept: '*/*' },
      maxHeaderSize: HEAD_BYTES,
      insecureHTTPParser: false,
    });
    // The bytes are the cap; by default Node drops fields after the 2000th without a word.
    asked.maxHeadersCount = 0;
    asked.on('error', failed);
    asked.once('upgrade', () => failed(new Error('101 Switching Protocols')));
    asked.once('response', (message) => response.read(message, () => end(null)));
    asked.end();
    if (visit.signal.aborted) stop();
  });
}

function secure(socket: Socket, url: URL): Socket {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  return connect({
    socket,
    // RFC 6066 §3: no addresses.
    servername: isIP(name) === 0 ? name : '',
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
    minDHSize: 512,
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  });
}
