import { rootCertificates } from 'node:tls';
import type { StoreTrust } from '../../../model/exchange.ts';
import { anchors, distrust, type Store, splitPem } from '../../../wire/x509/chain.ts';
import type { TrustFile } from '../visit.ts';

/** The roots that Node brings along are Mozilla's of its release. */
export const MOZILLA = `Mozilla's roots of Node ${process.versions.node}`;

let mozilla: Store | undefined;
const files = new WeakMap<TrustFile, Store>();

/** Per store, whether this chain (DER, the leaf first) leads to one of its roots that is within its dates. */
export function trustOf(chain: readonly Uint8Array[], trust: readonly TrustFile[]): readonly StoreTrust[] {
  mozilla ??= { name: MOZILLA, roots: anchors(rootCertificates) };
  const now = Date.now() / 1000;
  return [mozilla, ...trust.map(storeOf)].map((store) => {
    const error = distrust(chain, store, now);
    return { store: store.name, trusted: error === '', error };
  });
}

function storeOf(file: TrustFile): Store {
  const store = files.get(file) ?? { name: file.path, roots: anchors(splitPem(file.pem)) };
  files.set(file, store);
  return store;
}
