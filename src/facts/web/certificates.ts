import { type Fact, Ignorance, known, unknown } from '../../model/fact.ts';
import { sha256Hex } from '../../wire/digest.ts';
import type { Outputs } from '../outputs.ts';
import { WEB_CERTIFICATES } from './server-probes.ts';

/** SHA-256 of the first certificate of a file that a configuration names. */
export function readFingerprints(outputs: Outputs): (path: string) => Fact<string> {
  const output = outputs.get(WEB_CERTIFICATES);
  let first: ReadonlyMap<string, string>;
  try {
    // 2: sed could not read one of the files.
    first = firstCertificates(outputs.ran(WEB_CERTIFICATES, [0, 2, 4]));
  } catch (error) {
    if (!(error instanceof Ignorance)) throw error;
    const { fact } = error;
    return () => fact;
  }
  return (path) => {
    const certificate = first.get(path);
    if (certificate !== undefined) return known(sha256Hex(Buffer.from(certificate, 'base64')));
    const complaint = output.stderr.split('\n').find((line) => line.includes(`${path}: `));
    const why = complaint === undefined ? 'holds no certificate that could be read' : complaint.split(': ').at(-1);
    const message = complaint === undefined ? `${path} ${why}.` : `${path} could not be read: ${why}.`;
    return unknown('unreadable', message);
  };
}

/** The output of `sed`: before each certificate the name of its file. Path → base64 of the first one. */
function firstCertificates(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, path = '', body = ''] of text.matchAll(
    /^(\/.*)\n-----BEGIN CERTIFICATE-----\s*\n([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/gm,
  )) {
    if (!found.has(path)) found.set(path, body.replace(/\s/g, ''));
  }
  return found;
}
