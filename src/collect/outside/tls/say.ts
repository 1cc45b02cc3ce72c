import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TlsExchange } from '../../../model/exchange.ts';
import { AnswerEnd } from '../../../wire/tls/answer-end.ts';
import { readFlight } from '../../../wire/tls/flight.ts';
import { clientHello, type Hello } from '../../../wire/tls/hello.ts';
import { outcomeOf } from '../../../wire/tls/outcome.ts';
import { begin, dial, place, type Trouble, troubleOf, type Visit } from '../visit.ts';
import type { SiteTarget } from './target.ts';
import { trustOf } from './trust.ts';

/** A flight of certificates with ten thousand names stays below it. */
export const MOST_BYTES = 256 * 1024;

export interface Question {
  readonly kind: string;
  readonly hello: Omit<Hello, 'random' | 'serverName'>;
  /** Read up to the server's hello, or all that comes in clear. */
  readonly until: 'hello' | 'flight';
}

/** One connection, one hello, and what comes back. Never throws. */
export async function say(question: Question, target: SiteTarget, visit: Visit): Promise<TlsExchange> {
  const { site, address } = target;
  const done = begin();
  const sent = clientHello({ ...question.hello, serverName: site.serverName, random: randomBytes(96) });
  // Before TLS there were no extensions: such a hello goes to the address, and what it gets need not be the site's.
  const serverName = question.hello.version.startsWith('SSL') ? null : site.serverName;
  const record = (state: TlsExchange['state'], error: string, bytesOut: number, received: Uint8Array): TlsExchange => ({
    ...blank(question.kind, target),
    serverName,
    state,
    error,
    bytesOut,
    bytesIn: received.length,
    sent: Buffer.from(sent).toString('base64'),
    received: Buffer.from(received).toString('base64'),
    trust: trustOfFlight(received, visit),
    ...done(),
  });
  const socket = await dial(address, site.port, visit);
  if ('state' in socket) return record(socket.state, socket.error, 0, new Uint8Array());
  const { received, trouble } = await listen(socket, sent, question.until, target, visit);
  socket.destroy();
  const outcome = outcomeOf(sent, received);
  if (outcome.kind === 'not-tls') {
    return record('garbled', `${place(address, site.port)} ${outcome.text}.`, sent.length, received);
  }
  if (trouble === undefined) return record('answered', '', sent.length, received);
  return record(trouble.state, trouble.error, sent.length, received);
}

/** A record of an exchange that did not take place yet. */
export function blank(kind: string, { site, address }: SiteTarget): TlsExchange {
  return {
    id: `tls/${address}/${site.port}/${site.serverName ?? '-'}/${kind}`,
    family: 'tls',
    kind,
    site: site.url,
    address,
    port: site.port,
    startedAt: new Date().toISOString(),
    ms: 0,
    state: 'not-run',
    error: '',
    bytesOut: 0,
    bytesIn: 0,
    serverName: site.serverName,
    sent: '',
    received: '',
    session: null,
    trust: [],
  };
}

function trustOfFlight(received: Uint8Array, visit: Visit): TlsExchange['trust'] {
  const { certificates } = readFlight(received);
  return certificates === null ? [] : trustOf(certificates, visit.trust);
}

interface Heard {
  readonly received: Uint8Array;
  /** Why no more was heard; undefined when the answer is complete. */
  readonly trouble: Trouble | undefined;
}

function listen(
  socket: Socket,
  sent: Uint8Array,
  until: Question['until'],
  target: SiteTarget,
  visit: Visit,
): Promise<Heard> {
  const at = place(target.address, target.site.port);
  return new Promise((resolve) => {
    const answer = new AnswerEnd(until);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (trouble?: Trouble) => {
      clearTimeout(timer);
      visit.signal.removeEventListener('abort', stop);
      socket.removeAllListeners('data');
      resolve({ received: Buffer.concat(chunks), trouble });
    };
    const stop = () => end({ state: 'not-run', error: 'The time for this host was up.' });
    const seconds = visit.limits.hello / 1000;
    const late = () => end({ state: 'timeout', error: `${at} did not answer a hello within ${seconds} s.` });
    const timer = setTimeout(late, visit.limits.hello);
    visit.signal.addEventListener('abort', stop);
    socket.on('data', (chunk) => {
      const kept = chunk.subarray(0, MOST_BYTES - bytes);
      chunks.push(kept);
      bytes += kept.length;
      if (answer.push(kept)) end();
      else if (bytes >= MOST_BYTES) {
        end({ state: 'too-much', error: `${at} sent more than ${MOST_BYTES / 1024} KiB without coming to an end.` });
      }
    });
    socket.on('end', () => end({ state: 'closed', error: `${at} closed the connection without an answer.` }));
    socket.on('error', (error) => end(troubleOf(error, target.address, target.site.port)));
    socket.write(sent);
  });
}
