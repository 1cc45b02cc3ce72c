import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import type { Host } from '../../model/host.ts';
import { methodsFromDebug, type Offer, offerKeys, usesAgent, where } from './auth.ts';
import { within } from './deadline.ts';
import { algorithmOrder, judgeHostKey, type Trust } from './hostkeys.ts';
import type { KeyPlan } from './keyplan.ts';
import type { SshOptions } from './options.ts';
import { SshFailure } from './outcome.ts';
import { recordHostKey } from './record.ts';
import { fingerprint, printable } from './text.ts';
import { type Gate, gate } from './transport.ts';
import { explainClose, explainError, explainLate, notSsh, type Progress } from './trouble.ts';

/** One machine on the way, the target last, with all that is decided before the first packet. */
export interface Hop {
  readonly host: Host;
  readonly trust: Trust;
  readonly plan: KeyPlan;
  /** The server's identification and the fingerprint of its verified key, as soon as they are known. */
  banner: string | null;
  hostKey: string | null;
}

export interface LoggedIn {
  readonly client: Client;
  readonly gate: Gate;
  readonly hostKey: string;
  readonly banner: string;
}

/** Key exchanges that nothing speaks against and that ssh2 can make, cheap ones first. */
export const GOOD_KEX = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
] as const;

/**
 * curve25519 and AES-GCM first: both run in OpenSSL, and GCM needs no separate MAC. Nothing that rests on SHA-1, no
 * compression.
 */
const ALGORITHMS = {
  kex: [...GOOD_KEX],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies ConnectConfig['algorithms'];

/**
 * Logs in over an open connection: identification, key exchange with the host key verified, public-key authentication.
 * On failure the connection is closed.
 * @throws SshFailure; the reason of `stop` when that aborts
 */
export async function logIn(
  sock: Duplex,
  hop: Hop,
  peer: string | null,
  options: SshOptions,
  stop: AbortSignal,
): Promise<LoggedIn> {
  const client: Client = new ssh2.Client();
  const offer = offerKeys(hop.plan, hop.host.user, stop);
  const progress: Progress = {
    host: hop.host,
    plan: hop.plan,
    trust: hop.trust,
    offer,
    gate: null,
    keysExchanged: false,
  };
  try {
    const late = () => explainLate(progress, options.handshakeSeconds);
    await within<void>(options.handshakeSeconds * 1000, late, stop, (done, fail) => {
      const opening = gate(
        sock,
        () => fail(notSsh(progress)),
        () => fail(tooMuch(hop)),
      );
      progress.gate = opening;
      const verify = verifyHostKey(hop, peer, fail);
      client.on('error', (error) => {
        if (isAboutOneKey(error)) offer.notes.push(printable(error.message));
        else fail(explainError(progress, error));
      });
      const onClose = () => fail(explainClose(progress));
      client.on('close', onClose);
      client.once('handshake', () => {
        progress.keysExchanged = true;
        leaveOtherHostKeys(client);
        hop.banner = printable(opening.ident ?? '', 255);
        attempt(() => verify.confirm(options), fail);
      });
      client.once('ready', () => {
        // Every connection is closed in the end.
        client.off('close', onClose);
        done();
      });
      client.connect(config(sock, hop, offer, verify.hostVerifier, options));
    });
    const { hostKey, banner } = hop;
    if (progress.gate === null || hostKey === null || banner === null) {
      throw new SshFailure('internal', `The log-in to ${where(hop.host)} ended without a verified host key.`);
    }
    progress.gate.onFlood = () => sock.destroy();
    return { client, gate: progress.gate, hostKey, banner };
  } catch (error) {
    hop.banner ??= progress.gate?.ident ? printable(progress.gate.ident, 255) : null;
    sock.destroy();
    throw error;
  }
}

function config(
  sock: Duplex,
  hop: Hop,
  offer: Offer,
  hostVerifier: (key: Buffer) => boolean,
  options: SshOptions,
): ConnectConfig {
  return {
    sock,
    username: hop.host.user,
    ident: 'fleetproof',
    algorithms: { ...ALGORITHMS, serverHostKey: algorithmOrder(hop.trust) },
    hostVerifier,
    authHandler: offer.handler,
    readyTimeout: 0,
    keepaliveInterval: options.keepaliveSeconds * 1000,
    keepaliveCountMax: 3,
    ...(usesAgent(hop.plan) ? { debug: methodsFromDebug(offer) } : {}),
  };
}

/**
 * ssh2 accepts every host key when it is given no verifier. Ours is asked at every key exchange; after the first, only
 * the same key will do.
 */
function verifyHostKey(hop: Hop, peer: string | null, fail: (error: SshFailure) => void) {
  let accepted: Buffer | null = null;
  let isNew = false;
  const hostVerifier = (key: Buffer): boolean => {
    if (accepted !== null) return accepted.equals(key);
    const judgement = judgeHostKey(hop.trust, key, peer);
    if (!judgement.accepted) {
      fail(new SshFailure('host-key', judgement.message));
      return false;
    }
    accepted = Buffer.from(key);
    isNew = judgement.isNew;
    return true;
  };
  /** After the key exchange: the host has proved that it holds the key. */
  const confirm = (options: SshOptions) => {
    if (accepted === null) throw new SshFailure('internal', 'The key exchange ended without a host key.');
    if (isNew && options.acceptNewHostKeys !== null) recordHostKey(hop.trust, options.acceptNewHostKeys, accepted);
    hop.hostKey = fingerprint(accepted);
  };
  return { hostVerifier, confirm };
}

/**
 * After the log-in OpenSSH names all its host keys, and ssh2 has it prove each one, for an event that nobody here
 * listens to: three signatures on the host, three verifications here. ssh2 has no setting for it, but asks only servers
 * that it takes for OpenSSH.
 */
function leaveOtherHostKeys(client: Client): void {
  Object.assign(client, { _remoteVer: '' });
}

function attempt(action: () => void, fail: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    fail(error);
  }
}

/** ssh2 reports a key or an agent that cannot sign, and goes on to the next key. */
function isAboutOneKey(error: Error & { level?: string }): boolean {
  return error.level === 'agent' || error.message.startsWith('Error signing data with key');
}

function tooMuch(hop: Hop): SshFailure {
  return new SshFailure(
    'unreachable',
    `${where(hop.host)} sent more than 1 MiB before the log-in was through, which no SSH server does. Check what listens there.`,
  );
}
