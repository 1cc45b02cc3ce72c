import { absent, type Fact, known } from '../../model/fact.ts';
import type { ConfiguredCertificate, ConfiguredSite, WebConfig } from '../../model/facts/web.ts';
import type { Site } from '../../model/site.ts';
import type { OwnOutputs } from '../outputs.ts';
import { readFingerprints } from './certificates.ts';
import { readConfigured } from './configured.ts';
import { answering, type CertificateFile, isLocal, type Served } from './served.ts';
import { readSites } from './sites.ts';

/**
 * What the configuration says of each site, by the rules with which the server itself chooses who answers. Unknown
 * when a part of the configuration could not be read: that part may say otherwise.
 */
export function readWebConfig(outputs: OwnOutputs): Fact<WebConfig> {
  const { served, doubts } = readConfigured(outputs);
  const [doubt] = doubts;
  if (doubt !== undefined) return doubt;
  const open = served.filter(({ listens }) => !listens.every(isLocal));
  const fingerprints = readFingerprints(outputs);
  const sites = readSites(outputs).sites.flatMap((site) => configuredSite(site, open, fingerprints));
  return known({ sites });
}

function configuredSite(site: Site, served: readonly Served[], fingerprints: Fingerprints): ConfiguredSite[] {
  const isTls = site.scheme !== 'http';
  const here = served.filter(({ listens }) =>
    listens.some((listen) => listen.port === site.port && (listen.tls || !isTls)),
  );
  const mine = answering(here, site.serverName ?? site.name, site.port);
  if (mine === undefined) return [];
  const plain = isTls ? answering(served.filter(isPlain), site.serverName ?? site.name, 80) : mine;
  return [
    {
      site: site.url,
      software: mine.software,
      place: mine.place,
      hsts: mine.hsts,
      protocols: mine.protocols,
      certificates: certificatesOf(mine.certificates, fingerprints),
      redirect: plain?.redirect ?? absent('No web server of the host is set to answer plain HTTP for this name'),
    },
  ];
}

function isPlain({ listens }: Served): boolean {
  return listens.some((listen) => listen.port === 80 && !listen.tls);
}

type Fingerprints = (path: string) => Fact<string>;

function certificatesOf(
  files: Fact<readonly CertificateFile[]>,
  fingerprints: Fingerprints,
): Fact<readonly ConfiguredCertificate[]> {
  if (files.state !== 'known') return files;
  return known(files.value.map((file) => ({ ...file, fingerprint: fingerprints(file.path) })));
}
