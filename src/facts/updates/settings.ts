import { cannotTell } from '../../model/fact.ts';
import type { UpdateSettings } from '../../model/facts/updates.ts';
import type { Probe } from '../../model/probe.ts';

/** Only these two branches: others may hold the credentials of a proxy. */
export const settingsProbe: Probe = {
  id: 'apt-settings',
  purpose: "apt's merged settings for automatic updates.",
  as: 'user',
  argv: ['apt-config', 'dump', 'APT::Periodic', 'Unattended-Upgrade'],
};

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
  const list = (key: string): readonly string[] =>
    settings.flatMap((setting) =>
      setting.key.startsWith(`${key.toLowerCase()}::`) && setting.value !== '' ? [setting.value] : [],
    );
  return {
    periodic: one('APT::Periodic::Enable') !== '0',
    refreshDays: interval(one('APT::Periodic::Update-Package-Lists')),
    upgradeDays: interval(one('APT::Periodic::Unattended-Upgrade')),
    origins: [
      ...list('Unattended-Upgrade::Allowed-Origins').map(patternOf),
      ...list('Unattended-Upgrade::Origins-Pattern'),
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
