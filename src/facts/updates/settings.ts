import { cannotTell } from '../../model/fact.ts';
import type { UpdateSettings } from '../../model/facts/updates.ts';
import type { Probe } from '../../model/probe.ts';
import type { Outputs } from '../outputs.ts';

/** Only these two branches: others may hold the credentials of a proxy. */
export const settingsProbe: Probe = {
  id: 'apt-settings',
  purpose: "apt's merged settings for automatic updates.",
  as: 'user',
  argv: ['apt-config', 'dump', 'APT::Periodic', 'Unattended-Upgrade'],
};

/**
 * What a tool of apt printed, with all that apt is configured with. Files that the login user may not read are left out
 * with a warning, and the exit code is 0: root's apt, which installs the updates, may be told something else there.
 */
export function ranByAllSettings(outputs: Outputs, probe: string): string {
  const text = outputs.ran(probe);
  const path = /Unable to read (\S+) - \w+ \(\d+: /.exec(outputs.get(probe).stderr)?.[1];
  if (path === undefined) return text;
  return cannotTell(
    'no-privilege',
    `The login user may not read ${path}, so what apt is told there is not known.`,
    `Let it be read (chmod a+r; folders a+rx). Credentials belong in /etc/apt/auth.conf.d, which only root needs to read.`,
  );
}

/** Reads `apt-config dump`: one `Key "value";` per line, `Key:: "value";` for members of a list. */
export function readSettings(text: string): UpdateSettings {
  const settings = text.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    const match = /^([A-Za-z0-9_.:/-]+) "(.*)";$/.exec(line);
    if (match === null) cannotTell('unparseable', `apt-config printed a line of an unknown form: ${line.slice(0, 80)}`);
    return [{ key: (match[1] ?? '').toLowerCase(), value: match[2] ?? '' }];
  });
  const one = (key: string): string | undefined =>
    settings.findLast((setting) => setting.key === key.toLowerCase())?.value;
  // As python-apt's value_list: the entries right below the key, with a name or without, and empty ones as well.
  const list = (key: string): readonly string[] => {
    const scope = `${key.toLowerCase()}::`;
    const entries = settings.filter((one) => one.key.startsWith(scope) && !one.key.slice(scope.length).includes('::'));
    return entries.map(({ value }) => value);
  };
  const allowed = list('Unattended-Upgrade::Allowed-Origins');
  const patterns = list('Unattended-Upgrade::Origins-Pattern');
  return {
    // The shell splits the value, and `-eq` takes a sign.
    periodic: !/^\s*[-+]?0+\s*$/.test(one('APT::Periodic::Enable') ?? ''),
    refreshDays: interval(one('APT::Periodic::Update-Package-Lists')),
    upgradeDays: interval(one('APT::Periodic::Unattended-Upgrade')),
    origins: [
      ...allowed.filter((origin) => !isBrokenOrigin(origin)).map(patternOf),
      ...patterns.filter((pattern) => pattern.trim() !== '' && !isBrokenPattern(pattern)),
    ],
    brokenOrigins: [
      ...allowed.filter(isBrokenOrigin).map((entry) => ({ key: 'Allowed-Origins', entry }) as const),
      ...patterns.filter(isBrokenPattern).map((entry) => ({ key: 'Origins-Pattern', entry }) as const),
    ],
    blacklist: list('Unattended-Upgrade::Package-Blacklist'),
    whitelist: list('Unattended-Upgrade::Package-Whitelist'),
    days: list('Unattended-Upgrade::Update-Days'),
    onShutdown: isTrue(one('Unattended-Upgrade::InstallOnShutdown')),
  };
}

const DAYS: Readonly<Record<string, number>> = { '': 1, d: 1, h: 1 / 24, m: 1 / 1440, s: 1 / 86_400 };

/** Source: /usr/lib/apt/apt.systemd.daily, check_stamp: a number of days, a number with a unit, or `always`. */
function interval(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (value === 'always') return 0;
  const match = /^(\d{1,9})([dhms]?)$/.exec(value);
  if (match === null) return null;
  const days = Number(match[1]) * (DAYS[match[2] ?? ''] ?? 1);
  return days === 0 ? null : days;
}

/** Source: apt, StringToBool; what is no word of truth counts as the default, which is false. */
function isTrue(value = ''): boolean {
  return /^(yes|true|with|on|enable)$/i.test(value) || /^0*[1-9]\d*$/.test(value);
}

/** `Debian:bookworm` or `Debian bookworm` in the newer form. Source: unattended-upgrade, get_allowed_origins_legacy. */
function patternOf(origin: string): string {
  const [, id = origin, archive = ''] = /^((?:\\.|[^:\\])*):(.*)$/.exec(origin) ?? /^(\S+)\s+(.*)$/.exec(origin) ?? [];
  return `o=${id.replaceAll('\\:', ':').replace(/([^\\]),/g, '$1\\,')},a=${archive}`;
}

/** Two parts by its one `:`, or else by white space. Source: unattended-upgrade, get_allowed_origins_legacy. */
function isBrokenOrigin(origin: string): boolean {
  const parts = origin.split(/(?<!\\):/);
  if (hasWrongPlaceholder(origin)) return true;
  return parts.length === 1 ? origin.trim().split(/\s+/).length !== 2 : parts.length !== 2;
}

/** A `$` that stands before no name that Python's Template knows here. Two lines of it are left as one, which is wrong next. */
function hasWrongPlaceholder(entry: string): boolean {
  return /\$(?!distro_(?:id|codename)(?!\w)|\{distro_(?:id|codename)\})/.test(entry);
}

const MATCHERS = /^(o|origin|l|label|a|suite|archive|c|component|site|n|codename)$/;

/** Words of one `=` each, with a known name before it. Source: unattended-upgrade, match_whitelist_string. */
function isBrokenPattern(pattern: string): boolean {
  if (pattern.trim() === '') return false;
  if (hasWrongPlaceholder(pattern)) return true;
  const words = pattern.replaceAll('\\,', '').split(',');
  return words.some((word) => {
    const [name = '', ...values] = word.split('=');
    return values.length !== 1 || !MATCHERS.test(name.trim());
  });
}
