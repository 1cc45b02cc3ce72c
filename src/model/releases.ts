import type { Os } from './facts/host.ts';
import type { Archive } from './facts/updates.ts';

/** Until when a release gets security updates; ISO 8601 dates, the last day included. */
export interface SupportDates {
  /** From the archive that everybody uses: Debian with its LTS project, Ubuntu's standard support. */
  readonly until: string;
  /** From an archive that has to be added: Debian ELTS, Ubuntu Pro. */
  readonly extended?: string;
}

const DAY = {
  type: 'string',
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
  title: 'a date such as 2030-06-30',
} as const;

/** JSON Schema of a parameter that replaces or adds rows of the table below. */
export const RELEASES_SCHEMA = {
  type: 'object',
  title: 'releases by ID/VERSION_ID, each with the date until which it is supported',
  additionalProperties: {
    type: 'object',
    properties: { until: DAY, extended: DAY },
    required: ['until'],
    additionalProperties: false,
  },
} as const;

export type Releases = Readonly<Record<string, SupportDates>>;

/** By `ID/VERSION_ID`. Source: distro-info-data 0.58, debian.csv (eol-lts, eol-elts) and ubuntu.csv (eol, eol-esm). */
export const RELEASES: Releases = {
  'debian/8': { until: '2020-06-30', extended: '2025-06-30' },
  'debian/9': { until: '2022-06-30', extended: '2027-06-30' },
  'debian/10': { until: '2024-06-30', extended: '2029-06-30' },
  'debian/11': { until: '2026-08-31', extended: '2031-06-30' },
  'debian/12': { until: '2028-06-30', extended: '2033-06-30' },
  'debian/13': { until: '2030-06-30', extended: '2035-06-30' },
  'ubuntu/14.04': { until: '2019-04-25', extended: '2024-04-25' },
  'ubuntu/16.04': { until: '2021-04-30', extended: '2026-04-23' },
  'ubuntu/18.04': { until: '2023-05-31', extended: '2028-04-26' },
  'ubuntu/20.04': { until: '2025-05-29', extended: '2030-04-23' },
  'ubuntu/22.04': { until: '2027-06-01', extended: '2032-04-21' },
  'ubuntu/22.10': { until: '2023-07-20' },
  'ubuntu/23.04': { until: '2024-01-25' },
  'ubuntu/23.10': { until: '2024-07-11' },
  'ubuntu/24.04': { until: '2029-05-31', extended: '2034-04-25' },
  'ubuntu/24.10': { until: '2025-07-10' },
  'ubuntu/25.04': { until: '2026-01-15' },
  'ubuntu/25.10': { until: '2026-07-09' },
  'ubuntu/26.04': { until: '2031-05-29', extended: '2036-04-23' },
  'ubuntu/26.10': { until: '2027-07-15' },
};

export type Support = 'supported' | 'extended' | 'ended';

/** Where a release stands at `now` (epoch seconds); undefined when the table does not have it. */
export function supportOf(os: Pick<Os, 'id' | 'versionId'>, now: number, releases: Releases): Support | undefined {
  const dates = releases[`${os.id}/${os.versionId}`];
  if (dates === undefined) return undefined;
  if (now < endOf(dates.until)) return 'supported';
  return dates.extended !== undefined && now < endOf(dates.extended) ? 'extended' : 'ended';
}

/** Epoch seconds of the end of a day, UTC. Throws on a text that is no date: schemas let none through. */
function endOf(day: string): number {
  const start = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(start)) throw new RangeError(`"${day}" is not a date such as 2030-06-30.`);
  return start / 1000 + 86_400;
}

/** An archive of Ubuntu Pro or Debian ELTS, which somebody has to pay for after the end of the common support. */
export function isExtended({
  origin,
  label,
  site,
  suite,
  distribution,
}: Pick<Archive, 'origin' | 'label' | 'site' | 'suite' | 'distribution'>): boolean {
  if (origin === 'UbuntuESM') return suite.endsWith('-infra-security') || distribution.endsWith('-infra-security');
  return site === 'deb.freexian.com' || /\b(freexian|elts)\b/i.test(`${origin} ${label}`);
}
