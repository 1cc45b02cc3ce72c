import type { Fail2banFacts } from '../model/facts/fail2ban.ts';
import type { Probe } from '../model/probe.ts';
import type { FactSources } from './outputs.ts';

export const probes: readonly Probe[] = [];

export const facts: FactSources<Fail2banFacts> = {};
