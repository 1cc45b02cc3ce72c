import { Socket } from 'node:net';
import type { ExchangeState } from '../../../model/exchange.ts';
import { type Greeting, type Reading, readGreeting, readIdentification } from '../../../wire/ssh.ts';
import { printable } from '../../ssh/text.ts';
import { dial, notRun, place, troubleOf, type Visit } from '../visit.ts';

/** An identification, its prelude and one packet fit; nothing honest is longer. */
const MOST_BYTES = 65_536;

export interface Greeted {
  readonly state: ExchangeState;
  readonly error: string;
  readonly received: Buffer;
  readonly bytesOut: number;
}

/** `SSH-2.0-fleetproof_1.2.3`: who we say we are, as RFC 4253 §4.2 wants it spelt. */
export function identOf(agent: string): string {
  return agent.replaceAll('/', '_').replace(/[^A-Za-z0-9_.]/g, '');
}

/**
 * Lets sshd introduce itself: reads its identification, gives ours, reads its algorithms, hangs up. No key exchange, no
 * log-in. Never throws.
 */
export async function greet(address: string, port: number, visit: Visit): Promise<Greeted> {
  const socket = await dial(address, port, visit);
  if (!(socket instanceof Socket)) return { ...socket, received: Buffer.alloc(0), bytesOut: 0 };
  const line = `SSH-2.0-${identOf(visit.agent)}\r\n`;
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let introduced = false;
    const end = (state: ExchangeState, error: string) => {
      clearTimeout(timer);
      visit.signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve({ state, error, received, bytesOut: introduced ? line.length : 0 });
    };
    const where = place(address, port);
    const late = () => {
      const what = introduced ? 'its algorithms' : 'an SSH identification';
      end('timeout', `${where} took the connection but did not send ${what} in time${said(received)}.`);
    };
    const stop = () => {
      const { state, error } = notRun(visit.signal);
      end(state, error);
    };
    let timer = setTimeout(late, visit.limits.sshBanner);
    visit.signal.addEventListener('abort', stop);
    socket.on('error', (error) => {
      const trouble = troubleOf(error, address, port);
      end(trouble.state, trouble.error);
    });
    socket.on('end', () => end('closed', `${where} closed the connection without its algorithms${said(received)}.`));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (!introduced && readIdentification(received).state === 'read') {
        introduced = true;
        clearTimeout(timer);
        timer = setTimeout(late, visit.limits.sshKeyExchange);
        socket.write(line);
      }
      const reading = readGreeting(received);
      if (reading.state !== 'more' || received.length > MOST_BYTES || isOldProtocol(received)) finish(reading);
    });
    const finish = (reading: Reading<Greeting>) => {
      if (reading.state === 'read') {
        received = received.subarray(0, reading.next);
        end('answered', '');
      } else if (isOldProtocol(received)) end('answered', '');
      else if (reading.state === 'more') end('too-much', `${where} sent more than any SSH server does.`);
      else end('garbled', `${where} ${reading.because}${said(received)}.`);
    };
  });
}

/** A server of protocol 1 says so in its first line; it has no algorithms to tell. */
export function isOldProtocol(received: Buffer): boolean {
  const opening = readIdentification(received);
  return opening.state === 'read' && !/^(2\.0|1\.99)$/.test(opening.value.protocol);
}

/** What stood there instead, e.g. sshd's "Not allowed at this time" to an address that it penalises. */
function said(received: Buffer): string {
  const [line = ''] = received.subarray(0, 400).toString('latin1').split(/\r?\n/);
  return line === '' ? '' : `; it said "${printable(line, 80)}"`;
}
