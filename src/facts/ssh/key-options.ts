import { type Unknown, unknown } from '../../model/fact.ts';
import type { Outputs } from '../outputs.ts';
import { isListener, nextOptions, type Option, optionsOf, programOf } from './command-line.ts';
import { MAIN } from './config.ts';
import { readProcesses, SHOW_PROCESSES, USUAL_PROGRAM } from './daemon.ts';

/**
 * Why the key files that `sshd -T` names may not be those that sshd reads: its command line, or that of its next start, says
 * where keys or the whole configuration are. Which files those are is not worked out: a process title has lost its quotes.
 * Throws `Ignorance` when the command lines could not be seen.
 */
export function doubtOfOptions(outputs: Outputs): Unknown | undefined {
  const output = outputs.ran('ssh-processes');
  const { all, pidFile } = readProcesses(output);
  const listeners = all.filter(({ command }) => isListener(command));
  // Containers have their own; the pid file is of the host's.
  const main = listeners.filter(({ pid }) => pid === pidFile);
  // With socket activation there is none, but a process of root's shows that such processes can be seen.
  const canSee =
    outputs.get('ssh-processes').uid === 0 || all.some(({ command }) => /\[(listener|priv)\]/.test(command));
  if (!canSee) {
    const message = 'No sshd was seen among the processes, so its options are not known.';
    return unknown('not-observable', message, SHOW_PROCESSES);
  }
  const running = (main.length > 0 ? main : listeners).map(({ command }) => command);
  const program = running.map(programOf).find((one) => !USUAL_PROGRAM.test(one));
  if (program !== undefined)
    return unknown('not-observable', `${program} is not the sshd that was asked, so its key files may be others.`);
  const next = nextOptions(outputs.ran('sshd-defaults', [0, 1, 2]));
  const option = [...running.flatMap(optionsOf), ...next].find(decidesKeys);
  if (option === undefined) return undefined;
  const message = `The command line of sshd has "-${option.join(' ')}", so sshd may take keys from files that were not looked at.`;
  return unknown('not-observable', message, 'Set it in /etc/ssh/sshd_config instead, and: systemctl restart ssh');
}

function decidesKeys([flag, value]: Option): boolean {
  return (flag === 'f' && value !== MAIN) || (flag === 'o' && /^(authorizedkeysfile|strictmodes)\b/i.test(value));
}
