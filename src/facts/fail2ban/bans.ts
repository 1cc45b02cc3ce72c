import { type Cidr, parseCidr } from '../../model/cidr.ts';
import { absent, cannotTell, type Fact, known } from '../../model/fact.ts';
import type { BansInKernel } from '../../model/facts/fail2ban.ts';
import type { Family } from '../../model/facts/firewall.ts';
import { INCOMING } from '../firewall/filter.ts';
import { tablesOf } from '../firewall/kernel.ts';
import { seenBy } from '../firewall/prerouting.ts';
import { baseChains, type Ruleset } from '../firewall/ruleset.ts';
import { walk } from '../firewall/walk.ts';
import type { Outputs } from '../outputs.ts';
import { readBannedBefore, readJail } from './jail.ts';

/** Enough to see whether bans work; a list of thousands would be walked for nothing. */
const MOST_ADDRESSES = 50;

/** Ports on which an sshd process listens for others than the host itself. Source: ss(8). */
export function readSshdPorts(outputs: Outputs): readonly number[] {
  const ports = outputs
    .ran('ssh-listeners')
    .split('\n')
    .filter((line) => line.includes('(("sshd",') || line.includes(',("sshd",'))
    .flatMap((line) => {
      const match = /^LISTEN\s+\d+\s+\d+\s+(\S+):(\d{1,5})\s/.exec(line);
      if (match === null) return cannotTell('unparseable', 'ss printed a listening socket in an unknown form.');
      return /^(127\.|\[::1\])/.test(match[1] ?? '') ? [] : [Number(match[2])];
    });
  if (ports.length === 0)
    cannotTell('not-observable', 'No sshd was seen listening, so which ports to protect is open.');
  return [...new Set(ports)].sort((a, b) => a - b);
}

/**
 * Follows a new connection from each banned address to each port of sshd through the rules in the kernel: fail2ban
 * keeps counting an address as banned when its rules were flushed, or never came to be. Who was banned only after the
 * rules had been read is in none of them, and that says nothing.
 */
export function readBans(outputs: Outputs): Fact<BansInKernel> {
  const jail = readJail(outputs);
  if (jail.state !== 'known') return jail;
  if (jail.value.banned.length === 0) return absent('The sshd jail bans nobody at the moment');
  const ports = readSshdPorts(outputs);
  const rulesets = new Map<Family, Ruleset>();
  const judged = jail.value.banned.slice(0, MOST_ADDRESSES).map((address) => {
    const source = addressOf(address);
    const family = source.family === 4 ? 'IPv4' : 'IPv6';
    const ruleset = rulesets.get(family) ?? { family, tables: tablesOf(outputs, family) };
    rulesets.set(family, ruleset);
    return { address, refused: ports.every((port) => refuses(ruleset, source, port)) };
  });
  const missing = judged.flatMap(({ address, refused }) => (refused ? [] : [address]));
  const before = missing.length === 0 ? [] : readBannedBefore(outputs);
  return known({
    refused: judged.flatMap(({ address, refused }) => (refused ? [address] : [])),
    missing: missing.filter((address) => before.includes(address)),
  });
}

/** Every base chain on the way sees the packet; one that surely lets nothing of it through is enough. */
function refuses(ruleset: Ruleset, source: Cidr, port: number): boolean {
  const packets = { ...INCOMING, protocols: ['tcp'], ports: [{ from: port, to: port }], sources: [source] };
  return ['prerouting', 'input'].some((hook) =>
    baseChains(ruleset, hook, 'filter').some(
      ({ table, chain }) => walk(table, chain, seenBy(chain, packets)).accepted.length === 0,
    ),
  );
}

function addressOf(text: string): Cidr {
  try {
    return parseCidr(text);
  } catch {
    return cannotTell('unparseable', 'fail2ban lists a banned address in an unknown form.');
  }
}
