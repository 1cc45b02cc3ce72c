import { Socket } from 'node:net';
import ssh2, {
  type AgentProtocol,
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { within } from './deadline.ts';
import { SshFailure } from './outcome.ts';
import { printable } from './text.ts';

/** What the agent answered, once per run. */
export type Agent =
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'answered'; readonly socket: string; readonly keys: readonly ParsedKey[] };

const ANSWER_SECONDS = 5;

/** Asks the agent for its public keys. Keys of types that ssh2 cannot use, certificates among them, are left out. */
export async function askAgent(socket: string | null): Promise<Agent> {
  if (socket === null) return { state: 'absent' };
  try {
    const late = () => new SshFailure('auth', `no answer within ${ANSWER_SECONDS} s`);
    const keys = await converse<readonly ParsedKey[]>(socket, ANSWER_SECONDS * 1000, late, null, (agent, done) =>
      agent.getIdentities(done),
    );
    return { state: 'answered', socket, keys };
  } catch (error) {
    const why = error instanceof Error ? printable(error.message) : 'unknown error';
    return { state: 'failed', message: `the ssh-agent at ${printable(socket)} cannot be asked (${why})` };
  }
}

/**
 * An agent for ssh2 that knows one key, so that we and not ssh2 choose which keys are offered. A signature that comes
 * after `stop`, when the connection is gone, is dropped.
 */
export function agentOfOneKey(socket: string, key: ParsedKey, stop: AbortSignal): BaseAgent {
  const getIdentities = (done: IdentityCallback<ParsedKey>) => done(undefined, [key]);
  const signWith = (_key: ParsedKey, data: Buffer, options: SigningRequestOptions, done: SignCallback) => {
    sign(socket, key, data, options.hash, stop).then(
      (signature) => stop.aborted || done(undefined, signature),
      (error: Error) => stop.aborted || done(error),
    );
  };
  return Object.assign(Object.create(ssh2.BaseAgent.prototype), { getIdentities, sign: signWith }) as BaseAgent;
}

function sign(
  socket: string,
  key: ParsedKey,
  data: Buffer,
  hash: SigningRequestOptions['hash'],
  stop: AbortSignal,
): Promise<Buffer> {
  if (key.type === 'ssh-rsa' && hash !== 'sha256' && hash !== 'sha512') {
    return Promise.reject(new Error('the server takes RSA signatures with SHA-1 only'));
  }
  const late = () => new SshFailure('auth', 'the agent did not sign in time');
  return converse<Buffer>(socket, 0, late, stop, (agent, done) =>
    agent.sign(key, data, hash === undefined ? {} : { hash }, done),
  );
}

/** One question over a connection of its own. `ms` 0: no deadline but `stop`. */
async function converse<T>(
  path: string,
  ms: number,
  late: () => SshFailure,
  stop: AbortSignal | null,
  ask: (agent: AgentProtocol, done: (error?: Error | null, answer?: T) => void) => void,
): Promise<T> {
  const socket = new Socket();
  try {
    return await within<T>(ms, late, stop, (resolve, reject) => {
      const protocol = new ssh2.AgentProtocol(true);
      protocol.on('error', reject);
      socket.on('error', reject).on('close', () => reject(new Error('it closed the connection')));
      socket.on('connect', () => {
        protocol.pipe(socket).pipe(protocol);
        ask(protocol, (error, answer) =>
          answer === undefined ? reject(error ?? new Error('no answer')) : resolve(answer),
        );
      });
      socket.connect(path);
    });
  } finally {
    socket.destroy();
  }
}
