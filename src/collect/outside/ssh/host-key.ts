import { Socket } from 'node:net';
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import type { ExchangeState } from '../../../model/exchange.ts';
import { GOOD_KEX } from '../../ssh/login.ts';
import { printable } from '../../ssh/text.ts';
import { gate } from '../../ssh/transport.ts';
import { dial, notRun, place, troubleOf, type Visit } from '../visit.ts';
import { identOf } from './greeting.ts';

/**
 * Key exchanges that can be made here, good ones first. The weak ones serve to measure servers that know nothing else;
 * no secret crosses these connections.
 */
export const KEX = [
  ...GOOD_KEX,
  'diffie-hellman-group14-sha1',
  'diffie-hellman-group-exchange-sha1',
  'diffie-hellman-group1-sha1',
] as const;

export interface Shown {
  readonly state: ExchangeState;
  readonly error: string;
  readonly hostKey: Buffer;
  readonly methods: readonly string[] | null;
  readonly letIn: boolean;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

/** One question to sshd: which host key it has of some algorithms, and as `user` (null: not asked) what it offers. */
export interface Question {
  readonly address: string;
  readonly port: number;
  readonly algorithms: readonly ServerHostKeyAlgorithm[];
  readonly user: string | null;
}

/**
 * Makes one key exchange, so that the server proves a host key; then asks with the method `none` (RFC 4252 §5.2) which
 * methods there are, and hangs up. No password and no key is ever sent. Never throws.
 */
export async function askHostKey(question: Question, visit: Visit): Promise<Shown> {
  const { address, port, user } = question;
  const socket = await dial(address, port, visit);
  const nothing = { hostKey: Buffer.alloc(0), methods: null, letIn: false, bytesOut: 0, bytesIn: 0 };
  if (!(socket instanceof Socket)) return { ...nothing, ...socket };
  const client: Client = new ssh2.Client();
  const where = place(address, port);
  return new Promise((resolve) => {
    let hostKey = Buffer.alloc(0);
    let proved = false;
    let methods: readonly string[] | null = null;
    const end = (state: ExchangeState, error: string, letIn = false) => {
      clearTimeout(timer);
      visit.signal.removeEventListener('abort', stop);
      const { bytesWritten: bytesOut, bytesRead: bytesIn } = socket;
      socket.destroySoon();
      // A key that was shown but not proved is nobody's.
      resolve({ state, error, hostKey: proved ? hostKey : Buffer.alloc(0), methods, letIn, bytesOut, bytesIn });
    };
    const stop = () => {
      const { state, error } = notRun(visit.signal);
      end(state, error);
    };
    const late = () => end('timeout', `${where} did not finish the ${proved ? 'question' : 'key exchange'} in time.`);
    const timer = setTimeout(late, visit.limits.sshKeyExchange);
    visit.signal.addEventListener('abort', stop);
    gate(
      socket,
      () => end('garbled', `${where} is not an SSH 2 server.`),
      () => end('too-much', `${where} sent more than any SSH server does.`),
    );
    client.on('handshake', () => {
      proved = true;
      if (user === null) end('answered', '');
    });
    client.on('ready', () => {
      methods ??= [];
      end('answered', '', true);
    });
    client.on('close', () => end('closed', `${where} closed the connection during the key exchange or the question.`));
    client.on('error', (error: Error & { level?: string; code?: string }) => {
      if (methods !== null) return end('answered', '');
      if (error.code !== undefined) {
        const trouble = troubleOf(error, address, port);
        return end(trouble.state, trouble.error);
      }
      if (/Connection lost|ended by|closed/i.test(error.message))
        return end('closed', `${where} closed the connection during the key exchange.`);
      end('garbled', `${where} did not complete a key exchange: ${printable(error.message)}.`);
    });
    const config: ConnectConfig = {
      sock: socket,
      username: user ?? 'nobody',
      ident: identOf(visit.agent),
      algorithms: {
        kex: [...KEX],
        serverHostKey: [...question.algorithms],
        cipher: { append: /./ } as unknown as NonNullable<ConnectConfig['algorithms']>['cipher'],
        hmac: { append: /./ } as unknown as NonNullable<ConnectConfig['algorithms']>['hmac'],
        compress: ['none', 'zlib@openssh.com'],
      },
      hostVerifier: (key: Buffer) => {
        hostKey = Buffer.from(key);
        return true;
      },
      authHandler: (left: readonly string[] | null) => {
        if (left === null) return user === null ? false : 'none';
        methods = [...left];
        return false;
      },
      readyTimeout: 0,
    } as ConnectConfig;
    try {
      client.connect(config);
    } catch (error) {
      end('not-run', `The scanner could not ask ${where}: ${printable(String(error))}.`);
    }
  });
}
