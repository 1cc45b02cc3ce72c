import type { SshContext } from '../../src/model/facts/ssh.ts';
import { shellWord } from '../../src/model/shell-word.ts';

/** The last step: what is on the disk counts only when sshd has read it. */
export const LOAD = 'sshd -t && systemctl reload ssh';

/** Comes before everything that takes a way in away. */
export const FIRST_A_KEY = '# Only once a log-in by key works; stay logged in until another one does';

/**
 * The commands that give one keyword another value where it is decided; undefined where no line decides it. A line that is
 * not about the keyword (any more) is left as it is. Keyboard-interactive has several names, and the line keeps its own:
 * OpenSSH up to 8.6 refuses the old one in Match blocks, and beside the new one it is the one that counts.
 */
export function correction({ origins }: SshContext, keyword: string, value: string): string | undefined {
  const origin = origins[keyword.toLowerCase()] ?? '';
  if (/^the command line of|^SSHD_OPTS/.test(origin)) {
    return `# take ${keyword} out of the options of sshd: SSHD_OPTS in /etc/default/ssh, or what "systemctl cat ssh" shows\nsystemctl daemon-reload && systemctl restart ssh`;
  }
  const [, file, line] = /^(\/.*) line (\d+)$/.exec(origin) ?? [];
  if (file === undefined || line === undefined) return undefined;
  const [old, name] =
    keyword === 'KbdInteractiveAuthentication'
      ? ['^[[:blank:]]*\\(KbdInteractive\\|ChallengeResponse\\|SKey\\)Authentication', '\\1Authentication']
      : [`.*${keyword}`, keyword];
  const change = `sed -i '${line}s/${old}.*/${name} ${value}/I' ${shellWord(file)}`;
  // cloud-init writes its file again for a new instance of the same disk.
  if (!/cloud-init\.conf$/.test(file)) return change;
  return `${change}\n[ ! -d /etc/cloud ] || printf 'ssh_pwauth: false\\n' > /etc/cloud/cloud.cfg.d/99-ssh.cfg`;
}

/** All corrections, each once, and what makes them count. `first`: what must be so before. */
export function correctionsOf(corrections: readonly string[], first?: string): string {
  return [...(first === undefined ? [] : [first]), ...new Set(corrections), LOAD].join('\n');
}
