import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { shellWord } from '../../src/model/shell-word.ts';

describe('shellWord', () => {
  test('leaves plain names as they are', () => {
    expect(shellWord('/etc/ssh/sshd_config.d/50-cloud-init.conf')).toBe('/etc/ssh/sshd_config.d/50-cloud-init.conf');
  });

  test.each([
    '',
    'a b',
    '$(id)',
    '`id`',
    "it's",
    "'; id; '",
    'a\nid',
    'tab\there',
    '\\',
    '!',
    '*',
    '~root',
    "\u001b['",
  ])('is one literal word in bash: %j', (text) => {
    const { stdout } = spawnSync('bash', ['-c', `printf '%s|' ${shellWord(text)}`], { encoding: 'utf8' });
    expect(stdout).toBe(`${text}|`);
    expect(shellWord(text)).not.toContain('\n');
  });
});
