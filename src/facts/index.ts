import type { FactTypes } from '../model/facts/index.ts';
import type { Probe } from '../model/probe.ts';
import * as face from './face.ts';
import * as fail2ban from './fail2ban.ts';
import * as firewall from './firewall.ts';
import * as host from './host.ts';
import * as http from './http.ts';
import * as names from './names.ts';
import type { FactSources } from './outputs.ts';
import * as secrets from './secrets.ts';
import * as ssh from './ssh.ts';
import * as tls from './tls.ts';
import * as updates from './updates.ts';
import * as web from './web.ts';

/** The closed set of commands that may ever run on a host. An explicit list: nothing registers itself. */
export const probes: readonly Probe[] = [
  ...host.probes,
  ...fail2ban.earlyProbes,
  ...firewall.probes,
  ...ssh.probes,
  ...face.probes,
  ...fail2ban.probes,
  ...updates.probes,
  ...secrets.probes,
  ...web.probes,
];

export const factSources: FactSources<FactTypes> = {
  ...host.facts,
  ...firewall.facts,
  ...ssh.facts,
  ...face.facts,
  ...fail2ban.facts,
  ...tls.facts,
  ...updates.facts,
  ...secrets.facts,
  ...web.facts,
  ...http.facts,
  ...names.facts,
};
