import { expect, test } from 'vitest';
import { readSave } from '../../../src/facts/firewall/iptables.ts';
import { withNative } from '../../../src/facts/firewall/native.ts';
import { type NftTable, parseNft } from '../../../src/facts/firewall/nft.ts';
import type { Table } from '../../../src/facts/firewall/ruleset.ts';
import { DISTROS } from '../recorded.ts';
import { recorded, type State, sampled, stdoutOf } from './recorded.ts';

interface Read {
  readonly own: readonly Table[];
  readonly both: readonly Table[];
  /** Whether nft's answer had to be parsed. */
  readonly parsed: boolean;
}

function readOf(state: State, change = (save: string): string => save): Read {
  const save = change(stdoutOf(state, 'iptables-save'));
  const nft = stdoutOf(state, 'nft-ruleset');
  const own = readSave(save, 'iptables-save');
  let parsed = false;
  const read = (): readonly NftTable[] => {
    parsed = true;
    return parseNft(nft);
  };
  return { own, both: withNative(own, save, nft, read, 'IPv4'), parsed };
}

function inputOf(tables: readonly Table[]): readonly string[] {
  return (
    tables
      .find(({ name }) => name === 'filter')
      ?.chains.get('INPUT')
      ?.rules.map(({ text }) => text) ?? []
  );
}

test.each(DISTROS)('nothing of an ordinary host is read a second time: %s', (distro) => {
  const { own, both, parsed } = readOf(sampled(distro));
  expect([parsed, both === own]).toEqual([false, true]);
});

test('sets of nft in tables of its own change nothing in those of iptables', () => {
  const { own, both, parsed } = readOf(recorded('f2b'));
  expect(parsed).toBe(true);
  expect(both.map((table, at) => table === own[at])).toEqual(own.map(() => true));
});

test('only the rules that iptables shows in part are those of nft', () => {
  const { own, both } = readOf(recorded('nft-native-ufw'));
  expect(inputOf(own).slice(0, 5)).toEqual([
    '-A INPUT -s 10.9.0.6/32 -p tcp -m tcp --dport 9100 -j ACCEPT',
    '-A INPUT -p tcp -j DROP',
    '-A INPUT -j DROP',
    '-A INPUT -p tcp -j DROP',
    '-A INPUT -j ufw-before-logging-input',
  ]);
  expect(inputOf(both)).toEqual([
    'ip saddr 10.9.0.1-10.9.0.6 tcp dport 9100 accept',
    'tcp sequence 4 drop',
    'iifname { wlan0, wlan1 } drop',
    'tcp dport { 6000, 6001 } drop',
    ...inputOf(own).slice(4),
  ]);
});

test('a rule more in one of the two answers: nobody knows which is which, and the table is nft’s', () => {
  const { both } = readOf(recorded('nft-blocklist-ufw'), (save) => save.replace(/^-A INPUT -j ufw-after-input\n/m, ''));
  expect(both.map(({ source, name }) => `${source} ${name}`)).toEqual(['nftables ip filter']);
});
