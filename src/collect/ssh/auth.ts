import type { AnyAuthMethod, AuthHandlerMiddleware } from 'ssh2';
import type { Host } from '../../model/host.ts';
import { agentOfOneKey } from './agent.ts';
import type { Candidate, KeyPlan } from './keyplan.ts';
import { printable } from './text.ts';

/** What happens while keys are offered. */
export interface Offer {
  readonly handler: AuthHandlerMiddleware;
  readonly offered: string[];
  /** Trouble with single keys on the way. */
  readonly notes: string[];
  /** The methods that the server still takes, once it has said so. */
  methods: readonly string[] | null;
  /** The server took a key but wants something more. */
  partial: boolean;
}

/** An ssh2 authHandler that offers the planned keys one after the other and nothing else, ever. */
export function offerKeys(plan: KeyPlan, username: string, stop: AbortSignal): Offer {
  const waiting = [...plan.candidates];
  const offer: Offer = {
    offered: [],
    notes: [],
    methods: null,
    partial: false,
    handler: (methods, partial) => {
      if (methods && !usesAgent(plan)) offer.methods = methods;
      offer.partial ||= partial === true;
      const next = offer.methods === null || offer.methods.includes('publickey') ? waiting.shift() : undefined;
      if (next === undefined) return false;
      offer.offered.push(next.label);
      return authMethod(next, username, stop);
    },
  };
  return offer;
}

function authMethod(candidate: Candidate, username: string, stop: AbortSignal): AnyAuthMethod {
  return candidate.agent === null
    ? { type: 'publickey', username, key: candidate.key }
    : { type: 'agent', username, agent: agentOfOneKey(candidate.agent, candidate.key, stop) };
}

export function usesAgent(plan: KeyPlan): boolean {
  return plan.candidates.some(({ agent }) => agent !== null);
}

/**
 * ssh2 keeps the list of methods to itself when an agent's key fails, and tells only its debug listener.
 * (`none` would bring the list too, but counts as a failed log-in with fail2ban.)
 */
export function methodsFromDebug(offer: Offer): (line: string) => void {
  return (line) => {
    const methods = /Received USERAUTH_FAILURE \(([^)]*)\)/.exec(line)?.[1];
    if (methods !== undefined) offer.methods = methods.split(',');
  };
}

/** The sentence for a hop that we have no key for; nothing was sent to it. */
export function noKeyMessage(host: Host, plan: KeyPlan, agentSocket: string | null): string {
  const agent = agentSocket === null ? ['there is no ssh-agent (SSH_AUTH_SOCK is not set)'] : [];
  const because = [...plan.problems, ...agent].join('; ') || 'no identity is named';
  return `There is no key to log in with to ${where(host)} as ${printable(host.user)}: ${because}. Name a private key as the host's identity, or add one to the agent.`;
}

/** The sentence for a hop that took none of the keys. */
export function refusedMessage(host: Host, plan: KeyPlan, offer: Offer): string {
  const user = printable(host.user);
  const offered = offer.offered.join(', ');
  const methods = (offer.methods ?? []).map((method) => printable(method, 40)).join(', ');
  const problems = [...offer.notes, ...plan.problems];
  const rest = problems.length === 0 ? '' : ` Not offered or not usable: ${problems.join('; ')}.`;
  if (offer.partial) {
    return `${where(host)} took a key of ${user} but wants another proof as well (${methods}), which an unattended scan cannot give.${rest} Let this user in with a key alone (AuthenticationMethods).`;
  }
  if (offer.methods !== null && !offer.methods.includes('publickey')) {
    return `${where(host)} does not let ${user} log in with a key: it takes only ${methods || 'nothing more'}.${rest} Switch PubkeyAuthentication on for this user; passwords are never used.`;
  }
  const takes = methods === '' ? '' : ` (it takes ${methods})`;
  return `${where(host)} did not let ${user} in${takes}: it refused ${offered}.${rest} Add one of these keys to the authorized_keys of ${user}, or name the right user and identity.`;
}

/** How messages call a hop. */
export function where(host: Host): string {
  return `${printable(host.address)} port ${host.port}`;
}
