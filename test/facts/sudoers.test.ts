import { describe, expect, test } from 'vitest';
import { probes as allProbes } from '../../src/facts/index.ts';
import { grantsOf, sudoersFile, sudoersLine } from '../../src/facts/sudoers.ts';
import type { Probe } from '../../src/model/probe.ts';

const base = { purpose: 'A probe of the tests.', as: 'root' } as const;
const fixed: Probe = { ...base, id: 'fixed', argv: ['tail', '-c', 'a:b,c=d\\e*f?g[h]i!j#k', '/var/log/x'] };
const bare: Probe = { ...base, id: 'bare', argv: ['iptables-save'] };
const paths: Probe = {
  ...base,
  id: 'paths',
  argv: ['stat', '--'],
  each: { snippet: 'echo /a', limit: 1, grant: 'paths' },
};
const word: Probe = {
  ...base,
  id: 'word',
  argv: ['sshd', '-T', '-C'],
  each: { snippet: 'echo a', limit: 1, grant: 'word' },
};
const wide: Probe = { ...base, id: 'wide', argv: ['cat'], each: { snippet: 'echo /a', limit: 1 } };
const commandsOf = (...probes: Probe[]) => grantsOf(probes).map(({ commands }) => commands);

describe('a grant', () => {
  test.each<[string, Probe, readonly string[][]]>([
    [
      'spells every sign that means something, for both layouts of /usr',
      fixed,
      [['/usr/bin', '/bin'].map((bin) => `${bin}/tail -c a\\:b\\,c\\=d\\\\e\\*f\\?g\\[h\\]i\\!j\\#k /var/log/x`)],
    ],
    [
      'allows a command without arguments only without arguments',
      bare,
      [['/usr/sbin', '/sbin'].map((bin) => `${bin}/iptables-save ""`)],
    ],
    [
      'takes back everything but paths',
      paths,
      [
        ['/usr/bin', '/bin'].flatMap((bin) => [
          `${bin}/stat -- /*`,
          `!${bin}/stat -- *[!\\ A-Za-z0-9_./\\:@\\=\\,+-]*`,
          `!${bin}/stat -- *\\ [!/]*`,
        ]),
      ],
    ],
    [
      'takes back everything but one word',
      word,
      [
        ['/usr/sbin', '/sbin'].flatMap((bin) => [
          `${bin}/sshd -T -C [A-Za-z]*`,
          `!${bin}/sshd -T -C *[!A-Za-z0-9_./\\:@\\=\\,+-]*`,
        ]),
      ],
    ],
    ['does not exist for what cannot be granted narrowly', wide, []],
    ['does not exist for what runs as the login user', { ...fixed, as: 'user' }, []],
  ])('%s', (_name, probe, commands) => {
    expect(commandsOf(probe)).toEqual(commands);
  });

  test('stands once, also for what a listing runs', () => {
    const listing: Probe = { ...wide, alsoPrivileged: [['iptables-save'], ['cat', '/etc/x']] };
    expect(commandsOf(bare, listing)).toEqual([
      ['/usr/sbin/iptables-save ""', '/sbin/iptables-save ""'],
      ['/usr/bin/cat /etc/x', '/bin/cat /etc/x'],
    ]);
  });

  test('is refused to a glob: sudo would have to allow whatever the shell makes of it', () => {
    expect(() => grantsOf([{ ...base, id: 'globbed', argv: ['cat', { glob: '/etc/*' }] }])).toThrow('/etc/*');
  });

  test('has no wildcard in the whole command set that nothing takes back', () => {
    for (const { commands, note } of grantsOf(allProbes)) {
      const open = commands.filter((command) => !command.startsWith('!') && /(?<!\\)[*?[]/.test(command));
      expect(open.length > 0).toBe(note !== undefined);
      for (const command of open) {
        const fixedPart = command.slice(0, command.search(/(?<!\\)(\/\*|\[)/));
        expect(
          commands.some((other) => other.startsWith(`!${fixedPart}*[!`)),
          command,
        ).toBe(true);
      }
    }
  });
});

describe('the file', () => {
  test('says what each rule is for and why its wildcards are safe', () => {
    const text = sudoersFile([fixed, paths], ['audit'], 'ab12');
    expect(text).toContain('# Command set: ab12\n');
    expect(text).toMatch(/# A probe of the tests\.\n# Behind "--" only words .*\nCmnd_Alias FLEETPROOF_PATHS = /);
    expect(text).toMatch(/Defaults!FLEETPROOF env_reset, .*command_timeout=30\n/);
    // With `env_keep += PYTHONPATH` on the host, fail2ban-client would run code of the account's as root.
    expect(text).toContain(' !env_keep, secure_path="/usr/sbin:/usr/bin:/sbin:/bin", ');
    // Per command alone does not cover `sudo -l`.
    expect(text).toContain('\nDefaults:audit !requiretty\n');
    expect(text.endsWith('\naudit ALL=(root) NOPASSWD: NOSETENV: FLEETPROOF\n')).toBe(true);
  });

  test.each([
    ['first.last', 'first.last'],
    ['ALL', '"ALL"'],
    ['ADMIN', '"ADMIN"'],
    ['1000', '"1000"'],
    ['alice@corp.example', '"alice@corp.example"'],
    ['corp\\alice', '"corp\\alice"'],
  ])('names the user %s so that it means nobody else', (user, written) => {
    expect(sudoersFile([bare], [user], '')).toContain(`\n${written} ALL=(root) `);
  });

  test.each(['a ALL=(ALL) NOPASSWD: ALL\nb', '%sudo', '+group', '#0', 'a"b', ''])('refuses %j as a user', (user) => {
    expect(() => sudoersFile([bare], [user], '')).toThrow('is no user name');
  });
});

describe('the missing line', () => {
  test('names the tool where the host has it', () => {
    const argv = ['/usr/bin/sudo', '-n', '--', '/usr/bin/timeout', '-k', '2', '9', '/sbin/iptables-save'];
    expect(sudoersLine(bare, { argv }, 'audit')).toBe('audit ALL=(root) NOPASSWD: /sbin/iptables-save ""');
    expect(sudoersLine(bare, { argv: [] }, 'audit')).toContain('/usr/sbin/iptables-save "", /sbin/iptables-save ""');
  });

  test.each([
    ['a wide command', wide],
    ['an unknown probe', undefined],
  ])('points to the whole file for %s', (_name, probe) => {
    expect(sudoersLine(probe, { argv: [] }, 'audit')).toContain('fleetproof plan --sudoers');
  });
});
