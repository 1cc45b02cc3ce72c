import { describe, expect, test } from 'vitest';
import { fail2banActive } from '../../checks/fail2ban/fail2ban-active.ts';
import { type Changes, judgeState, verdictOf } from './states.ts';

const units = (active: string, file: string): Changes => ({
  outputs: {
    'fail2ban-units': {
      stdout: `Id=fail2ban.service\nLoadState=loaded\nActiveState=${active}\nUnitFileState=${file}\n`,
    },
  },
});

describe('fail2ban-active', () => {
  test.each<[string, string, RegExp, Changes?]>([
    ['bullseye/compliant', 'pass', /^fail2ban 0\.11\.2-2 is running and starts at boot\.$/],
    ['bookworm/compliant', 'pass', /^fail2ban 1\.0\.2-2 is running/],
    ['trixie/compliant', 'pass', /^fail2ban 1\.1\.0-8 is running/],
    // The jail is another check's matter.
    ['bookworm/fail2ban-jail-disabled', 'pass', /is running/],
    ['bookworm/fail2ban-removed', 'fail', /^fail2ban is not installed\.$/],
    ['bookworm/fail2ban-stopped', 'fail', /^fail2ban is installed but not running \(inactive\)\.$/],
    ['bookworm/fail2ban-disabled-at-boot', 'fail', /^fail2ban does not start at boot \(disabled\)\.$/],
    ['bookworm/compliant', 'fail', /not running \(failed\)/, units('failed', 'enabled')],
    ['bookworm/compliant', 'fail', /not running \(inactive\).*start at boot \(masked\)/, units('inactive', 'masked')],
    ['bookworm/compliant', 'fail', /start at boot \(enabled-runtime\)/, units('active', 'enabled-runtime')],
    [
      'bookworm/compliant',
      'unknown:tool-missing',
      /tool is not on the host/,
      { outputs: { 'fail2ban-units': { state: 'missing' } } },
    ],
    [
      'bookworm/compliant',
      'unknown:unreadable',
      /ended with exit code 1/,
      { outputs: { 'fail2ban-units': { exitCode: 1 } } },
    ],
    ['bookworm/no-sudo', 'pass', /is running/],
    // The client is there, and its Python is not.
    ['bookworm/compliant', 'pass', /is running/, { outputs: { 'fail2ban-config': { exitCode: 127, stdout: '' } } }],
  ])('%s: %s', (state, verdict, because, changes) => {
    const finding = judgeState(fail2banActive, state, changes);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });
});
