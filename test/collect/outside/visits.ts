import { LIMITS, type Limits, type Visit } from '../../../src/collect/outside/visit.ts';

/** A visit with limits that suit a test; a busy machine keeps them. */
export function visitWith(limits: Partial<Limits> = {}, signal: AbortSignal = new AbortController().signal): Visit {
  const quick: Limits = { ...LIMITS, connect: 3000, sshGap: 20, retry: 20, gap: 1 };
  return { signal, agent: 'fleetproof/1.2.3', limits: { ...quick, ...limits }, trust: [], tlsFull: false };
}
