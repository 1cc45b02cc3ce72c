import { type Cidr, cidrContains, formatCidr } from '../../model/cidr.ts';
import type { Published } from '../../model/facts/firewall.ts';
import { toCidr } from './addresses.ts';
import { inCommon, incomingOf, isUserChain, widest } from './filter.ts';
import { matchesAny, type Packets } from './packets.ts';
import { comingToTranslation } from './prerouting.ts';
import { baseChains, type Ruleset, type Translation } from './ruleset.ts';
import { isInternal, isLoopback } from './stock.ts';
import { trafficOf } from './traffic.ts';
import { type Taken, type Translated, walk } from './walk.ts';

/**
 * Where incoming traffic is sent elsewhere before the input chains see it (DNAT, REDIRECT), whether it comes so far, and
 * what the forward chains then do with it. `outside`: interfaces of the default route; empty when not known.
 * `own`: the host's own addresses; null when not known. A default policy is no containment: whoever redirects a port accepts it before the policy, or will.
 */
export function findPublished(
  ruleset: Ruleset,
  outside: readonly string[],
  own: readonly Cidr[] | null,
): readonly Published[] {
  const incoming = incomingOf(ruleset);
  const translated = baseChains(ruleset, 'prerouting', 'nat').flatMap(
    ({ table, chain }) => walk(table, chain, incoming).translated,
  );
  return widest(translated)
    .filter(({ packets }) => !isLoopback(packets.destinations) && !isInternal(packets.inbound))
    .flatMap((one) => follow(one, ruleset, outside, placeOf(one.to, own)));
}

/** Where packets go after their translation: to the host itself, through it, or nobody knows which of the two. */
type PlaceTo = 'here' | 'elsewhere' | 'either';

function placeOf({ address, unread }: Translation, own: readonly Cidr[] | null): PlaceTo {
  if (address === null) return 'here';
  const target = toCidr(address);
  if (unread || target === undefined) return 'either';
  if (isLoopback([target])) return 'here';
  if (own?.some((one) => cidrContains(target, one)) === false) return 'elsewhere';
  return own?.some((one) => cidrContains(one, target)) === true ? 'here' : 'either';
}

function follow(one: Translated, ruleset: Ruleset, outside: readonly string[], place: PlaceTo): readonly Published[] {
  const ways = entries(one.packets, outside).flatMap((packets) => comingToTranslation(packets, ruleset));
  const by = (hook: Hook, packetsOf = rewrite): readonly Fate[] =>
    ways.map((packets) => fateOf(packetsOf({ ...one, packets }), ruleset, hook));
  if (place === 'here') return publishedBy('input', by('input'), one, ruleset);
  const through = publishedBy('forward', by('forward'), one, ruleset);
  if (place === 'elsewhere' || isComing(through)) return through;
  const into = publishedBy('input', by('input', unsurely), one, ruleset);
  return isComing(into) ? [...through, ...into] : through;
}

function isComing(published: readonly Published[]): boolean {
  return published.some(({ fate }) => fate === 'accepted');
}

type Hook = 'input' | 'forward';

function publishedBy(hook: Hook, fates: readonly Fate[], one: Translated, ruleset: Ruleset): readonly Published[] {
  const accepted = fates.flatMap((fate) => fate.accepted);
  const common = { to: targetText(one), ...one.final, table: one.table };
  if (accepted.length > 0) {
    const byRule = new Map(
      accepted.map((taken) => [`${taken.final.chain} ${taken.final.rule} ${sourceKey(taken)}`, taken]),
    );
    return [...byRule.values()].flatMap((taken) =>
      trafficOf(asSeenOutside(one, taken.packets, hook), ruleset.family).map(
        (traffic): Published => ({
          ...traffic,
          ...common,
          fate: 'accepted',
          acceptedBy: taken.final.rule,
          byUfw: isUserChain(taken.final.chain) && hook === 'forward',
        }),
      ),
    );
  }
  const fate = fates.some((each) => each.byPolicy) ? 'policy' : 'dropped';
  return trafficOf(one.packets, ruleset.family).map(
    (traffic): Published => ({
      ...traffic,
      ...common,
      fate,
      acceptedBy: null,
      byUfw: false,
    }),
  );
}

/** The packets after translation, as the later chains see them. */
function rewrite({ packets, to }: Pick<Translated, 'packets' | 'to'>): Packets {
  const address = to.address === null ? undefined : toCidr(to.address);
  return {
    ...packets,
    unread: to.unread ? [...packets.unread, whereTo(to)] : packets.unread,
    states: ['NEW', 'DNAT'],
    // What is not tracked is not translated.
    untracked: false,
    originalPorts: packets.ports,
    ports: to.ports === null ? packets.ports : [to.ports],
    destinations: address === undefined ? null : [address],
  };
}

/** As `rewrite`, where it is not known that the address is one of the host's. */
function unsurely(one: Pick<Translated, 'packets' | 'to'>): Packets {
  const packets = rewrite(one);
  return { ...packets, unread: [...new Set([...packets.unread, whereTo(one.to)])] };
}

function whereTo({ address }: Translation): string {
  return `destination ${address ?? 'port'}`;
}

/** The packets once for each outside interface that they can come in by; as they are when none is known. */
function entries(packets: Packets, outside: readonly string[]): readonly Packets[] {
  const { inbound } = packets;
  const names = outside.filter((name) => inbound === null || matchesAny(name, inbound.names) !== inbound.except);
  return outside.length === 0
    ? [packets]
    : names.map((name) => ({ ...packets, inbound: { names: [name], except: false } }));
}

interface Fate {
  readonly accepted: readonly Taken[];
  /** Not accepted, and stopped by nothing but a default policy. */
  readonly byPolicy: boolean;
}

/** Every base chain of the hook must let the packets through; the one with rules for them says which. */
function fateOf(packets: Packets, ruleset: Ruleset, hook: Hook): Fate {
  const chains = baseChains(ruleset, hook, 'filter').map(({ table, chain }) => {
    const { accepted, reachesPolicy } = walk(table, chain, packets);
    return { accepted: accepted.filter((taken) => !isInternal(taken.packets.inbound)), reachesPolicy };
  });
  const stopped = chains.filter(({ accepted }) => accepted.length === 0);
  if (stopped.length > 0) {
    // One chain was made to let it through, and another one stops it: that is no forgotten rule.
    const meant = chains.some(({ accepted }) => accepted.length > 0 && !byPolicyOnly(accepted));
    // An input chain that does not let the rewritten port in is the firewall at work, policy or not.
    const byPolicy = hook === 'forward' && !meant && stopped.every(({ reachesPolicy }) => reachesPolicy);
    return { accepted: [], byPolicy };
  }
  if (chains.length === 0) {
    const nothing = { chain: '', rule: `no ${hook} chain stands in the way` };
    return { accepted: [{ packets, table: '', ...nothing, final: nothing }], byPolicy: false };
  }
  const wordy = chains.toSorted((a, b) => Number(byPolicyOnly(a.accepted)) - Number(byPolicyOnly(b.accepted)));
  return { accepted: inCommon(wordy.map(({ accepted }) => accepted)), byPolicy: false };
}

function byPolicyOnly(accepted: readonly Taken[]): boolean {
  return accepted.every(({ final }) => final.rule.startsWith('policy '));
}

/** The original destination, restricted to what gets through; of what goes to the host itself also to its open ports. */
function asSeenOutside({ packets, to }: Translated, after: Packets, hook: Hook): Packets {
  const { protocols, ports } = hook === 'input' && to.ports === null ? after : packets;
  return { ...packets, protocols, ports, sources: after.sources, unread: after.unread };
}

function sourceKey({ packets }: Taken): string {
  return (packets.sources ?? []).map(formatCidr).join();
}

function targetText({ to, packets }: Translated): string {
  const address = to.address?.includes(':') ? `[${to.address}]` : (to.address ?? '');
  const kept = packets.ports?.length === 1 ? packets.ports[0] : undefined;
  const ports = to.ports ?? (kept?.from === kept?.to ? kept : undefined);
  if (ports === undefined || to.unread) return address;
  return `${address}:${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
}
