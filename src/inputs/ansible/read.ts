import type { Declarations } from '../declared.ts';
import { InputError } from '../error.ts';
import type { Folders } from '../text.ts';
import { declareAnsibleHost } from './declare.ts';
import { type AnsibleInventory, ancestry, combineGroups, settleUngrouped, type Variables } from './model.ts';
import { type VariableFiles, variableFiles } from './variable-files.ts';

/**
 * Combines the variables of every host as Ansible does and takes from them what matters for reaching it.
 * Source: Ansible, "Understanding variable precedence", and vars/manager.py.
 */
export function readAnsible(file: string, inventory: AnsibleInventory, folders: Folders): Declarations {
  settleUngrouped(inventory);
  const groupFiles = remembered(variableFiles('group_vars', file, inventory, folders));
  const hostFiles = variableFiles('host_vars', file, inventory, folders);
  const groupsOf = ancestry(inventory);
  const all = inventory.groups.get('all')?.vars;
  const hosts = [...inventory.hosts.values()].map((host) => {
    const groups = groupsOf(host);
    const vars: Variables = new Map();
    const layers = [
      all,
      combineGroups(groups, (group) => group.vars),
      groupFiles('all'),
      combineGroups(groups, (group) => groupFiles(group.name)),
      host.vars,
      hostFiles(host.name),
    ];
    for (const layer of layers) for (const [name, variable] of layer ?? []) vars.set(name, variable);
    const names = groups.map(({ group }) => group.name).filter((name) => name !== 'ungrouped');
    return declareAnsibleHost({ name: host.name, groups: names.sort(), place: host.place }, vars, folders);
  });
  if (inventory.problems.length > 0) throw new InputError('data', inventory.problems);
  if (hosts.length === 0) {
    throw new InputError('data', [{ file, line: 1, column: 1, what: 'The inventory holds no host.' }]);
  }
  return {
    hosts: hosts.map(({ host }) => host),
    groups: [...inventory.groups.keys()].filter((name) => name !== 'all' && name !== 'ungrouped'),
    hopDefaults: {},
    warnings: [...new Set([...inventory.warnings, ...hosts.flatMap(({ warnings }) => warnings)])],
  };
}

function remembered(files: VariableFiles): VariableFiles {
  const memory = new Map<string, ReturnType<VariableFiles>>();
  return (name) => {
    const vars = memory.get(name) ?? files(name);
    memory.set(name, vars);
    return vars;
  };
}
