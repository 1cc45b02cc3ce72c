import { type Flight, readFlight, type ServerHello } from './flight.ts';
import { readHello } from './hello.ts';
import { alertName } from './names.ts';
import { suiteName } from './suites.ts';

/**
 * What the answer to a hello means. `accepted`: exactly the version that was offered, with a suite that was offered.
 * `other`: a server hello that is neither; it proves that the server is alive. `refused`: an alert that says no.
 * `name`: it refuses the name. `form`: it refuses the hello's form. `fallback`: it saw the fallback signal (RFC 7507).
 * `silent`: nothing that is an answer; alone that proves nothing. `not-tls`: an answer in another protocol.
 */
export type OutcomeKind = 'accepted' | 'other' | 'refused' | 'name' | 'form' | 'fallback' | 'silent' | 'not-tls';

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly flight: Flight;
  /** The server's hello when its suite is one that was offered, whatever its version. */
  readonly chosen: ServerHello | null;
  /** In words, without a final full stop. */
  readonly text: string;
}

/** Classifies an exchange by its bytes alone. Sources: RFC 5246 §7.2.2, RFC 8446 §6.2, RFC 7507, RFC 6066 §3. */
export function outcomeOf(sent: Uint8Array, received: Uint8Array): Outcome {
  const flight = readFlight(received);
  const { hello, alert } = flight;
  if (hello !== null) return ofHello(sent, flight, hello);
  if (!flight.tls)
    return { kind: 'not-tls', flight, chosen: null, text: `answered in ${protocolOf(received)}, not TLS` };
  if (alert === null) {
    const text = received.length === 0 ? 'sent nothing' : 'sent no complete answer';
    return { kind: 'silent', flight, chosen: null, text };
  }
  return { kind: kindOfAlert(alert), flight, chosen: null, text: `sent the alert ${alertName(alert)}` };
}

function ofHello(sent: Uint8Array, flight: Flight, hello: ServerHello): Outcome {
  const offer = readHello(sent);
  const known = hello.version === 'SSLv2' || offer?.suites.includes(hello.suite) === true;
  const chosen = known ? hello : null;
  const words = hello.version === 'SSLv2' ? `${hello.specs ?? 0} ciphers` : suiteName(hello.suite);
  const text = `chose ${hello.version ?? 'an unknown version'} with ${words}`;
  const kind = known && offer?.version === hello.version ? 'accepted' : 'other';
  return { kind, flight, chosen, text };
}

function kindOfAlert(alert: number): OutcomeKind {
  switch (alert) {
    case 86:
      return 'fallback';
    case 112:
      return 'name';
    case 47:
    case 50:
    case 109:
      return 'form';
    case 0:
      return 'silent';
    default:
      return 'refused';
  }
}

/** What bytes that are not TLS look like: `plain HTTP`, `SSH`, or `another protocol`. */
export function protocolOf(received: Uint8Array): string {
  const start = new TextDecoder('latin1').decode(received.subarray(0, 64));
  if (/^HTTP\/|^<(?:!doctype|html)/i.test(start)) return 'plain HTTP';
  if (start.startsWith('SSH-')) return 'SSH';
  if (/^220[ -]/.test(start)) return 'SMTP or FTP';
  return 'another protocol';
}
