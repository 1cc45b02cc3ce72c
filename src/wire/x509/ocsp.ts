import { at, children, der } from './der.ts';

export type OcspStatus = 'good' | 'revoked' | 'unknown';

/** What a stapled OCSP response says of the certificate (RFC 6960 §4.2.1). Throws `RangeError` when it says nothing. */
export function ocspStatus(bytes: Uint8Array): OcspStatus {
  const [status, wrapped] = children(der(bytes));
  if (status?.body[0] !== 0 || wrapped === undefined) throw new RangeError('The OCSP response is no success.');
  const response = at(children(at(children(wrapped), 0)), 1);
  const data = children(at(children(der(response.body)), 0));
  // version [0] is optional; then come the responder, the time, and the list of answers.
  const list = at(data, data[0]?.tag === 0xa0 ? 3 : 2);
  const answer = children(at(children(list), 0));
  switch (at(answer, 1).tag) {
    case 0x80:
      return 'good';
    case 0xa1:
      return 'revoked';
    default:
      return 'unknown';
  }
}
