import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { instructionsOf, painter, widthOf, wrap, wrapCommand } from '../../reports/text.ts';

describe('widthOf', () => {
  test.each([
    ['plain', 5],
    ['✗ fail', 6],
    ['東京', 4],
    ['e\u0301', 1],
    ['🔒', 2],
  ])('%j is %i columns', (text, width) => expect(widthOf(text)).toBe(width));
});

describe('wrap', () => {
  test('hangs below the first line', () => {
    expect(wrap('one two three', 9, '- ')).toEqual(['- one two', '  three']);
  });
  test('never breaks a word', () => {
    expect(wrap(`a ${'x'.repeat(30)} b`, 10)).toEqual(['a', 'x'.repeat(30), 'b']);
  });
  test('keeps a command in backquotes whole where it fits', () => {
    expect(wrap('run it with `ssh-keyscan -p 22 host`, then', 28)).toEqual([
      'run it with',
      '`ssh-keyscan -p 22 host`,',
      'then',
    ]);
  });
  test('breaks a command in backquotes that fits nowhere', () => {
    expect(wrap('`one two three four`', 10)).toEqual(['`one two', 'three', 'four`']);
  });
  test('an empty text is its first line', () => expect(wrap('', 10, '- ')).toEqual(['- ']));
});

describe('wrapCommand', () => {
  test.each([
    'echo one two three four five six seven eight nine ten',
    `printf '%s and %s;' 'a quoted argument with blanks' "and another one of them"`,
    'echo a && echo b; echo cccccccccccccccccccccccccccccc dddddddddddddddd | cat -',
    'echo one two three four   # a comment that is longer than the line and must not become a command',
  ])('%s does in the shell what it did before', (command) => {
    const wrapped = wrapCommand(command, 30, '  ').join('\n');
    const run = (text: string) => spawnSync('sh', ['-c', text], { encoding: 'utf8' });
    expect(wrapped).not.toBe(`  ${command}`);
    expect(run(wrapped)).toMatchObject({ status: 0, stdout: run(command).stdout, stderr: '' });
  });
  test('leaves a command that fits as it is', () => {
    expect(wrapCommand('ufw allow 22/tcp   # your port', 40, '  ')).toEqual(['  ufw allow 22/tcp   # your port']);
  });
});

describe('instructionsOf', () => {
  test.each([
    ['Allow SSH first.\nufw allow 22/tcp', ['prose', 'command']],
    ['# why\nufw reload', ['command', 'command']],
    ['Enable it:\n  [sshd]\n  enabled = true', ['prose', 'file', 'file']],
    ['# in the file\n  KexAlgorithms a,b\n  </VirtualHost>\nsshd -t', ['command', 'file', 'file', 'command']],
    ['/usr/sbin/ufw enable\n\nThen look.', ['command', 'prose']],
    ['Then: apt-get update && unattended-upgrade -v', ['prose', 'command']],
    ['In a maintenance window: reboot', ['prose']],
  ])('%j', (text, kinds) => expect(instructionsOf(text).map(({ kind }) => kind)).toEqual(kinds));

  test('a sudoers line stands alone, so that it can be copied', () => {
    expect(instructionsOf('Allow it in sudoers: audit ALL=(root) NOPASSWD: /usr/sbin/ufw status')).toEqual([
      { kind: 'prose', text: 'Allow it in sudoers:' },
      { kind: 'command', text: 'audit ALL=(root) NOPASSWD: /usr/sbin/ufw status' },
    ]);
  });
});

test('painter paints only when asked', () => {
  expect(painter(true)('x', 'red', 'bold')).toBe('\u001b[1m\u001b[31mx\u001b[39m\u001b[22m');
  expect(painter(false)('x', 'red')).toBe('x');
});
