import type { Condition, Facts, Problem } from '../../src/model/check.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { ConfiguredJail, Fail2banConfig, Jail } from '../../src/model/facts/fail2ban.ts';
import { need } from '../need.ts';
import {
  actionProblems,
  failureProblems,
  kernelProblems,
  placeProblems,
  portProblems,
  refusingActions,
} from './force.ts';
import { ignoreProblems, type Limits, limitProblems } from './limits.ts';
import { blindnessProblems, filterProblems, logProblems, sourceProblems } from './sight.ts';
import { duration, problem } from './words.ts';

export const NEEDS = [
  'fail2ban',
  'sshdJail',
  'fail2banConfig',
  'jailTraces',
  'sshdLogging',
  'sshdLogSettings',
  'sshdPorts',
  'bansInKernel',
  'ufw',
  'firewallUnits',
  'os',
] as const;
type Needed = (typeof NEEDS)[number];

/** Everything that has to hold for a ban to happen. What the running server says comes before what its files say. */
export function conditionsOf(facts: Facts<Needed>, limits: Limits, now: number): readonly Condition[] {
  const running = (): Jail | undefined => facts.get('sshdJail');
  const files = (): ConfiguredJail => jailIn(need(facts, 'fail2banConfig'));
  const traces = () => need(facts, 'jailTraces');
  const logging = () => need(facts, 'sshdLogging');
  const actions = () => refusingActions(need(facts, 'sshdJail'), files);
  const configuredLogs = (): readonly string[] => {
    const { source } = files();
    return source.kind === 'files' ? source.files : [];
  };
  const firewalls = {
    ufwActive: () => facts.get('ufw')?.enabled === true,
    firewalldActive: () => need(facts, 'firewallUnits')['firewalld.service']?.active === 'active',
    readsHostsDeny: () => [need(facts, 'os').id, ...need(facts, 'os').idLike].includes('debian'),
  };
  /** Nothing is left to judge in a jail that is not there; the first two conditions say so. */
  const ofJail =
    (problems: (jail: Jail) => readonly Problem[]): Condition =>
    () => {
      const jail = running();
      return jail === undefined ? undefined : problems(jail);
    };
  return [
    () => serviceProblem(facts),
    () => (isActive(facts) && running() === undefined ? missingJail(facts) : undefined),
    () => (facts.get('fail2ban') === undefined ? undefined : filesProblem(need(facts, 'fail2banConfig'))),
    ofJail((jail) => sourceProblems(jail, traces, logging, configuredLogs, now)),
    ofJail((jail) => filterProblems(jail, files, logging)),
    ofJail((jail) => blindnessProblems(jail, traces(), files)),
    ofJail((jail) => actionProblems(jail, actions, traces, firewalls)),
    ofJail(() => kernelProblems(facts.get('bansInKernel'), actions)),
    ofJail((jail) => {
      if (isProven(facts)) return [];
      return portProblems(actions(), need(facts, 'sshdPorts'), () => doubt(jail, need(facts, 'fail2banConfig')));
    }),
    ofJail(() => failureProblems(traces())),
    ofJail((jail) => limitProblems(jail, limits)),
    ofJail((jail) => ignoreProblems(jail, files)),
    ofJail((jail) => logProblems(jail, need(facts, 'sshdLogSettings'))),
    ofJail((jail) =>
      isProven(facts) ? [] : placeProblems(actions(), () => doubt(jail, need(facts, 'fail2banConfig'))),
    ),
  ];
}

/** The kernel refuses somebody whom the jail bans: then it bans on the right ports, in the right place. */
function isProven(facts: Facts<Needed>): boolean {
  return (facts.get('bansInKernel')?.refused.length ?? 0) > 0;
}

/** What a jail that passes looks like. */
export function describeJail(jail: Jail): string {
  const from = jail.source.kind === 'files' ? jail.source.files.join(', ') : 'the journal';
  const banTime = read(jail.banTime) ?? 0;
  const length = banTime < 0 ? 'for ever' : `for ${duration(banTime)}`;
  const most = read(jail.maxRetry);
  const failures = `${most} ${most === 1 ? 'failure' : 'failures'} within ${duration(read(jail.findTime) ?? 0)}`;
  return `The sshd jail reads ${from} and bans ${length} after ${failures}, through ${(read(jail.actions) ?? []).join(', ')}.`;
}

function isActive(facts: Facts<Needed>): boolean {
  return facts.get('fail2ban')?.activeState === 'active';
}

function serviceProblem(facts: Facts<Needed>): Problem | undefined {
  const service = facts.get('fail2ban');
  if (service === undefined) return problem(`${facts.absence('fail2ban')}.`);
  if (service.activeState === 'active') return undefined;
  return problem(`fail2ban is installed but not running (${service.activeState}), so no jail is.`);
}

function missingJail(facts: Facts<Needed>): Problem {
  requireNoOther(need(facts, 'fail2banConfig'));
  return problem(`${facts.absence('sshdJail')}.`);
}

/** A jail that only the running server knows is gone after its next start. */
function filesProblem(config: Fail2banConfig): Problem | undefined {
  if (config.jails.some(({ name }) => name === 'sshd')) return undefined;
  requireNoOther(config);
  return problem('The files under /etc/fail2ban start no jail named sshd.');
}

/** Another jail may do the same work under another name; that is neither seen nor excluded. */
function requireNoOther({ jails }: Fail2banConfig): void {
  const other = jails.find(({ name, processes }) => name !== 'sshd' && processes !== null && processes !== 'other');
  if (other === undefined) return;
  cannotTell(
    'not-observable',
    `A jail "${other.name}" reads sshd's messages, and fleetproof judges only one named sshd.`,
  );
}

function jailIn({ jails }: Fail2banConfig): ConfiguredJail {
  const found = jails.find(({ name }) => name === 'sshd');
  return found ?? cannotTell('not-observable', 'The files under /etc/fail2ban say nothing about a jail named sshd.');
}

/** Why the running jail may not be what its files describe; undefined when it is. */
function doubt(jail: Jail, config: Fail2banConfig): string | undefined {
  const files = jailIn(config);
  // Without a log the backend `auto` takes the journal.
  const undecided = files.source.kind === 'files' && files.source.files.length === 0;
  const same =
    (undecided || JSON.stringify(jail.source) === JSON.stringify(files.source)) &&
    read(jail.maxRetry) === files.maxRetry &&
    read(jail.findTime) === files.findTime &&
    read(jail.banTime) === files.banTime &&
    read(jail.actions)?.join() === files.actions.map(({ name }) => name).join();
  if (!same) return 'The running sshd jail does not follow its files';
  const [changed] = config.changed;
  return changed === undefined ? undefined : `${changed} was changed after fail2ban started`;
}
