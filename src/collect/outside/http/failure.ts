import { place, type Trouble, troubleOf, type Visit } from '../visit.ts';

/** What an error of a socket, of TLS or of the HTTP parser means, and whether trying again makes sense. */
export function failureOf(error: Error, address: string, port: number): Trouble & { readonly again: boolean } {
  const { code = '' } = error as NodeJS.ErrnoException;
  // OpenSSL's own words: `…:SSL routines:ssl3_read_bytes:tlsv1 unrecognized name:…:SSL alert number 112`.
  const reason = /SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1];
  const where = place(address, port);
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { state: 'too-much', error: `${where} sent more than 32 KiB of headers.`, again: false };
  }
  if (code.startsWith('HPE_') || error.message.startsWith('101 ')) {
    const why = error.message.replace(/^Parse Error: /, '');
    return { state: 'garbled', error: `${where} answered with something that is not HTTP/1.1 (${why}).`, again: false };
  }
  const alert = /alert number ([0-9]+)/.exec(error.message)?.[1];
  if (alert !== undefined) {
    const name = reason === undefined ? '' : `, ${reason}`;
    return { state: 'closed', error: `${where} refused the TLS handshake (alert ${alert}${name}).`, again: false };
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO' || code.startsWith('ERR_TLS')) {
    const why = reason ?? code;
    return {
      state: 'garbled',
      error: `${where} did not answer with TLS that can be understood (${why}).`,
      again: false,
    };
  }
  // What Node says of a connection that the other side closed in an orderly way, but too early.
  if (/socket hang up|before secure TLS connection/.test(error.message)) {
    return { state: 'closed', error: `${where} closed the connection without an answer.`, again: true };
  }
  return { ...troubleOf(error, address, port), again: code === 'ECONNRESET' || code === 'EPIPE' };
}

export function lateHandshake(address: string, port: number, { limits }: Visit): Trouble {
  const error = `${place(address, port)} did not finish the TLS handshake within ${limits.hello / 1000} s.`;
  return { state: 'timeout', error };
}

export function lateResponse(address: string, port: number, { limits }: Visit): Trouble {
  const error = `${place(address, port)} accepted the connection, but sent no whole response head within ${limits.response / 1000} s.`;
  return { state: 'timeout', error };
}
