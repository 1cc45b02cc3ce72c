import { atLeast } from '../model/debian-version.ts';
import { absent, cannotTell, type Fact, known } from '../model/fact.ts';
import type { Fail2ban, Fail2banFacts, MatchLogLevel, SshdLogging, SshdLogSettings } from '../model/facts/fail2ban.ts';
import type { Probe } from '../model/probe.ts';
import { readBans, readSshdPorts } from './fail2ban/bans.ts';
import { configProbe, readConfig } from './fail2ban/config.ts';
import { earlyProbe, jailProbeIds, jailProbes, readJail } from './fail2ban/jail.ts';
import { readTraces, tracesProbe } from './fail2ban/traces.ts';
import { type FactSources, type Outputs, settle } from './outputs.ts';
import { installedPackage } from './packages.ts';
import { type Config, configOf, type Entry } from './ssh/config.ts';
import { OUTSIDE, STRANGER } from './ssh/contexts.ts';
import { readEffective } from './ssh/settings.ts';
import { readUnits, type UnitProperties } from './systemd.ts';

const unitsProbe: Probe = {
  id: 'fail2ban-units',
  purpose: 'Whether fail2ban runs and starts at boot, and under which unit sshd runs.',
  as: 'user',
  argv: [
    'systemctl',
    'show',
    'fail2ban.service',
    'ssh.service',
    'sshd.service',
    '-p',
    'Id,LoadState,ActiveState,UnitFileState',
  ],
};

const packetFilterProbes = [
  'iptables-save',
  'iptables-legacy-save',
  'ip6tables-save',
  'ip6tables-legacy-save',
  'nft-ruleset',
];

/** To be run before the probes of the firewall. */
export const earlyProbes: readonly Probe[] = [earlyProbe];

export const probes: readonly Probe[] = [unitsProbe, configProbe, tracesProbe, ...jailProbes];

export const facts: FactSources<Fail2banFacts> = {
  fail2ban: { probes: ['dpkg-packages', 'fail2ban-units', 'fail2ban-status'], derive: readService },
  sshdJail: { probes: jailProbeIds, derive: readJail },
  fail2banConfig: { probes: ['fail2ban-config'], derive: (outputs) => known(readConfig(outputs)) },
  jailTraces: { probes: ['fail2ban-traces', 'fail2ban-config'], derive: (outputs) => known(readTraces(outputs)) },
  sshdPorts: { probes: ['ssh-listeners'], derive: (outputs) => known(readSshdPorts(outputs)) },
  bansInKernel: {
    probes: [earlyProbe.id, ...jailProbeIds, 'ssh-listeners', ...packetFilterProbes],
    derive: readBans,
  },
  sshdLogging: { probes: ['fail2ban-units', 'dpkg-packages'], derive: readLogging },
  sshdLogSettings: { probes: ['sshd-effective', 'sshd-config', 'sshd-config-readable'], derive: readLogSettings },
};

/**
 * Absent only when there is no client and no unit: then neither dpkg nor any other installer brought one. The exit code
 * 127 does not say so: it is that of a client without its Python, too. A client without a unit is a server that
 * somebody starts in a way of their own.
 */
function readService(outputs: Outputs): Fact<Fail2ban> {
  const hasUnits = outputs.get('fail2ban-units').state !== 'missing';
  const unit = hasUnits ? unitOf(outputs, 'fail2ban.service') : undefined;
  const isLoaded = unit !== undefined && unit.get('LoadState') !== 'not-found';
  if (outputs.get('fail2ban-status').state === 'missing' && !isLoaded) return absent('fail2ban is not installed');
  if (!hasUnits) outputs.ran('fail2ban-units');
  if (unit === undefined || !isLoaded) {
    cannotTell('not-observable', 'fail2ban is here without a systemd unit, so whether it starts at boot is open.');
  }
  const found = outputs.get('dpkg-packages').state === 'ran' ? installedPackage(outputs, 'fail2ban') : undefined;
  return known({
    version: found?.state === 'known' ? found.value.version : null,
    activeState: unit.get('ActiveState') ?? '',
    unitFileState: unit.get('UnitFileState') ?? '',
  });
}

function readLogging(outputs: Outputs): Fact<SshdLogging> {
  const server = installedPackage(outputs, 'openssh-server');
  if (server.state !== 'known') return server;
  const running = ['ssh.service', 'sshd.service'].find((id) => unitOf(outputs, id)?.get('ActiveState') === 'active');
  return known({ unit: running ?? null, process: atLeast(server.value.version, '1:9.8') ? 'sshd-session' : 'sshd' });
}

function readLogSettings(outputs: Outputs): Fact<SshdLogSettings> {
  const values = readEffective(outputs.ran('sshd-effective'));
  const value = (keyword: string): string =>
    values.get(keyword)?.[0]?.toUpperCase() ?? cannotTell('unparseable', `"sshd -T" printed no ${keyword}.`);
  return known({
    level: value('loglevel'),
    facility: value('syslogfacility'),
    inMatch: settle(() => levelsInMatch(configOf(outputs))),
  });
}

/**
 * A Match block counts from the name on that somebody tries to log in with, before any method is tried. Blocks for other
 * addresses than a stranger's are left out. Source: OpenSSH auth.c, getpwnamallow.
 */
function levelsInMatch({ entries, unread }: Config): readonly MatchLogLevel[] {
  const isForStrangers = ({ guards }: Entry): boolean => {
    const addresses = guards.flatMap(({ criteria }) => criteria.filter(({ on }) => on === 'addr'));
    return OUTSIDE.some((addr) => addresses.every(({ holds }) => holds({ ...STRANGER, addr })));
  };
  const found = entries.filter((one) => one.keyword === 'loglevel' && one.guards.length > 0 && isForStrangers(one));
  if (found.length === 0 && unread[0] !== undefined) cannotTell('not-observable', unread[0]);
  return found.map(({ args: [level = ''], origin }) => ({ level: level.toUpperCase(), origin }));
}

function unitOf(outputs: Outputs, id: string): UnitProperties | undefined {
  return readUnits(outputs.ran('fail2ban-units')).get(id);
}
