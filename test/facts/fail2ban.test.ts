import { describe, expect, test } from 'vitest';
import { readJail } from '../../src/facts/fail2ban/jail.ts';
import { readTraces, tracesProbe } from '../../src/facts/fail2ban/traces.ts';
import { facts } from '../../src/facts/fail2ban.ts';
import { Ignorance, known } from '../../src/model/fact.ts';
import type { Jail } from '../../src/model/facts/fail2ban.ts';
import type { Output } from '../../src/model/probe.ts';
import { DISTROS, type Distro, output, outputs, runSnippet, SHELLS, sample, section } from './recorded.ts';

const SETTINGS = ['maxretry', 'findtime', 'bantime', 'actions', 'ignoreip'] as const;

/** `fail2ban-client status sshd` as a recording shows it, wherever in the file it stands. */
function status(distro: Distro, name: string): string {
  return section(sample('fail2ban', distro, name), /^Status for the jail: sshd$/, /^(?![|` ])/);
}

function running(distro: Distro): readonly Output[] {
  const text = sample('fail2ban', distro, '01-pass-status');
  const settings = SETTINGS.map((name) => {
    const block = section(text, new RegExp(`^--- get sshd ${name}$`), /^--- /);
    return output(`fail2ban-${name}`, block.slice(block.indexOf('\n') + 1));
  });
  return [output('fail2ban-status', status(distro, '01-pass-status')), ...settings];
}

function jailOf(...records: readonly Output[]): Jail {
  const fact = readJail(outputs(...records));
  if (fact.state !== 'known') throw new Error(`The jail is ${fact.state}.`);
  return fact.value;
}

describe('the running jail', () => {
  const journal = (match: string) => ({ kind: 'journal', match });
  const authLog = { kind: 'files', files: ['/var/log/auth.log'] };
  test.each<[Distro, unknown, string]>([
    ['debian11', authLog, 'iptables-multiport'],
    ['debian12', authLog, 'iptables-multiport'],
    ['debian13', journal('_SYSTEMD_UNIT=ssh.service + _COMM=sshd'), 'nftables'],
    ['ubuntu2004', authLog, 'iptables-multiport'],
    ['ubuntu2204', authLog, 'iptables-multiport'],
    ['ubuntu2404', journal('_SYSTEMD_UNIT=sshd.service + _COMM=sshd'), 'nftables'],
  ])('as %s ships it', (distro, source, action) => {
    expect(readJail(outputs(...running(distro)))).toEqual(
      known({
        totalFailed: 0,
        currentlyBanned: 0,
        totalBanned: 0,
        banned: [],
        source,
        maxRetry: known(5),
        findTime: known(600),
        banTime: known(600),
        banTimeGrows: expect.objectContaining({ state: 'unknown', reason: 'not-observable' }),
        actions: known([action]),
        ignored: known([]),
      }),
    );
  });

  test.each(DISTROS)('after a real attack on %s', (distro) => {
    const jail = jailOf(output('fail2ban-status', status(distro, '05-after-real-attack')));
    expect(jail).toMatchObject({ totalFailed: 6, currentlyBanned: 1, banned: ['198.51.100.66'] });
  });

  test.each(DISTROS)('is absent where it is switched off, on %s', (distro) => {
    const text = sample('fail2ban', distro, '10-fail-jail-disabled');
    const refused = output('fail2ban-status', section(text, /^Sorry/, /^/), {
      exitCode: 255,
      stderr: section(text, /ERROR {3}NOK/, /^/),
    });
    expect(readJail(outputs(refused))).toEqual({
      state: 'absent',
      because: 'The running fail2ban server has no jail named sshd',
    });
  });

  test.each(DISTROS)('is absent where no server runs, on %s', (distro) => {
    const stderr = section(sample('fail2ban', distro, '21-fail-stopped'), /Is fail2ban running/, /^/);
    const fact = readJail(outputs(output('fail2ban-status', '', { exitCode: 255, stderr })));
    expect(fact).toMatchObject({ state: 'absent', because: 'No fail2ban server answers on its socket' });
  });

  test.each(DISTROS)('is unknown to those who may not ask, on %s', (distro) => {
    const stderr = section(sample('fail2ban', distro, '03-nonroot'), /Permission denied to socket/, /^/);
    const ask = () => readJail(outputs(output('fail2ban-status', '', { exitCode: 255, stderr })));
    expect(ask).toThrow(Ignorance);
    expect(ask).toThrow('Only root may ask');
  });

  test.each([...DISTROS])('ignores addresses on %s', (distro) => {
    const list = section(sample('fail2ban', distro, '13-trap-ignoreip-all'), /^These IP/, /^(?![|`])/);
    const jail = jailOf(
      ...running(distro).filter(({ probe }) => probe !== 'fail2ban-ignoreip'),
      output('fail2ban-ignoreip', list),
    );
    expect(jail.ignored).toMatchObject({ state: 'known' });
    expect(jail.ignored.state === 'known' && [...jail.ignored.value].sort()).toEqual(['0.0.0.0', '127.0.0.0/8', '::1']);
  });

  test('bans for ever after three failures in a day', () => {
    const [banTime = '', findTime = '', maxRetry = ''] = sample('fail2ban', 'debian12', '15-pass-permanent')
      .split('\n')
      .slice(1);
    const jail = jailOf(
      output('fail2ban-status', status('debian12', '01-pass-status')),
      output('fail2ban-bantime', banTime),
      output('fail2ban-findtime', findTime),
      output('fail2ban-maxretry', maxRetry),
    );
    expect([jail.banTime, jail.findTime, jail.maxRetry]).toEqual([known(-1), known(86_400), known(3)]);
  });

  test.each([
    ['True', known(true)],
    ['False', known(false)],
    ['None', known(false)],
    ['soon', expect.objectContaining({ state: 'unknown', reason: 'unparseable' })],
  ])('whose bans grow: %s', (text, grows) => {
    expect(jailOf(...running('debian12'), output('fail2ban-bantime-increment', `${text}\n`)).banTimeGrows).toEqual(
      grows,
    );
  });

  test.each([
    ['16-trap-no-action', []],
    ['17-banaction-ufw-while-ufw-inactive', ['ufw']],
  ])('has the actions of %s', (name, actions) => {
    const text = section(sample('fail2ban', 'debian12', name), /^(No actions|The jail sshd has)/, /^(?!ufw)/);
    expect(jailOf(...running('debian12').slice(0, 1), output('fail2ban-actions', text)).actions).toEqual(
      known(actions),
    );
  });

  test('stands without the settings that could not be asked for', () => {
    const jail = jailOf(
      output('fail2ban-status', status('debian12', '01-pass-status')),
      output('fail2ban-bantime', '', { state: 'timeout', exitCode: 124 }),
      output('fail2ban-findtime', 'soon'),
      output('fail2ban-ignoreip', '', { state: 'denied', exitCode: null }),
    );
    expect(jail.banTime).toMatchObject({ state: 'unknown', reason: 'timeout' });
    expect(jail.findTime).toMatchObject({ state: 'unknown', reason: 'unparseable' });
    expect(jail.ignored).toMatchObject({
      state: 'unknown',
      reason: 'no-privilege',
      remedy: expect.stringContaining('fail2ban-ignoreip'),
    });
  });

  test.each(['', 'Status for the jail: sshd\n', 'Status for the jail: sshd\n|- Filter\n|  |- Total failed:\tmany\n'])(
    'is unparseable in %j',
    (text) => {
      expect(() => readJail(outputs(output('fail2ban-status', text)))).toThrow(Ignorance);
    },
  );
});

describe('the traces', () => {
  test('are read from both snippets', () => {
    const traces = readTraces(
      outputs(
        output(
          'fail2ban-traces',
          'tool nft\nstarted 1795300000\nlog 10 1795300001 /var/log/auth.log\nfailure 1795300002\nfailure 1795300003 203.0.113.66\nfailure 1795300004 -\nfailed-bans 2\n',
        ),
        output('fail2ban-config', 'log 0 1795300003 /var/log/stale.log\nclosed-log /var/log/own/ssh.log\n'),
      ),
    );
    expect(traces).toEqual({
      tools: ['nft'],
      closedLogs: ['/var/log/own/ssh.log'],
      logs: [
        { path: '/var/log/auth.log', bytes: 10, modified: 1_795_300_001 },
        { path: '/var/log/stale.log', bytes: 0, modified: 1_795_300_003 },
      ],
      startedAt: 1_795_300_000,
      failures: [
        { at: 1_795_300_002, from: null },
        { at: 1_795_300_003, from: '203.0.113.66' },
        { at: 1_795_300_004, from: null },
      ],
      failedBans: 2,
    });
  });

  test('name the address of a failure, not what an attacker wrote, and leave the host itself out', () => {
    const journal = [
      '1795300001.5 h sshd[1]: Invalid user a from 192.0.2.1 port 9 from 203.0.113.66 port 39566',
      '1795300002.5 h sshd[1]: Failed password for invalid user a from 2001:db8:66::66 port 1 ssh2',
      '1795300003.5 h sshd[1]: Failed password for root from 127.0.0.1 port 1 ssh2',
      '1795300004.5 h sshd[1]: Failed password for root from 203.0.113.10 port 1 ssh2',
      '1795300005.5 h sshd[1]: Invalid user  from somewhere',
      '1795300006.5 h sshd[1]: Accepted publickey for root from 203.0.113.66 port 1 ssh2',
    ].join('\n');
    const tools = { journalctl: `${journal}\n`, hostname: '203.0.113.10 2001:db8::10 \n' };
    for (const shell of SHELLS) {
      const text = runSnippet(tracesProbe.snippet ?? '', shell, tools);
      expect(text.split('\n').filter((line) => line.startsWith('failure'))).toEqual([
        'failure 1795300001 203.0.113.66',
        'failure 1795300002 2001:db8:66::66',
        'failure 1795300005 -',
      ]);
    }
  });

  test.each(['log x 1 /a', 'started soon', 'failed-bans -1'])('are unparseable in %j', (text) => {
    expect(() => readTraces(outputs(output('fail2ban-traces', text)))).toThrow(Ignorance);
  });
});

describe('the service', () => {
  const units = (active: string, file: string, load = 'loaded'): Output =>
    output('fail2ban-units', `Id=fail2ban.service\nLoadState=${load}\nActiveState=${active}\nUnitFileState=${file}\n`);
  const packages = output('dpkg-packages', 'ii  fail2ban 1.0.2-2\n', { exitCode: 1 });
  const config = output('fail2ban-config', '');

  test.each(DISTROS)('is active and disabled on %s', (distro) => {
    const text = sample('fail2ban', distro, '22-fail-active-not-enabled');
    const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
    const fact = facts.fail2ban.derive(outputs(units(value('ActiveState'), value('UnitFileState')), packages, config));
    expect(fact).toEqual(known({ version: '1.0.2-2', activeState: 'active', unitFileState: 'disabled' }));
  });

  test('is absent where its client and its unit are', () => {
    const gone = output('fail2ban-status', '', { state: 'missing', exitCode: null });
    for (const unit of [units('inactive', '', 'not-found'), output('fail2ban-units', '', { state: 'missing' })]) {
      const fact = facts.fail2ban.derive(outputs(gone, unit));
      expect(fact).toMatchObject({ state: 'absent', because: 'fail2ban is not installed' });
    }
    const own = facts.fail2ban.derive(outputs(gone, units('active', 'enabled'), output('dpkg-packages', '')));
    expect(own).toEqual(known({ version: null, activeState: 'active', unitFileState: 'enabled' }));
  });

  test('is unknown where somebody starts it in a way of their own', () => {
    const fact = () => facts.fail2ban.derive(outputs(units('inactive', '', 'not-found'), packages, config));
    expect(fact).toThrow('without a systemd unit');
  });
});
