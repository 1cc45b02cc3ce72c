import type { Judgement } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { SshContext, SshLogins } from '../../src/model/facts/ssh.ts';
import type { Opening } from './openings.ts';

/** How one check looks at log-ins. */
export interface View {
  readonly expected: string;
  readonly contexts: readonly SshContext[];
  /** What is wrong in a context; empty when nothing is. */
  readonly openings: (context: SshContext) => readonly Opening[];
  /** The sentence and the value of a context in which nothing is wrong. */
  readonly passed: (context: SshContext) => Opening;
}

/**
 * One judgement per context. What is open is told even when something else could not be seen; a pass is
 * given only when nothing stands against it.
 */
export function judgeLogins(logins: SshLogins, view: View): Judgement | readonly Judgement[] {
  if (logins.configError !== null) return brokenConfig(logins.configError, view.expected);
  const failing = [...view.contexts.flatMap((context) => judgeOpen(context, view)), ...judgeOthers(logins, view)];
  if (failing.length > 0) return failing;
  const [doubt] = logins.doubts;
  if (doubt !== undefined) return cannotTell(doubt.reason, doubt.message, doubt.remedy);
  const silent = logins.otherServers[0];
  if (silent !== undefined) {
    const message = `Another SSH server listens, whose log-in methods only a look from outside can tell: ${silent.what}.`;
    return cannotTell('not-observable', message);
  }
  return view.contexts.map((context) => {
    const { because, actual } = view.passed(context);
    const match = context.criteria === undefined ? blocksSentence(logins.matchBlocks) : '';
    return { verdict: 'pass', because: `${because}${match}`, expected: view.expected, actual, ...subjectOf(context) };
  });
}

function blocksSentence(blocks: number): string {
  if (blocks === 0) return '';
  return blocks === 1 ? ' The one Match block was evaluated.' : ` All ${blocks} Match blocks were evaluated.`;
}

/** sshd would not start again with these files, and what the running daemon does is not what they say. */
function brokenConfig(error: string, expected: string): Judgement {
  return {
    verdict: 'fail',
    because: `sshd refuses its configuration, so it will not restart: ${error}.`,
    expected,
    actual: error,
    remediation: 'Run: sshd -t   # names the line; correct it, then: systemctl reload ssh',
  };
}

function judgeOpen(context: SshContext, { openings, expected }: View): Judgement[] {
  const found = openings(context);
  if (found.length === 0) return [];
  const because = found.map((one) => one.because).join(' ');
  return [
    { verdict: 'fail', because, expected, actual: found.map((one) => one.actual).join('; '), ...subjectOf(context) },
  ];
}

function judgeOthers({ otherServers }: SshLogins, { expected }: View): Judgement[] {
  return otherServers
    .filter(({ passwords }) => passwords === true)
    .map(({ what }, index) => ({
      verdict: 'fail',
      because: `Another SSH server listens and accepts passwords: ${what}.`,
      expected,
      actual: what,
      subject: `sshd:server=${index + 2}`,
    }));
}

function subjectOf({ criteria }: SshContext): { subject?: string } {
  return criteria === undefined ? {} : { subject: `sshd:${criteria}` };
}
