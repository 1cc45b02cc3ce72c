import { type Destination, parseDestination } from './address.ts';
import { type Declarations, defined } from './declared.ts';
import { InputError, type InputProblem, quote } from './error.ts';
import { type Target, undeclared } from './resolve-hosts.ts';
import { isNamedInSshConfig, type SshConfig } from './ssh/resolve.ts';
import { didYouMean, nearest } from './suggest.ts';

/**
 * The hosts that HOST arguments name: a host of the inventory, a name of ~/.ssh/config, or `[user@]host[:port]`.
 * Throws `InputError` (usage) for arguments that cannot be read or are given twice, and, where there is an inventory,
 * for bare words that are more likely a slip than a host of their own.
 */
export function targetsOf(args: readonly string[], declarations: Declarations, ssh: SshConfig): Target[] {
  const problems: InputProblem[] = [];
  const targets = args.flatMap((arg): Target[] => {
    const target = targetOf(arg, declarations, ssh);
    if (typeof target === 'object' && 'host' in target) return [target];
    problems.push({ file: '', ...target });
    return [];
  });
  const names = targets.map(({ host }) => host.name);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.push({ file: '', what: `The host ${quote(name)} is given twice.` });
  }
  if (problems.length > 0) throw new InputError('usage', problems);
  return targets;
}

type Refusal = Pick<InputProblem, 'what' | 'suggestion'>;

function targetOf(arg: string, declarations: Declarations, ssh: SshConfig): Target | Refusal {
  const find = (name: string) => declarations.hosts.find((host) => host.name === name);
  const named = find(arg);
  if (named !== undefined) return { host: named };
  const destination = parseDestination(arg);
  if (typeof destination === 'string') return { what: destination };
  const login = defined({ user: destination.user, port: destination.port });
  const declared = find(destination.host);
  if (declared !== undefined) return { ...login, host: declared };
  const refusal = slip(destination, declarations, ssh);
  return refusal ?? { ...login, host: undeclared(destination, { file: 'command line' }) };
}

function slip({ host }: Destination, { hosts, groups }: Declarations, ssh: SshConfig): Refusal | undefined {
  if (hosts.length === 0 || isNamedInSshConfig(ssh, host)) return undefined;
  if (groups.includes(host))
    return { what: `${quote(host)} is a group.`, suggestion: `Select it with --limit ${host}.` };
  const names = hosts.map(({ name }) => name);
  const isWord = /^[^.:]+$/.test(host);
  if (!isWord && nearest(host, names).length === 0) return undefined;
  if (!isWord && /^[0-9.:a-f]+$/i.test(host)) return undefined;
  return { what: `${quote(host)} is not a host of the inventory or of ~/.ssh/config.`, ...didYouMean(host, names) };
}
