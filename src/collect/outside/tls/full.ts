import { GROUP_CODES, type TlsVersion } from '../../../wire/tls/names.ts';
import { BUNDLES } from '../../../wire/tls/suites.ts';
import { ask, type Run } from './run.ts';

const MOST_HELLOS = 150;
const VERSIONS: readonly TlsVersion[] = ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1.0', 'SSLv3'];

/**
 * Lists every suite of every version, and every group of TLS 1.3: a hello with all that are left, until none is chosen.
 * The last hello of each list is refused, which is what makes the list complete.
 */
export async function enumerate(run: Run, offered: ReadonlySet<TlsVersion>): Promise<void> {
  const most = run.connections + MOST_HELLOS;
  for (const version of VERSIONS.filter((each) => offered.has(each))) {
    const bundles = version === 'TLSv1.3' ? [BUNDLES.tls13] : BUNDLES.all;
    for (const [number, bundle] of bundles.entries()) {
      let left = [...bundle];
      for (let turn = 1; left.length > 0 && run.connections < most; turn += 1) {
        const kind = `full-${version.toLowerCase()}-${number + 1}-${turn}`;
        const outcome = await ask(run, { kind, hello: { version, suites: left }, until: 'hello' });
        const suite = outcome?.kind === 'accepted' ? outcome.chosen?.suite : undefined;
        if (suite === undefined) break;
        left = left.filter((code) => code !== suite);
      }
    }
  }
  if (offered.has('TLSv1.3')) await enumerateGroups(run, most);
}

async function enumerateGroups(run: Run, most: number): Promise<void> {
  let left = [...GROUP_CODES];
  for (let turn = 1; left.length > 0 && run.connections < most; turn += 1) {
    const hello = { version: 'TLSv1.3', suites: BUNDLES.tls13, groups: left, emptyKeyShare: true } as const;
    const outcome = await ask(run, { kind: `full-groups-${turn}`, hello, until: 'hello' });
    const group = outcome?.kind === 'accepted' ? outcome.chosen?.group : undefined;
    if (group === undefined || group === null) return;
    left = left.filter((code) => code !== group);
  }
}
