import type { Judgement } from '../../src/model/check.ts';
import type { SshAccount, SshKey, SshKeys } from '../../src/model/facts/ssh.ts';

/** One account's keys and their files; nothing when it has no key. */
export function judgeAccount(account: SshAccount, all: SshKeys, rsaBits: number, expected: string): Judgement[] {
  const { name, keys, unsafePaths } = account;
  if (keys.length === 0 && unsafePaths.length === 0) return [];
  const weak = keys.filter((key) => isWeak(key, rsaBits));
  const subject = `account:${name}`;
  const others = all.otherSources.length > 0 ? ` Further keys come from ${all.otherSources.join(' and ')}.` : '';
  if (weak.length === 0 && unsafePaths.length === 0) {
    const kinds = [...new Set(keys.map(describe))].join(', ');
    const because = `${name} has ${count(keys.length)} (${kinds}), and nobody else can write the files.${others}`;
    return [{ verdict: 'pass', because, expected, actual: kinds, subject }];
  }
  const effect = all.strictModes
    ? ' With StrictModes sshd ignores the keys in such a place.'
    : ' StrictModes is no, so sshd uses the keys all the same.';
  const sentences = [
    ...weak.map((key) => `${name} can be opened with a weak key, ${describe(key)}, in ${key.file} line ${key.line}.`),
    ...unsafePaths.map(({ because }) => because),
  ];
  const because = `${sentences.join(' ')}${unsafePaths.length > 0 ? effect : ''}`;
  const actual = [...weak.map(describe), ...unsafePaths.map(({ path }) => path)].join('; ');
  return [{ verdict: 'fail', because, expected, actual, subject }];
}

function isWeak({ type, bits }: SshKey, rsaBits: number): boolean {
  return type === 'ssh-dss' || (type === 'ssh-rsa' && bits < rsaBits);
}

const NAMES: Readonly<Record<string, string>> = { 'ssh-rsa': 'RSA', 'ssh-dss': 'DSA', 'ssh-ed25519': 'Ed25519' };

function describe({ type, bits }: SshKey): string {
  return `${NAMES[type] ?? type} ${bits} bits`;
}

function count(keys: number): string {
  return keys === 1 ? 'one authorized key' : `${keys} authorized keys`;
}
