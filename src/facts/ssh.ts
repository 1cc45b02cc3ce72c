import type { SshFacts } from '../model/facts/ssh.ts';
import type { Probe } from '../model/probe.ts';
import type { FactSources } from './outputs.ts';

export const probes: readonly Probe[] = [];

export const facts: FactSources<SshFacts> = {};
