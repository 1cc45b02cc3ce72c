import type { SshExchange } from '../../model/exchange.ts';
import { cannotTell, type Fact, known, unknown } from '../../model/fact.ts';
import type { SshAlgorithms, SshHostKey, SshIdentification, SshMethods, SshOffer } from '../../model/facts/outside.ts';
import type { Reason } from '../../model/verdict.ts';
import { type KexInit, readGreeting, readIdentification } from '../../wire/ssh.ts';
import { readKeyBlob } from '../../wire/ssh-key.ts';
import { type OwnOutputs, settle } from '../outputs.ts';

const STRICT_KEX = 'kex-strict-s-v00@openssh.com';
/** Names in the lists that are no algorithms. Source: RFC 8308 §2.1, OpenSSH PROTOCOL §1.10, Dropbear kexguess2. */
const MARKER = /^(ext-info-[cs]|kex-strict-[cs]-v00@openssh\.com|kexguess2@matt\.ucc\.asn\.au)$/;

/** What sshd showed from outside. Throws `Ignorance` when it was not asked at all. */
export function readOffer(outputs: OwnOutputs): Fact<SshOffer> {
  const exchanges = outputs.exchanges('ssh');
  const first = exchanges.find(({ kind }) => kind === 'kexinit');
  if (first === undefined) return cannotTell('not-observable', 'sshd was not looked at from outside.');
  const { address, port, received } = first;
  const bytes = Buffer.from(received, 'base64');
  return known({
    where: `${address.includes(':') ? `[${address}]` : address}:${port}`,
    identification: settle(() => identificationOf(first, bytes)),
    algorithms: settle(() => algorithmsOf(first, bytes)),
    hostKeys: settle(() => hostKeysOf(exchanges)),
    methods: settle(() => methodsOf(exchanges)),
  });
}

function identificationOf(first: SshExchange, bytes: Buffer): SshIdentification {
  const opening = readIdentification(bytes);
  if (opening.state !== 'read') return unseen(first);
  return { line: opening.value.line, protocol: opening.value.protocol };
}

function algorithmsOf(first: SshExchange, bytes: Buffer): SshAlgorithms {
  const greeting = readGreeting(bytes);
  if (first.state !== 'answered') return unseen(first);
  if (greeting.state !== 'read') {
    return cannotTell('unparseable', 'The server speaks SSH protocol 1, whose algorithms are not listed.');
  }
  return withoutMarkers(greeting.value.algorithms);
}

function withoutMarkers({ kex, hostKey, cipherIn, cipherOut, macIn, macOut }: KexInit): SshAlgorithms {
  return {
    kex: kex.filter((name) => !MARKER.test(name)),
    hostKey,
    ciphers: { in: cipherIn, out: cipherOut },
    macs: { in: macIn, out: macOut },
    strictKex: kex.includes(STRICT_KEX),
  };
}

/** All of them or none: a key that could not be asked for may be the small one. */
function hostKeysOf(exchanges: readonly SshExchange[]): readonly SshHostKey[] {
  return asked(exchanges).map((exchange): SshHostKey => {
    if (exchange.hostKey === '') return unseen(exchange);
    const key = readKeyBlob(exchange.hostKey);
    return key ?? cannotTell('unparseable', 'The server showed a host key of a type that is not known.');
  });
}

function methodsOf(exchanges: readonly SshExchange[]): SshMethods {
  const one = asked(exchanges).find(({ user }) => user !== null) ?? asked(exchanges)[0];
  if (one === undefined) return cannotTell('not-observable', 'sshd was not asked which methods it offers.');
  const { user, methods, letIn } = one;
  if (user === null || methods === null) return unseen(one);
  return { user, methods, letIn };
}

/** The exchanges in which a host key was asked for. */
function asked(exchanges: readonly SshExchange[]): readonly SshExchange[] {
  return exchanges.filter(({ kind }) => kind.startsWith('host-key'));
}

const REASONS: Partial<Record<SshExchange['state'], Reason>> = {
  timeout: 'timeout',
  garbled: 'unparseable',
  'too-much': 'truncated',
  'not-run': 'not-observable',
};

function unseen({ state, error }: SshExchange): never {
  const { reason, message } = unknown(REASONS[state] ?? 'unreachable', error === '' ? 'sshd did not say.' : error);
  return cannotTell(reason, message);
}
