import { toCidr } from './addresses.ts';
import { addMatch, type NftContext } from './nft-match.ts';
import { nftText } from './nft-text.ts';
import { type Json, type JsonObject, listOf, objectOf, portOf } from './nft-values.ts';
import { addUnread, type Match, type MatchDraft } from './packets.ts';
import { type Translation, unreadTranslation } from './ruleset.ts';

type Fields = { readonly addr?: Json | undefined; readonly port?: Json | undefined };

/**
 * `dnat to 172.17.0.2:80`, `redirect to :8000-8010`; one translation for each entry where a map says where to:
 * `dnat to tcp dport map { 8080 : 172.17.0.2 . 80 }`, `redirect to :tcp dport map { 2222 : 22 }`.
 */
export function readTranslations(
  match: Match,
  kind: 'dnat' | 'redirect',
  fields: JsonObject | undefined,
  context: NftContext,
): readonly (readonly [Match, Translation])[] {
  const { addr, port } = fields ?? {};
  const addresses = mapOf(addr);
  const ports = mapOf(port);
  const map = addresses ?? ports;
  if (map === undefined) return [[match, translationTo({ addr, port })]];
  const pairs = addresses !== undefined && ports !== undefined ? undefined : entriesOf(map.data, context);
  if (pairs === undefined) return [[match, unreadTranslation(nftText({ [kind]: fields }))]];
  return pairs.map((pair): readonly [Match, Translation] => {
    const own: MatchDraft = { ...match };
    const [key, to = null] = listOf(pair) ?? [];
    if (key === undefined) addUnread(own, nftText({ [kind]: fields }));
    else addMatch(own, { op: '==', left: map.key, right: { set: [key] } }, context);
    return [own, translationTo(addresses === undefined ? { addr, port: to } : { port, ...bothOf(to) })];
  });
}

function mapOf(value: Json | undefined): JsonObject | undefined {
  return objectOf(objectOf(value)?.map);
}

function entriesOf(data: Json | undefined, { sets }: NftContext): readonly Json[] | undefined {
  return typeof data === 'string' ? sets.get(data.slice(1)) : listOf(objectOf(data)?.set);
}

/** `172.17.0.2`, or `172.17.0.2 . 80`. */
function bothOf(to: Json): Fields {
  const [addr, port] = listOf(objectOf(to)?.concat) ?? [to];
  return port === undefined ? { addr } : { addr, port };
}

function translationTo({ addr, port }: Fields): Translation {
  const ports = port === undefined ? null : portOf(port);
  if (ports === undefined) return unreadTranslation(addressText(addr) ?? 'port');
  if (addr === undefined) return { kind: 'translate', address: null, ports, unread: false };
  const address = addressText(addr) ?? '';
  return { kind: 'translate', address, ports, unread: toCidr(address) === undefined };
}

function addressText(addr: Json | undefined): string | undefined {
  if (addr === undefined || typeof addr === 'string') return addr;
  return nftText({ dnat: { addr } }).replace(/^dnat to /, '');
}
