import { absent, type Fact, known, read } from '../../model/fact.ts';
import { type FirewallUnits, LOG_LEVELS, type Ufw, type Unit } from '../../model/facts/firewall.ts';
import { memoized } from '../memo.ts';
import type { Outputs } from '../outputs.ts';
import { readUnits } from '../systemd.ts';
import { assignments, type Files } from './files.ts';
import { settings } from './network.ts';

export const PRESENCE = 'firewall-programs';
export const UNITS = 'firewall-units';

const CONF = '/etc/ufw/ufw.conf';
const DEFAULTS = '/etc/default/ufw';

/** ufw's files outlive the package; only the program says that it is installed. */
export function ufwInstalled(outputs: Outputs): boolean {
  return present(outputs).has('/usr/sbin/ufw');
}

/** Paths of the presence probe that exist. `ls` ends with 1 or 2 when some do not. */
export function present(outputs: Outputs): ReadonlySet<string> {
  return new Set(outputs.ran(PRESENCE, [0, 1, 2]).split('\n').filter(Boolean));
}

export const readUfw = memoized((outputs: Outputs): Fact<Ufw> => {
  if (!ufwInstalled(outputs)) return absent('ufw is not installed');
  const files = settings(outputs);
  const conf = settingsOf(files, CONF);
  const defaults = settingsOf(files, DEFAULTS);
  const level = conf('LOGLEVEL');
  return known({
    enabled: yes(conf('ENABLED')),
    enabledText: conf('ENABLED'),
    logLevel: LOG_LEVELS.find((one) => one === level.toLowerCase()) ?? null,
    logLevelText: level,
    ipv6: yes(defaults('IPV6')),
    inputPolicy: defaults('DEFAULT_INPUT_POLICY'),
    forwardPolicy: defaults('DEFAULT_FORWARD_POLICY'),
  });
});

function settingsOf(files: Files, path: string): (name: string) => string {
  const values = assignments(read(files(path)) ?? '');
  return (name) => values.get(name) ?? '';
}

/** What ufw's boot script takes for yes. Source: /lib/ufw/ufw-init-functions, ufw_start. */
function yes(text: string): boolean {
  return text === 'yes' || text === 'YES';
}

export function readFirewallUnits(outputs: Outputs): FirewallUnits {
  const units = [...readUnits(outputs.ran(UNITS))].map(([id, properties]): [string, Unit] => {
    const value = (name: string): string => properties.get(name) ?? '';
    return [id, { load: value('LoadState'), active: value('ActiveState'), file: value('UnitFileState') }];
  });
  return Object.fromEntries(units);
}
