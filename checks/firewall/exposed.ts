import type { Facts, Problem } from '../../src/model/check.ts';
import { cidrContains, parseAddress, parseCidr } from '../../src/model/cidr.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { Opening, PacketFilter, Published, Traffic } from '../../src/model/facts/firewall.ts';
import type { AddressExposure } from '../../src/model/facts/outside.ts';
import type { Listener } from '../../src/model/facts/web.ts';
import { need } from '../need.ts';
import { attempt, scannerOf, seenFrom } from '../outside.ts';
import { type Permission, permissionsOf, permits } from './coverage.ts';
import { closings, listText } from './words.ts';

export type ExposedFacts = Facts<'exposure' | 'packetFilter4' | 'packetFilter6' | 'listeners' | 'vantage'>;

/** One port that answered. */
export interface Answer {
  readonly at: AddressExposure;
  readonly port: number;
  /** `203.0.113.10 answers on 5432/tcp`. */
  readonly text: string;
}

/** What answered, of the addresses where an answer proves anything. */
export function answersOf(facts: ExposedFacts): readonly Answer[] {
  return need(facts, 'exposure')
    .filter(({ openCounts }) => openCounts)
    .flatMap((at) =>
      at.ports
        .filter(({ state }) => state === 'open')
        .map(({ port }) => ({ at, port, text: `${at.address} answers on ${port}/tcp` })),
    );
}

/** `203.0.113.10 answers on 22/tcp and 80/tcp`, of every address. */
export function openText(facts: ExposedFacts): string {
  const byAddress = new Map<string, string[]>();
  for (const { at, port } of answersOf(facts)) {
    byAddress.set(at.address, [...(byAddress.get(at.address) ?? []), `${port}/tcp`]);
  }
  return listText([...byAddress].map(([address, ports]) => `${address} answers on ${listText(ports)}`));
}

/** The scanner's address as a CIDR, when it is of this family. */
function sourceOf({ family }: AddressExposure, facts: ExposedFacts): string | null {
  const scanner = scannerOf(facts);
  const parsed = scanner === undefined ? undefined : parseAddress(scanner);
  if (scanner === undefined || parsed === undefined || (parsed.family === 6) !== (family === 'IPv6')) return null;
  return `${scanner}/${parsed.family === 6 ? 128 : 32}`;
}

/** Whether the baseline documents a port for who asks; throws `Ignorance` where that depends on an unknown address. */
export function isDocumented(answer: Answer, allowed: readonly string[], facts: ExposedFacts): boolean {
  const source = sourceOf(answer.at, facts);
  const permissions = permissionsOf(allowed);
  const asked = { ...packet(answer.port), source };
  if (permits(permissions, asked)) return true;
  const some = permissions.some((one) => one.source !== null && permits([{ ...one, source: null }], asked));
  if (source !== null || !some) return false;
  return cannotTell(
    'not-observable',
    `${answer.port}/tcp is documented for some addresses only, and from which address ${answer.at.address} sees the scanner is not known.`,
  );
}

function packet(port: number): Permission {
  return { protocol: 'tcp', ports: { from: port, to: port }, source: null, destination: null, interface: null };
}

/** True when a rule may be about this connection; conditions that are not known here are taken as met. */
function concerns({ protocol, ports, source }: Traffic, port: number, from: string | null): boolean {
  const ofPort = ports === null || (ports.from <= port && port <= ports.to);
  const ofSource = source === null || from === null || cidrContains(parseCidr(source), parseCidr(from));
  return (protocol === 'tcp' || protocol === 'any') && ofPort && ofSource;
}

/** What the host's own rules and listeners say of a port that answers. Undefined parts could not be read. */
export interface Inside {
  readonly filter: PacketFilter | undefined;
  readonly openings: readonly Opening[];
  readonly published: readonly Published[] | undefined;
  readonly listeners: readonly Listener[] | undefined;
}

export function insideOf({ at, port }: Answer, facts: ExposedFacts): Inside {
  const own = attempt(() => facts.get(at.family === 'IPv4' ? 'packetFilter4' : 'packetFilter6'));
  const filter = 'value' in own ? own.value : undefined;
  const sent = attempt(() => (filter === undefined ? undefined : read(filter.published)));
  const all = attempt(() => facts.get('listeners'));
  const from = sourceOf(at, facts);
  return {
    filter,
    openings: (filter?.openings ?? []).filter((one) => concerns(one, port, from)),
    published: 'value' in sent ? sent.value?.filter((one) => concerns(one, port, from)) : undefined,
    listeners: 'value' in all ? all.value?.filter((one) => one.port === port && !one.isLoopback) : undefined,
  };
}

/** Whatever takes the connection on the host: `nginx listens on 0.0.0.0:8080`. */
export function listenerText(listeners: readonly Listener[] | undefined): string {
  const texts = (listeners ?? []).map(({ address, port, processes }) => {
    const who = processes.length === 0 ? 'a process' : listText(processes);
    return `${who} listens on ${address.includes(':') ? `[${address}]` : address}:${port}`;
  });
  return listText(texts);
}

/** A port that answers and is not documented, with what the host itself says of it. */
export function exposedProblem(answer: Answer, facts: ExposedFacts): Problem {
  const { why, remediation } = explain(answer, insideOf(answer, facts));
  const because = `${seenFrom(facts)}${answer.text}, which is not documented: ${why}.`;
  return { because, actual: answer.text, ...(remediation === undefined ? {} : { remediation }) };
}

function explain({ port }: Answer, inside: Inside): { readonly why: string; readonly remediation?: string } {
  const { filter, openings, published = [], listeners } = inside;
  const listener = listenerText(listeners);
  const [sent] = published;
  const [opening] = openings;
  if (sent !== undefined) {
    const around = sent.byUfw ? 'as ufw routes it' : 'around the firewall, as Docker does';
    return {
      why: `it is published ${around}, to ${sent.to} by "${sent.rule}"`,
      remediation: `# publish ${sent.to} on loopback only: docker run -p 127.0.0.1:${port}:PORT, or "ip": "127.0.0.1" in /etc/docker/daemon.json`,
    };
  }
  const and = listener === '' ? '' : `, and ${listener}`;
  if (filter === undefined) return { why: `the host's firewall could not be read${and}` };
  if (!filter.denies) return { why: `no firewall of the host denies it${and}` };
  if (opening !== undefined)
    return { why: `the firewall lets it in by "${opening.rule}"${and}`, remediation: closings([opening]) };
  if (listener !== '') return { why: `the firewall denies it, but its rules are not effective here: ${listener}` };
  const nobody = listeners === undefined ? '' : ' and nothing on the host listens there';
  return {
    why: `the firewall denies it${nobody}, so something else answers on that address (a load balancer, address translation, another host)`,
  };
}
