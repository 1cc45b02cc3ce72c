import { cannotTell, known } from '../model/fact.ts';
import type { OutsideFacts, Vantage } from '../model/facts/outside.ts';
import type { Probe } from '../model/probe.ts';
import { readExposure } from './face/exposure.ts';
import { readOffer } from './face/offer.ts';
import type { FactSources, Outputs } from './outputs.ts';

const CONNECTION = 'ssh-connection';

export const probes: readonly Probe[] = [
  {
    id: CONNECTION,
    purpose: 'From which address the host sees the scanner come: what is reachable from there is judged.',
    as: 'user',
    argv: ['printenv', 'SSH_CONNECTION'],
  },
];

/** The face that a host shows to the network. */
export const facts: FactSources<OutsideFacts> = {
  sshOffer: { probes: [], exchanges: ['ssh'], own: true, derive: readOffer },
  exposure: {
    probes: [],
    exchanges: ['tcp'],
    own: true,
    derive: (outputs) => known(readExposure(outputs.exchanges('tcp'))),
  },
  vantage: { probes: [CONNECTION], derive: (outputs) => known(readVantage(outputs)) },
};

/** `203.0.113.1 51312 10.0.0.7 22`: client address and port, server address and port. Source: ssh(1), ENVIRONMENT. */
function readVantage(outputs: Outputs): Vantage {
  const words = outputs.ran(CONNECTION).trim().split(' ');
  const [scanner = '', , host = ''] = words.map((word) => word.replace(/^::ffff:(?=[0-9.]+$)/, '').replace(/%.*$/, ''));
  if (words.length !== 4 || !/^[0-9a-f.:]+$/i.test(scanner)) {
    cannotTell('unparseable', 'SSH_CONNECTION does not hold two addresses and two ports.');
  }
  return { scanner, host };
}
