import { readServerHello } from './flight.ts';

const ALERT = 21;
const HANDSHAKE = 22;
const SERVER_HELLO = 2;
const SERVER_HELLO_DONE = 14;
/** As much as tells an SSL 2.0 hello from noise. */
const SSLV2_BYTES = 11;

/**
 * Tells when the answer to a hello is whole, while it comes in: each byte is looked at once, in whatever pieces a server
 * sends them. What the answer says is read by `readFlight`, once, afterwards.
 */
export class AnswerEnd {
  readonly #until: 'hello' | 'flight';
  #ended = false;
  #started = false;
  /** The header of the record that is coming, and how much of its body is still to come. */
  #record: number[] = [];
  #left = 0;
  #alert: number[] = [];
  /** The header of the message that is coming, how much of it is still to come, and its body when it is a hello. */
  #message: number[] = [];
  #missing = 0;
  #hello: number[] = [];
  #unreadable = false;

  /** @param until the server's hello, or all that comes in clear */
  constructor(until: 'hello' | 'flight') {
    this.#until = until;
  }

  /** True once nothing more needs to come: the answer is whole, ended by an alert, or not TLS. */
  push(chunk: Uint8Array): boolean {
    for (const byte of chunk) {
      if (this.#ended) break;
      if (this.#left === 0) this.#takeHeader(byte);
      else this.#takeBody(byte);
    }
    return this.#ended;
  }

  #takeHeader(byte: number): void {
    this.#record.push(byte);
    const [type = 0, major = 3, , high = 0, low = 0] = this.#record;
    if (!this.#started && (type & 0x80) !== 0) {
      this.#ended = this.#record.length === SSLV2_BYTES;
      return;
    }
    if (type < 20 || type > 24 || major !== 3) this.#ended = true;
    if (this.#record.length < 5) return;
    this.#started = true;
    this.#left = high * 256 + low;
    if (this.#left === 0) this.#record = [];
  }

  #takeBody(byte: number): void {
    const [type] = this.#record;
    this.#left -= 1;
    if (type === HANDSHAKE && !this.#unreadable) this.#takeMessage(byte);
    if (type === ALERT) this.#takeAlert(byte);
    if (this.#left === 0) this.#record = [];
  }

  #takeAlert(byte: number): void {
    this.#alert.push(byte);
    const [level, code] = this.#alert;
    if (code === undefined) return;
    this.#alert = [];
    // Of warnings only close_notify is an end.
    if (level !== 1 || code === 0) this.#ended = true;
  }

  #takeMessage(byte: number): void {
    if (this.#message.length < 4) {
      this.#message.push(byte);
      const [, high = 0, middle = 0, low = 0] = this.#message;
      this.#missing = (high * 256 + middle) * 256 + low;
      if (this.#message.length < 4 || this.#missing > 0) return;
    } else {
      this.#missing -= 1;
      if (this.#message[0] === SERVER_HELLO) this.#hello.push(byte);
      if (this.#missing > 0) return;
    }
    if (this.#message[0] === SERVER_HELLO_DONE) this.#ended = true;
    if (this.#message[0] === SERVER_HELLO) this.#endHello();
    this.#message = [];
  }

  #endHello(): void {
    try {
      // What follows a hello of TLS 1.3 is encrypted.
      const { version } = readServerHello(Uint8Array.from(this.#hello));
      if (this.#until === 'hello' || version === 'TLSv1.3') this.#ended = true;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#unreadable = true;
    }
  }
}
