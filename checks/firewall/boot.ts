import type { Facts, Problem, Scope } from '../../src/model/check.ts';
import { type Fact, read } from '../../src/model/fact.ts';
import type { Backend, Family } from '../../src/model/facts/firewall.ts';
import { need } from '../need.ts';
import { keepSsh } from './now.ts';

type BootFacts = Facts<'ufw' | 'firewallUnits' | 'packetFilter6' | 'storedAlternatives'>;

/** Why this back end does not filter after the next boot; nothing when it does. */
export function bootProblems(backend: Backend, facts: BootFacts, scope: Scope): readonly Problem[] {
  switch (backend) {
    case 'ufw':
      return ufwProblems(facts, scope);
    case 'firewalld':
      return unitProblems(facts, ['firewalld.service']);
    case 'nftables': {
      const { nftables4, nftables6 } = need(facts, 'storedAlternatives');
      return [...unitProblems(facts, ['nftables.service']), ...storedProblems(facts, nftables4, nftables6)];
    }
    case 'iptables': {
      const { iptables4, iptables6 } = need(facts, 'storedAlternatives');
      const units = unitProblems(facts, ['netfilter-persistent.service', 'iptables.service']);
      // netfilter-persistent loads both files, the services of the Red Hat family one each.
      const six =
        facts.get('packetFilter6') === undefined
          ? []
          : unitProblems(facts, ['ip6tables.service', 'netfilter-persistent.service']);
      return [...units, ...(units.length > 0 ? [] : six), ...storedProblems(facts, iptables4, iptables6)];
    }
  }
}

function ufwProblems(facts: BootFacts, scope: Scope): readonly Problem[] {
  const ufw = facts.get('ufw');
  if (ufw === undefined) return [];
  if (ufw.enabled) return unitProblems(facts, ['ufw.service']);
  const setting: Problem = {
    because: `ufw does not start at boot: ENABLED is "${ufw.enabledText}" in /etc/ufw/ufw.conf, and only "yes" starts it.`,
    actual: `ENABLED=${ufw.enabledText}`,
    remediation: `${keepSsh(scope)}\nufw --force enable`,
  };
  return [setting, ...unitProblems(facts, ['ufw.service'])];
}

/** One of the units must be enabled; `active` says nothing, because these units are done as soon as they ran. */
function unitProblems(facts: BootFacts, names: readonly [string, ...string[]]): readonly Problem[] {
  const units = need(facts, 'firewallUnits');
  if (names.some((name) => units[name]?.file === 'enabled')) return [];
  const [name] = names;
  const unit = units[name];
  const state = unit === undefined || unit.load === 'not-found' ? 'not there' : unit.file || 'not enabled';
  const unmask = state === 'masked' ? `systemctl unmask ${name}\n` : '';
  return [
    {
      because: `${name} is ${state}, so the firewall does not start at boot.`,
      actual: `${name} ${state}`,
      remediation: `${unmask}systemctl enable ${name}`,
    },
  ];
}

type Stored = Fact<{ readonly path: string; readonly denies: boolean }>;

function storedProblems(facts: BootFacts, four: Stored, six: Stored): readonly Problem[] {
  const problems = storedProblem(four, 'IPv4');
  return facts.get('packetFilter6') === undefined ? problems : [...problems, ...storedProblem(six, 'IPv6')];
}

function storedProblem(stored: Stored, family: Family): readonly Problem[] {
  const file = read(stored);
  if (file?.denies === true) return [];
  const because =
    file === undefined
      ? `${stored.state === 'absent' ? stored.because : 'There is no rule file'}, so nothing denies ${family} connections after the next boot.`
      : `${file.path} denies no ${family} connections, so all of them come in after the next boot.`;
  return [
    {
      because: because.charAt(0).toUpperCase() + because.slice(1),
      actual: file === undefined ? `no rule file for ${family}` : `${file.path} denies no ${family} connections`,
    },
  ];
}
