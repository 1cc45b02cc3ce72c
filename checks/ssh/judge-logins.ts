import type { Judgement } from '../../src/model/check.ts';
import { cannotTell, type Unknown, unknown } from '../../src/model/fact.ts';
import type { SshContext, SshLogins } from '../../src/model/facts/ssh.ts';
import { correctionsOf } from './corrections.ts';
import type { Opening } from './openings.ts';

/** How one check looks at log-ins. */
export interface View {
  readonly expected: string;
  readonly contexts: readonly SshContext[];
  /** What is wrong in a context; empty when nothing is. */
  readonly openings: (context: SshContext) => readonly Opening[];
  /** The sentence and the value of a context in which nothing is wrong. */
  readonly passed: (context: SshContext) => Opening;
  /** What must be so before anything is changed. */
  readonly first?: string;
}

/**
 * One judgement per context. What is open is told even when something else could not be seen; a pass is
 * given only when nothing stands against it.
 */
export function judgeLogins(logins: SshLogins, view: View): Judgement | readonly Judgement[] {
  if (logins.configError !== null) return brokenConfig(logins.configError, view.expected);
  const judged = [...view.contexts.map((context) => judgeContext(context, logins, view)), ...judgeOthers(logins, view)];
  const failing = judged.filter(({ verdict }) => verdict === 'fail');
  const doubt = logins.doubts[0] ?? silentServer(logins);
  if (doubt === undefined) return judged;
  return failing.length > 0 ? failing : cannotTell(doubt.reason, doubt.message, doubt.remedy);
}

function silentServer({ otherServers }: SshLogins): Unknown | undefined {
  const silent = otherServers.find(({ passwords }) => passwords === null);
  if (silent === undefined) return undefined;
  const message = `Another SSH server listens, whose log-in methods only a look from outside can tell: ${silent.what}.`;
  return unknown('not-observable', message);
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

function judgeContext(context: SshContext, logins: SshLogins, { openings, passed, expected, first }: View): Judgement {
  const found = openings(context);
  const subject = context.criteria === undefined ? {} : { subject: `sshd:${context.criteria}` };
  if (found.length > 0) {
    const because = found.map((one) => one.because).join(' ');
    const actual = found.map((one) => one.actual).join('; ');
    const corrections = found.flatMap((one) => one.correction ?? []);
    const steps = corrections.length === 0 ? {} : { remediation: correctionsOf(corrections, first) };
    const rest = corrections.length > 0 && corrections.length < found.length ? { alsoGeneral: true as const } : {};
    return { verdict: 'fail', because, expected, actual, ...steps, ...rest, ...subject };
  }
  const { because, actual } = passed(context);
  const match = context.criteria === undefined ? blocksSentence(logins.matchBlocks) : '';
  return { verdict: 'pass', because: `${because}${match}`, expected, actual, ...subject };
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
