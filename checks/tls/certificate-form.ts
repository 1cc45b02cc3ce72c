import type { Problem } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { ServedCertificate } from '../../src/model/facts/tls.ts';

const REISSUE =
  'Have it issued again, from a new key: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes.';
const CURVES = ['secp256r1', 'secp384r1', 'secp521r1'];

/** Key lengths of the CA/Browser Forum's baseline requirements §6.1.5, and EdDSA. */
export function keyProblem({ key }: ServedCertificate): Problem | undefined {
  const { type, bits, curve } = key;
  switch (type) {
    case 'RSA':
      return bits >= 2048 ? undefined : problem(`The certificate's RSA key has ${bits} bits; 2048 are needed.`);
    case 'EC':
      return CURVES.includes(curve)
        ? undefined
        : problem(`The certificate's key is on the curve ${curve}, not on P-256, P-384 or P-521.`);
    case 'DSA':
      return problem("The certificate's key is DSA.");
    case 'Ed25519':
    case 'Ed448':
      return undefined;
    default:
      return cannotTell('unparseable', 'The certificate has a key of a kind that is not known here.');
  }
}

/** SHA-1 and MD5 can be forged. The signature of a self-signed certificate means nothing. */
export function signatureProblem({ signature, selfSigned }: ServedCertificate): Problem | undefined {
  return selfSigned || !isForgeable(signature) ? undefined : problem(`The certificate is signed with ${signature}.`);
}

export function isForgeable(signature: string): boolean {
  return /sha[01](?!\d)|md[245]|ripemd/i.test(signature);
}

/** What is not known to be strong cannot pass. */
export function signatureDoubt({ signature, selfSigned, chain }: ServedCertificate): undefined {
  const above = chain.state === 'known' ? chain.value.above.filter(({ root }) => !root) : [];
  const all = [...(selfSigned ? [] : [signature]), ...above.map((each) => each.signature)];
  const strange = all.find((each) => !isForgeable(each) && !/sha(?:2|3|512)|^Ed|^ML-DSA/i.test(each));
  if (strange === undefined) return;
  cannotTell('unparseable', `A certificate is signed with ${strange}, an algorithm that is not known here.`);
}

/** What is weak about the key of an intermediate certificate, as a noun; empty when nothing is, or it is of another kind. */
export function keyFault({ type, bits, curve }: ServedCertificate['key']): string {
  if (type === 'RSA' && bits < 2048) return `RSA of ${bits} bits`;
  if (type === 'EC' && !CURVES.includes(curve)) return `the curve ${curve}`;
  return type === 'DSA' ? 'DSA' : '';
}

export function usageProblem({ ca, serverAuth, keyUsage, key }: ServedCertificate): readonly Problem[] {
  const signs = keyUsage === null || keyUsage.includes('digitalSignature');
  const encrypts = key.type === 'RSA' && keyUsage?.includes('keyEncipherment') === true;
  return [
    ...(ca === true ? [problem("The server shows a certificate authority's certificate as its own.")] : []),
    ...(serverAuth ? [] : [problem('The extended key usage of the certificate does not allow servers.')]),
    ...(signs
      ? []
      : [
          problem(
            `The key usage of the certificate does not allow signatures, which ${encrypts ? 'forward secrecy needs' : 'TLS needs'}.`,
          ),
        ]),
  ];
}

function problem(because: string): Problem {
  return { because, actual: because.replace(/\.$/, ''), remediation: REISSUE };
}
