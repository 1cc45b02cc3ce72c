import type { Problem, Scope } from '../../src/model/check.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { Opening, PacketFilter, Published, Ufw } from '../../src/model/facts/firewall.ts';
import { shellWord } from '../../src/model/shell-word.ts';
import { permits, permitsFrom } from './coverage.ts';
import { collect, familyText } from './families.ts';
import { hookAgain, keepSsh, plain } from './now.ts';
import { closings, grouped, listText, removal, trafficText } from './words.ts';

/** The kernel does not do what ufw's files say, although something filters. */
export function wordProblems(filters: readonly PacketFilter[], ufw: Ufw | undefined, scope: Scope): readonly Problem[] {
  if (ufw?.enabled !== true) return [];
  const wrong = filters.filter(
    (filter) => filter.denies && filter.ufw !== 'hooked' && (filter.family === 'IPv4' || ufw.ipv6),
  );
  if (wrong.length === 0) return [];
  const seen = `ufw is enabled in its files, but incoming ${familyText(wrong)} packets do not go through its chains`;
  const isLoose = wrong.some((filter) => filter.ufw === 'unhooked');
  return [plain(seen, isLoose ? hookAgain(scope) : `${keepSsh(scope)}\nufw disable && ufw --force enable`)];
}

/** Rules beside ufw's own that let in what ufw's own do not. Without ufw there is no such thing as "beside". */
export function foreignProblems(filters: readonly PacketFilter[]): readonly Problem[] {
  const foreign = filters
    .filter(({ ufw, denies }) => ufw === 'hooked' && denies)
    .flatMap(({ openings }) => {
      const own = openings.filter((opening) => opening.byUfw);
      return openings.filter((opening) => !opening.byUfw && !permits(own, opening));
    });
  return certain(foreign, trafficText).map(({ text, members }) => ({
    because: `A rule outside ufw's own lets in ${text}.`,
    actual: `${text} by "${members[0]?.rule}" in chain ${members[0]?.chain}`,
    remediation: [closings(members), ...new Set(members.flatMap(compare))].join('\n'),
  }));
}

/** Published ports and forwards that come in although the firewall's own rules do not let them in. */
export function publishedProblems(filters: readonly PacketFilter[]): readonly Problem[] {
  const denying = filters.filter(({ denies }) => denies);
  const readers = denying.map((filter) => () => ({ filter, published: read(filter.published) ?? [] }));
  return collect(readers, (all) => {
    const around = all.flatMap(({ filter, published }) => {
      // A rule with a condition that is not read may be for a few addresses only.
      const openings = filter.openings.filter(({ unread }) => unread.length === 0);
      return published.filter(
        (one) => one.fate !== 'dropped' && !one.byUfw && !permitsFrom(filter.outside, openings, one),
      );
    });
    return certain(around, (one) => `${trafficText(one)}, sent to ${one.to}`).map(({ text, members }) => ({
      because: `A port is published around the firewall: ${text}.`,
      actual: `${text} by "${members[0]?.rule}"${fateText(members[0])}`,
      remediation: members.map((one) => contain(one, denying)).join('\n'),
    }));
  });
}

function fateText(one: Published | undefined): string {
  if (one?.fate === 'accepted') return `, then accepted by "${one.acceptedBy}"`;
  return ', then left to the default policy of the forward chain';
}

/** Docker publishes on all addresses unless told otherwise. Source: docs.docker.com, "Packet filtering and firewalls". */
function contain(one: Published, filters: readonly PacketFilter[]): string {
  const { to, family, chain } = one;
  if (!chain.startsWith('DOCKER')) {
    return `# where a container is behind it, publish ${to} on loopback only; else take the rule away, here and where it is loaded from:
${removal(one)}`;
  }
  const outside = filters.find((filter) => filter.family === family)?.outside ?? [];
  const [tool, file] = family === 'IPv4' ? ['iptables', 'after.rules'] : ['ip6tables', 'after6.rules'];
  const rule = `DOCKER-USER -i ${outside[0] === undefined ? 'OUTSIDE-INTERFACE' : shellWord(outside[0])} -m conntrack --ctstate NEW -j DROP`;
  return `# publish ${to} on loopback only (docker run -p 127.0.0.1:PORT:PORT), or:
${tool} -I ${rule}
# and, to keep it, append to /etc/ufw/${file}; with its own chain line, for ufw starts before Docker has made the chain:
  *filter
  :DOCKER-USER - [0:0]
  -A ${rule}
  -A DOCKER-USER -j RETURN
  COMMIT`;
}

function compare({ family, chain }: Opening): readonly string[] {
  const stage = /^ufw6?-(before|after)-/.exec(chain)?.[1];
  const name = `${stage}${family === 'IPv4' ? '' : '6'}.rules`;
  return stage === undefined
    ? []
    : [`diff /usr/share/ufw/iptables/${name} /etc/ufw/${name}   # remove what was added, then: ufw reload`];
}

/** Groups what is certain; what is not is ignorance, unless something certain was found. */
function certain<T extends Opening | Published>(
  all: readonly T[],
  say: (one: T) => string,
): ReturnType<typeof grouped<T>> {
  const [doubtful] = all.filter((one) => one.unread.length > 0);
  const sure = all.filter((one) => one.unread.length === 0);
  if (sure.length === 0 && doubtful !== undefined) {
    cannotTell(
      'unparseable',
      `A rule about ${trafficText(doubtful)} has a condition that is not read: ${listText(doubtful.unread)} (${doubtful.rule}).`,
    );
  }
  return grouped(sure, say);
}
