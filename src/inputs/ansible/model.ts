import type { InputProblem, Place } from '../error.ts';

/** A variable as written; `vaulted` ones are encrypted and cannot be read. */
export interface Variable {
  readonly value: unknown;
  readonly place: Place;
  readonly vaulted: boolean;
  /** Two groups, neither of which outranks the other, give different values; this one only has the later name. */
  readonly disputed?: { readonly group: string; readonly rival: string };
}

export type Variables = Map<string, Variable>;

export interface AnsibleGroup {
  readonly name: string;
  readonly parents: Set<string>;
  readonly vars: Variables;
  readonly place: Place;
}

export interface AnsibleHost {
  readonly name: string;
  readonly groups: Set<string>;
  readonly vars: Variables;
  readonly place: Place;
}

/** An inventory as Ansible's own plugins build it, before variables are combined. */
export interface AnsibleInventory {
  readonly groups: Map<string, AnsibleGroup>;
  readonly hosts: Map<string, AnsibleHost>;
  readonly problems: InputProblem[];
  readonly warnings: string[];
}

export function emptyInventory(file: string): AnsibleInventory {
  const inventory: AnsibleInventory = { groups: new Map(), hosts: new Map(), problems: [], warnings: [] };
  for (const name of ['all', 'ungrouped']) declareGroup(inventory, name, { file });
  return inventory;
}

export function declareGroup({ groups }: AnsibleInventory, name: string, place: Place): AnsibleGroup {
  const group = groups.get(name) ?? { name, parents: new Set<string>(), vars: new Map(), place };
  groups.set(name, group);
  return group;
}

/**
 * Adds a host to a group. A second mention adds its variables; where it changes one that was written before, Ansible
 * silently takes the later one, so it is a problem here.
 */
export function declareHost(
  { hosts, problems }: AnsibleInventory,
  name: string,
  group: string,
  vars: ReadonlyMap<string, Variable>,
  place: Place,
): void {
  const host = hosts.get(name) ?? { name, groups: new Set<string>(), vars: new Map(), place };
  hosts.set(name, host);
  host.groups.add(group);
  for (const [key, variable] of vars) setOnce(host.vars, key, variable, name, problems);
}

/** Who is in no group is in `ungrouped`, wherever it was declared. Source: Ansible, inventory/data.py (reconcile_inventory). */
export function settleUngrouped({ hosts }: AnsibleInventory): void {
  for (const { groups } of hosts.values()) {
    if ([...groups].some((name) => name !== 'all' && name !== 'ungrouped')) groups.delete('ungrouped');
    else groups.add('ungrouped');
  }
}

/** Sets a variable of a host or a group that may have it already; a second value that differs is a problem. */
export function setOnce(
  vars: Variables,
  key: string,
  variable: Variable,
  owner: string,
  problems: InputProblem[],
): void {
  const before = vars.get(key);
  if (before !== undefined && !isSame(before, variable)) {
    const { file, line } = before.place;
    const where = file === variable.place.file ? `line ${line}` : `${file}:${line}`;
    problems.push({ ...variable.place, what: `${owner} has ${key} twice, with different values; first in ${where}.` });
  }
  vars.set(key, variable);
}

function isSame(a: Variable, b: Variable): boolean {
  const [first, second] = [a, b].map(({ value }) =>
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  );
  return first === second;
}

/**
 * The variables of groups, weakest first as `ancestry` sorts them. Where two groups of one level disagree, Ansible
 * takes the one with the later name; the variable is marked, and matters only if nothing stronger sets it.
 */
export function combineGroups(
  groups: readonly RankedGroup[],
  varsOf: (group: AnsibleGroup) => ReadonlyMap<string, Variable>,
): Variables {
  const combined: Variables = new Map();
  const setBy = new Map<string, RankedGroup>();
  for (const ranked of groups) {
    for (const [key, variable] of varsOf(ranked.group)) {
      const before = combined.get(key);
      const rival = setBy.get(key);
      const isTie = before !== undefined && rival?.rank === ranked.rank;
      if (isTie && before.disputed !== undefined) continue;
      setBy.set(key, ranked);
      const disputed = isTie && !isSame(before, variable);
      combined.set(
        key,
        disputed ? { ...variable, disputed: { group: ranked.group.name, rival: rival?.group.name ?? '' } } : variable,
      );
    }
  }
  return combined;
}

export interface RankedGroup {
  readonly group: AnsibleGroup;
  /** Equal for groups neither of which outranks the other. */
  readonly rank: string;
}

/** All groups of a host with their ancestors, weakest variables first: by depth, priority, name. Without `all`. */
export function ancestry(inventory: AnsibleInventory): (host: AnsibleHost) => readonly RankedGroup[] {
  const depths = depthsOf(inventory);
  const rank = (group: AnsibleGroup) => [depths.get(group.name) ?? 0, priorityOf(group)] as const;
  return (host) => {
    const found = new Set<AnsibleGroup>();
    const pending = [...host.groups];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const group = inventory.groups.get(name);
      if (group === undefined || found.has(group) || name === 'all') continue;
      found.add(group);
      pending.push(...group.parents);
    }
    const sorted = [...found].sort((a, b) => {
      const [depthA, priorityA] = rank(a);
      const [depthB, priorityB] = rank(b);
      return depthA - depthB || priorityA - priorityB || (a.name < b.name ? -1 : 1);
    });
    return sorted.map((group) => ({ group, rank: rank(group).join() }));
  };
}

function priorityOf({ vars }: AnsibleGroup): number {
  const priority = Number(vars.get('ansible_group_priority')?.value ?? 1);
  return Number.isFinite(priority) ? priority : 1;
}

/** Longest way down from `all`; circles are reported and cut. */
function depthsOf({ groups, problems }: AnsibleInventory): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  const depthOf = (name: string, trail: readonly string[]): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const group = groups.get(name);
    if (group === undefined || name === 'all') return 0;
    if (trail.includes(name)) {
      problems.push({ ...group.place, what: `The groups contain each other: ${[...trail, name].join(' → ')}.` });
      return 0;
    }
    const depth = 1 + Math.max(0, ...[...group.parents].map((parent) => depthOf(parent, [...trail, name])));
    depths.set(name, depth);
    return depth;
  };
  for (const name of groups.keys()) depthOf(name, []);
  return depths;
}
