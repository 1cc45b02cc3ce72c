import { at, children, type Der, der, hex, time } from './der.ts';

export interface OcspAnswer {
  readonly status: 'good' | 'revoked' | 'unknown';
  /** Of the certificate that it is about, hex of its DER. */
  readonly serial: string;
  /** Epoch seconds; null: it names no end. */
  readonly nextUpdate: number | null;
}

/** What a stapled OCSP response says, certificate by certificate (RFC 6960 §4.2.1). Throws `RangeError` when it says nothing. */
export function ocspAnswers(bytes: Uint8Array): readonly OcspAnswer[] {
  const [status, wrapped] = children(der(bytes));
  if (status?.body[0] !== 0 || wrapped === undefined) throw new RangeError('The OCSP response is no success.');
  const response = at(children(at(children(wrapped), 0)), 1);
  const data = children(at(children(der(response.body)), 0));
  // version [0] is optional; then come the responder, the time, and the list of answers.
  const answers = children(at(data, data[0]?.tag === 0xa0 ? 3 : 2));
  if (answers.length === 0) throw new RangeError('The OCSP response is empty.');
  return answers.map(answerOf);
}

function answerOf(single: Der): OcspAnswer {
  const [id, status, , next] = children(single);
  if (id === undefined || status === undefined) throw new RangeError('The OCSP response is broken.');
  return {
    status: STATUS[status.tag] ?? 'unknown',
    serial: hex(at(children(id), 3).body),
    nextUpdate: next?.tag === 0xa0 ? time(at(children(next), 0)) : null,
  };
}

const STATUS: Readonly<Record<number, OcspAnswer['status']>> = { 128: 'good', 161: 'revoked' };
