import { defineCheck, judge } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import { DOCUMENT_ROOTS, SECRET_PLACES, TLS_KEYS } from '../../src/model/facts/secrets.ts';
import { blindSpot, problemOf, seen } from './judge-secrets.ts';

const PLACES = [...SECRET_PLACES, TLS_KEYS, DOCUMENT_ROOTS];

export const secretsPermissions = defineCheck<'secretFiles', { paths: readonly string[] }>({
  id: 'secrets-permissions',
  title: 'Secret files are readable by their owner only',
  severity: 'high',
  rationale:
    'A key or a password file that other accounts can read is open to every service on the host that is broken ' +
    'into; one below a document root is open to the world.',
  remediation: `chmod 600 FILE; chown OWNER: FILE        # or 640 with the group of the one service that needs it
# Move environment files out of document roots. Replace every secret that was readable.`,
  limits:
    'Known places only, by name and mode; contents are never opened. Other places, backups, version control ' +
    'history and container volumes are not seen. What only root can reach counts as closed. Of web servers, the files ' +
    'below /etc/nginx and /etc/apache2 are read, and what those include.',
  mappings: {
    'cis-debian-12': ['5.1.2', '7.1.5', '7.1.6', '7.1.7', '7.1.8'],
    'nist-800-53r5': ['AC-3', 'AC-6', 'IA-5(6)', 'SC-28'],
    'iso-27001-2022': ['A.8.3', 'A.8.24'],
    'pci-dss-4.0.1': ['8.3.2', '8.6.2'],
    'soc2-tsc-2017': ['CC6.1'],
  },
  needs: ['secretFiles'],
  params: {
    paths: {
      schema: { type: 'array', items: { enum: PLACES }, minItems: 1, uniqueItems: true },
      default: PLACES,
      description: 'The known places that are judged. Others cannot be named, because no probe looks there.',
    },
  },
  evaluate(facts, { paths }) {
    const found = facts.get('secretFiles');
    if (found === undefined) return cannotTell('not-observable', `${facts.absence('secretFiles')}.`);
    const isJudged = (one: { places: readonly string[] }): boolean => one.places.some((place) => paths.includes(place));
    const files = found.files.filter(isJudged);
    const closed = found.closed.filter(isJudged);
    const pass = {
      because: seen(files.length, closed.length),
      expected: 'readable by the owner, or one service, only',
    };
    return judge(pass, [...files.map((file) => () => problemOf(file)), () => blindSpot(closed, found.troubles)]);
  },
});
