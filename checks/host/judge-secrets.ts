import type { Problem } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { ClosedPlace, SecretFile } from '../../src/model/facts/secrets.ts';
import { shellWord } from '../../src/model/shell-word.ts';

/** What is wrong with one file; nothing when only its owner, or one service, can read it. */
export function problemOf(file: SecretFile): Problem | undefined {
  const { path, owner, group, readableBy } = file;
  const mode = file.mode.toString(8).padStart(4, '0');
  // Anybody who may make a folder chooses a name that somebody pastes into a shell of root.
  const named = shellWord(path);
  const actual = `${path} ${mode} ${owner}:${group}`;
  if (file.isDirectory) {
    const isOpen = (file.mode & 0o067) !== 0;
    return isOpen
      ? {
          because: `${path}, which holds private keys, is open to others (mode ${mode}).`,
          actual,
          remediation: `chmod 710 ${named}`,
        }
      : undefined;
  }
  if (file.documentRoot !== null && !path.endsWith('.php')) {
    const because = `${path} lies in the document root ${file.documentRoot}, from where the web server may hand it out.`;
    return { because, actual, remediation: `Move ${path} out of ${file.documentRoot}.` };
  }
  const remediation = `chmod 600 ${named}`;
  if (readableBy === 'everyone')
    return { because: `${path} can be read by every account (mode ${mode}).`, actual, remediation };
  if (readableBy === 'group') {
    return {
      because: `${path} can be read by the other members of a group (mode ${mode}, ${owner}:${group}).`,
      actual,
      // Services may need their group: without it, taking the mode away breaks them.
      remediation: `getent group ${shellWord(group)}   # then, for whoever must not read it: gpasswd -d USER ${shellWord(group)}\n# Where nobody but the owner needs it: ${remediation}`,
    };
  }
  if (/^\/etc\/(ssh|ssl|letsencrypt|shadow|gshadow)/.test(path) && owner !== 'root') {
    return { because: `${path} belongs to ${owner} instead of root.`, actual, remediation: `chown root ${named}` };
  }
  if (readableBy === 'unsure')
    cannotTell(
      'not-observable',
      `The group ${group}, which can read ${path}, has members of whom no account is listed.`,
    );
  if (file.hasAcl)
    cannotTell(
      'not-observable',
      `${path} has an access control list, which may let more accounts in than its mode shows.`,
      `Look at it: getfacl ${named}`,
    );
  return undefined;
}

/** Ends in ignorance when something that other accounts may reach was not looked at. */
export function blindSpot(closed: readonly ClosedPlace[], troubles: readonly string[]): undefined {
  const open = closed.find(({ isOpenToOthers }) => isOpenToOthers);
  if (open !== undefined) {
    cannotTell('unreadable', open.because, open.remedy);
  }
  if (troubles[0] !== undefined) cannotTell('unreadable', troubles[0]);
  return undefined;
}

/** What a pass rests on. */
export function seen(files: number, closed: number): string {
  const shut = closed === 1 ? ' One directory lets' : ` ${closed} directories let`;
  const unseen = closed === 0 ? '' : `${shut} neither other accounts nor fleetproof in.`;
  return `None of ${files} secret files in known places can be read by other accounts.${unseen}`;
}
