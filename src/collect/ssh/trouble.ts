import type { Host } from '../../model/host.ts';
import { type Offer, refusedMessage, where } from './auth.ts';
import { knownTypes, type Trust } from './hostkeys.ts';
import type { KeyPlan } from './keyplan.ts';
import { SshFailure } from './outcome.ts';
import { printable } from './text.ts';
import type { Gate } from './transport.ts';

/** How far one log-in has come. */
export interface Progress {
  readonly host: Host;
  readonly plan: KeyPlan;
  readonly trust: Trust;
  readonly offer: Offer;
  gate: Gate | null;
  keysExchanged: boolean;
}

type Phase = 'identification' | 'key exchange' | 'log-in';

function phaseOf(progress: Progress): Phase {
  if (progress.gate === null || progress.gate.ident === null) return 'identification';
  return progress.keysExchanged ? 'log-in' : 'key exchange';
}

function unreachable(message: string): SshFailure {
  return new SshFailure('unreachable', message);
}

/** The time for the log-in is over. */
export function explainLate(progress: Progress, seconds: number): SshFailure {
  const place = where(progress.host);
  const phase = phaseOf(progress);
  if (phase === 'identification') {
    if ((progress.gate?.prelude.length ?? 0) > 0) return notSsh(progress);
    return new SshFailure(
      'timeout',
      `${place} took the connection but sent no SSH identification within ${seconds} s: it hangs, is overloaded, or is not SSH.`,
    );
  }
  const hint = phase === 'log-in' ? ' Its log-in may wait for a directory service or a slow name lookup.' : '';
  return new SshFailure('timeout', `${place} did not finish the ${phase} within ${seconds} s.${hint}`);
}

/** Something else than SSH-2 answered; shows its first bytes. */
export function notSsh(progress: Progress): SshFailure {
  const place = where(progress.host);
  const bytes = progress.gate?.prelude ?? Buffer.alloc(0);
  const newline = bytes.indexOf(0x0a);
  const line = newline < 0 ? bytes : bytes.subarray(0, newline);
  const said = printable(line.at(-1) === 0x0d ? line.subarray(0, -1) : line, 80);
  if (/MaxStartups|Not allowed at this time/i.test(said)) {
    return unreachable(
      `${place} turned the connection away, saying "${said}": it limits connections from one address. Lower the concurrency, or exempt the scanner (MaxStartups, PerSourcePenaltyExemptList).`,
    );
  }
  if (said.startsWith('SSH-1.')) {
    return unreachable(`${place} speaks only SSH protocol 1 ("${said}"), which is broken. Replace its SSH server.`);
  }
  return unreachable(`${place} is not an SSH server: it answered "${said}". Check the port.`);
}

/** The connection ended without a reason given. */
export function explainClose(progress: Progress): SshFailure {
  const place = where(progress.host);
  const phase = phaseOf(progress);
  if (phase === 'identification') {
    if ((progress.gate?.prelude.length ?? 0) > 0) return notSsh(progress);
    return unreachable(
      `${place} closed the connection before it identified itself: it limits connections (MaxStartups, PerSourcePenalties), bans this address (fail2ban), or is not SSH.`,
    );
  }
  if (phase === 'log-in' && progress.offer.offered.length > 0) {
    return new SshFailure(
      'auth',
      `${place} closed the connection during the log-in. ${refusedMessage(progress.host, progress.plan, progress.offer)}`,
    );
  }
  return unreachable(`${place} closed the connection during the ${phase}. Its own log says why.`);
}

/** What ssh2 reported. Disconnect messages and parser errors carry the host's own words. */
export function explainError(progress: Progress, error: Error & { level?: string; code?: unknown }): SshFailure {
  const place = where(progress.host);
  const phase = phaseOf(progress);
  const said = printable(error.message);
  if (error.message.startsWith('All configured authentication methods failed')) {
    return new SshFailure('auth', refusedMessage(progress.host, progress.plan, progress.offer));
  }
  if (typeof error.code === 'number') {
    const message = `${place} ended the ${phase}, saying "${said}".`;
    if (phase !== 'log-in' || progress.offer.offered.length === 0)
      return unreachable(`${message} Its own log may say more.`);
    return new SshFailure('auth', `${message} ${refusedMessage(progress.host, progress.plan, progress.offer)}`);
  }
  if (error.level === 'client-socket') {
    return unreachable(`${place} broke the connection during the ${phase} (${printable(String(error.code ?? said))}).`);
  }
  if (error.message === 'Connection lost before handshake') return explainClose(progress);
  const nothingShared = /no matching (.+)/i.exec(said)?.[1];
  if (nothingShared !== undefined) {
    const known = nothingShared.startsWith('host key') ? knownTypes(progress.trust) : '';
    return unreachable(
      `${place} and this scanner share no ${nothingShared.replace(/^host key format$/, 'host key type')}: it offers only outdated or unusual ones.${known} Update its SSH server.`,
    );
  }
  return unreachable(`${place} broke the SSH protocol during the ${phase}: ${said}.`);
}
