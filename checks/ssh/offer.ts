import type { Facts } from '../../src/model/check.ts';
import { type Fact, Ignorance, known, read } from '../../src/model/fact.ts';
import type { SshOffer } from '../../src/model/facts/outside.ts';
import type { SshCrypto } from '../../src/model/facts/ssh.ts';
import { need } from '../need.ts';
import { attempt, seenFrom } from '../outside.ts';
import type { AlgorithmList } from './algorithms.ts';

export type CryptoFacts = Facts<'sshOffer' | 'sshCrypto' | 'vantage'>;

/** The algorithms to judge, and where they were learned. */
export interface Offered {
  readonly lists: Readonly<Record<AlgorithmList, readonly string[]>>;
  readonly strictKex: Fact<boolean>;
  readonly hostKeys: Fact<readonly { readonly type: string; readonly bits: number }[]>;
  /** `Seen from 198.51.100.7, 203.0.113.10:22 offers`, `By its configuration, sshd offers`. */
  readonly subject: string;
  /** Why the network was not the source; empty when it was. */
  readonly instead: string;
  /** Set when it was. */
  readonly offer: SshOffer | undefined;
}

/** From the network; where that was not asked for or not possible, from the host's own configuration. */
export function offeredBy(facts: CryptoFacts): Offered {
  const looked = attempt(() => facts.get('sshOffer'));
  const offer = 'value' in looked ? looked.value : undefined;
  const seen = attempt(() => (offer === undefined ? undefined : read(offer.algorithms)));
  if (offer !== undefined && 'value' in seen && seen.value !== undefined) {
    const { kex, hostKey, ciphers, macs, strictKex } = seen.value;
    return {
      lists: { kex, hostKey, ciphers: both(ciphers), macs: both(macs) },
      strictKex: known(strictKex),
      hostKeys: sizes(offer, facts),
      subject: `${seenFrom(facts)}${offer.where} offers`,
      instead: '',
      offer,
    };
  }
  const { kex, hostKey, ciphers, macs, strictKex, hostKeys } = need(facts, 'sshCrypto');
  const why = 'ignorance' in looked ? looked.ignorance : 'ignorance' in seen ? seen.ignorance : undefined;
  return {
    lists: { kex, hostKey, ciphers, macs },
    strictKex,
    hostKeys,
    subject: 'By its configuration ("sshd -T"), sshd offers',
    instead:
      why === undefined ? ' It was not asked over the network.' : ` It was not seen over the network: ${why.message}`,
    offer: undefined,
  };
}

function both({
  in: to,
  out: back,
}: {
  readonly in: readonly string[];
  readonly out: readonly string[];
}): readonly string[] {
  return [...new Set([...to, ...back])];
}

/** What sshd proved; where the key exchange could not be made here, the host's own key files. */
function sizes({ hostKeys }: SshOffer, facts: CryptoFacts): Offered['hostKeys'] {
  if (hostKeys.state !== 'unknown') return hostKeys;
  const own = attempt(() => read(need(facts, 'sshCrypto').hostKeys));
  return 'value' in own && own.value !== undefined ? known(own.value) : hostKeys;
}

/** The configuration to compare with; undefined when it could not be read. */
export function configuredOf(facts: CryptoFacts): SshCrypto | undefined {
  const own = attempt(() => facts.get('sshCrypto'));
  return 'value' in own ? own.value : undefined;
}

/** A fact that must be there for a pass. */
export function mustKnow<T>(fact: Fact<T>): T {
  const value = read(fact);
  if (value !== undefined) return value;
  throw new Ignorance({ state: 'unknown', reason: 'not-observable', message: 'sshd did not show it.' });
}
