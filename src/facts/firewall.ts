import type { FirewallFacts } from '../model/facts/firewall.ts';
import type { Probe } from '../model/probe.ts';
import type { FactSources } from './outputs.ts';

export const probes: readonly Probe[] = [];

export const facts: FactSources<FirewallFacts> = {};
