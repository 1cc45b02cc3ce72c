import type { Problem } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { UpdateStarts } from '../../src/model/facts/updates.ts';
import { describeAge } from '../../src/model/units.ts';
import { problem } from './apt.ts';
import { MOST_DAYS } from './schedule.ts';

type Service = UpdateStarts['services'][number];

/** Timers that start something else or too late, and services that do not do what apt ships them for. */
export function startProblems({ timers, services }: UpdateStarts): readonly Problem[] {
  const problems = [...timers.flatMap(timerProblem), ...services.flatMap(serviceProblem)];
  const open = services.find(({ name, commands }) => !commands.includes(jobOf(name)));
  const conditioned = services.find(({ conditions }) => conditions.length > 0);
  if (problems.length > 0) return problems;
  if (timers.some(({ accuracySeconds }) => accuracySeconds === null)) {
    cannotTell('not-observable', "How late apt's timers may run is not to be seen.");
  }
  if (open !== undefined) {
    cannotTell('not-observable', `fleetproof cannot tell what ${open.name} does: it runs ${open.commands.join('; ')}.`);
  }
  if (conditioned !== undefined) {
    const { name, conditions } = conditioned;
    cannotTell('not-observable', `${name} runs only where ${conditions.join('; ')} lets it.`);
  }
  return [];
}

function timerProblem({ name, starts, accuracySeconds }: UpdateStarts['timers'][number]): readonly Problem[] {
  const own = name.replace('.timer', '.service');
  if (starts !== own) return [problem(`${name} starts ${starts}, not ${own}.`)];
  if (accuracySeconds === null || accuracySeconds <= MOST_DAYS * 86_400) return [];
  return [problem(`${name} may run up to ${describeAge(accuracySeconds)} late, by AccuracySec.`)];
}

function serviceProblem({ name, commands, skipped }: Service): readonly Problem[] {
  const shown = commands.length === 0 ? 'nothing' : commands.join('; ');
  return [
    ...(skipped ? [skippedProblem(name)] : []),
    // Something else of apt may do as well; what that does nobody here knows.
    ...(commands.some((command) => /apt|unattended-upgrade/.test(command))
      ? []
      : [problem(`${name} runs ${shown}, not ${jobOf(name)}.`)]),
  ];
}

function skippedProblem(name: string): Problem {
  return problem(
    `${name} was not started when it was due: a condition of its unit did not hold.`,
    `See which, and take it away if it is not the machine's power: systemctl cat ${name}
systemctl revert ${name}
systemctl start ${name}`,
  );
}

/** Source: the units of the package apt. */
function jobOf(service: string): string {
  return `/usr/lib/apt/apt.systemd.daily ${service === 'apt-daily.service' ? 'update' : 'install'}`;
}
