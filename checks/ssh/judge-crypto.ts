import type { Problem } from '../../src/model/check.ts';
import type { SshDirections, SshOffer } from '../../src/model/facts/outside.ts';
import type { SshCrypto } from '../../src/model/facts/ssh.ts';
import { listText } from '../firewall/words.ts';
import { type AlgorithmList, DISCOURAGED, flaw, isOpenToTerrapin, WEAK } from './algorithms.ts';
import { mustKnow, type Offered } from './offer.ts';

const LISTS: readonly (readonly [AlgorithmList, string, string])[] = [
  ['kex', 'key exchange', 'KexAlgorithms'],
  ['hostKey', 'host key algorithm', 'HostKeyAlgorithms'],
  ['ciphers', 'cipher', 'Ciphers'],
  ['macs', 'MAC', 'MACs'],
];

const RELOAD = 'sshd -t && systemctl reload ssh   # then scan again; else find out what answers on this port';

/** `the cipher 3des-cbc (3DES)`, of each weak algorithm. */
function flawed({ lists }: Offered, table: typeof WEAK): readonly string[] {
  return LISTS.flatMap(([list, what]) =>
    lists[list].flatMap((name) => {
      const why = flaw(table, list, name);
      return why === undefined ? [] : [`the ${what} ${name} (${why})`];
    }),
  );
}

/** Algorithms of the class table; the discouraged ones only when the baseline wants it. */
export function weakProblems(offered: Offered, strict: boolean): readonly Problem[] {
  const found = [...flawed(offered, WEAK), ...(strict ? flawed(offered, DISCOURAGED) : [])];
  if (found.length === 0) return [];
  const text = listText(found, 12);
  return [{ because: `${offered.subject} ${text}.`, actual: text }];
}

/** What is discouraged and was let pass. */
export function discouragedText(offered: Offered): string {
  const found = flawed(offered, DISCOURAGED);
  return found.length === 0 ? '' : ` Discouraged, but not failed: ${listText(found, 12)}.`;
}

export function protocolProblems({ offer }: Offered): readonly Problem[] {
  const identification = offer?.identification.state === 'known' ? offer.identification.value : undefined;
  if (identification === undefined || identification.protocol === '2.0') return [];
  const text = `SSH protocol 1 ("${identification.line}")`;
  return [{ because: `${offer?.where} speaks ${text}, which is broken.`, actual: text }];
}

export function terrapinProblems(offered: Offered): readonly Problem[] {
  const { ciphers, macs } = offered.lists;
  if (!isOpenToTerrapin(ciphers, macs) || mustKnow(offered.strictKex)) return [];
  const because = `${offered.subject} ciphers that the Terrapin attack (CVE-2023-48795) works on, without strict key exchange.`;
  const remediation = 'apt-get install --only-upgrade openssh-server && systemctl restart ssh';
  return [{ because, actual: 'open to Terrapin', remediation }];
}

/** RSA keys that are too short. KEXINIT does not tell: sshd offers rsa-sha2-512 with a 1024-bit key as well. */
export function sizeProblems(offered: Offered, rsaBitsAtLeast: number): readonly Problem[] {
  if (!offered.lists.hostKey.some((name) => /rsa/.test(name))) return [];
  return mustKnow(offered.hostKeys)
    .filter(({ type, bits }) => type === 'ssh-rsa' && bits < rsaBitsAtLeast)
    .map(({ bits }) => ({
      because: `sshd's RSA host key has ${bits} bits; ${rsaBitsAtLeast} are needed.`,
      actual: `RSA host key of ${bits} bits`,
      remediation: `rm /etc/ssh/ssh_host_rsa_key*; ssh-keygen -q -t rsa -b 3072 -N '' -f /etc/ssh/ssh_host_rsa_key && systemctl reload ssh
# everybody who knows the old key sees a warning: tell them the new fingerprint`,
    }));
}

/** sshd offers what its configuration does not say, or not what it says: it was not reloaded, or is not what answers. */
export function driftProblems(offer: SshOffer | undefined, own: SshCrypto | undefined): readonly Problem[] {
  if (offer?.algorithms.state !== 'known' || own === undefined) return [];
  const { kex, hostKey, ciphers, macs } = offer.algorithms.value;
  // Kerberos key exchanges are offered only with a key of the host's, under longer names.
  const plain = (names: readonly string[]): readonly string[] => names.filter((name) => !name.startsWith('gss-'));
  const differences = [
    difference('key exchanges', plain(kex), plain(own.kex)),
    ...directions('ciphers', ciphers, own.ciphers),
    ...directions('MACs', macs, own.macs),
    // Only those are offered that sshd has a key for, in the order of its keys.
    difference(
      'host key algorithms',
      hostKey,
      own.hostKey.filter((name) => hostKey.includes(name)),
      false,
    ),
  ].filter((text) => text !== '');
  if (differences.length === 0) return [];
  const text = differences.join('; ');
  const because = `What ${offer.where} offers is not what "sshd -T" on the host says, so sshd works by older settings or something else answers: ${text}.`;
  return [{ because, actual: `offered and configured differ: ${text}`, remediation: RELOAD }];
}

/** Told once when both directions are the same, as OpenSSH has it. */
function directions(
  what: string,
  { in: to, out: back }: SshDirections,
  configured: readonly string[],
): readonly string[] {
  if (to.join() === back.join()) return [difference(what, to, configured)];
  return [difference(`${what} from the client`, to, configured), difference(`${what} to the client`, back, configured)];
}

function difference(what: string, offered: readonly string[], configured: readonly string[], ordered = true): string {
  const more = offered.filter((name) => !configured.includes(name));
  const less = configured.filter((name) => !offered.includes(name));
  const texts = [
    ...(more.length > 0 ? [`offered but not configured are the ${what} ${listText(more)}`] : []),
    ...(less.length > 0 ? [`configured but not offered are the ${what} ${listText(less)}`] : []),
  ];
  if (texts.length > 0) return texts.join(', ');
  return ordered && offered.join() !== configured.join() ? `the ${what} are offered in another order` : '';
}
