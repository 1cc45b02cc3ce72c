import type { Scope } from '../../src/model/check.ts';
import { known } from '../../src/model/fact.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type {
  Archive,
  LoggedRun,
  PendingPackage,
  PendingUpdates,
  UpdateRuns,
  UpdateSettings,
} from '../../src/model/facts/updates.ts';

/** Facts that are as they should be; a test says what differs. */
export const NOW = Date.parse('2026-11-22T12:00:00Z') / 1000;
export const DAY = 86_400;
export const ZONE = 14 * 3600;
export const scope = {
  now: NOW,
  clockOffsetSeconds: 0,
  host: { name: 'a', address: 'a', port: 22, user: 'a', tags: [], groups: [] },
} satisfies Scope;

const CODENAMES: Readonly<Record<string, string>> = { debian: 'bookworm', ubuntu: 'jammy' };
export const os = (id: string, versionId: string, idLike: readonly string[] = []): Os => ({
  id,
  idLike,
  versionId,
  codename: CODENAMES[id] ?? '',
  prettyName: '',
  container: null,
});
export const archive = (changes: Partial<Archive> = {}): Archive => ({
  site: 'mirror.example.org',
  distribution: 'bookworm-security',
  origin: 'Debian',
  label: 'Debian-Security',
  suite: 'oldstable-security',
  codename: 'bookworm-security',
  components: ['main'],
  security: true,
  date: NOW - DAY,
  validUntil: null,
  ...changes,
});
export const pending = (changes: Partial<PendingPackage> = {}): PendingPackage => ({
  name: 'openssl',
  installed: '1',
  fixed: '2',
  held: false,
  pinned: false,
  uploadedAt: null,
  downloadedAt: null,
  ...changes,
});
export const updates = (security: readonly PendingPackage[], publishedBy = NOW - DAY): PendingUpdates => ({
  security,
  others: 0,
  compared: 100,
  priorities: [500],
  preferences: [],
  publishedBy,
});
export const run = (changes: Partial<LoggedRun> = {}): LoggedRun => ({
  startedAt: NOW - 3600,
  outcome: 'upgraded',
  errors: [],
  left: [],
  ...changes,
});
export const runs = (changes: Partial<UpdateRuns> = {}): UpdateRuns => ({
  listsRefreshed: NOW - 1800,
  lastRun: NOW - 3600,
  hostSince: NOW - 100 * DAY,
  log: known([run()]),
  ...changes,
});
export const settings = (changes: Partial<UpdateSettings> = {}): UpdateSettings => ({
  periodic: true,
  refreshDays: 1,
  upgradeDays: 1,
  origins: [],
  brokenOrigins: [],
  blacklist: [],
  whitelist: [],
  days: [],
  onShutdown: false,
  ...changes,
});
