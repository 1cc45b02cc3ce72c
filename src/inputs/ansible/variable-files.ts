import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../error.ts';
import { expandPath, type Folders, readInput } from '../text.ts';
import { parseYaml } from '../yaml.ts';
import type { AnsibleInventory, Variable, Variables } from './model.ts';
import { variablesAt } from './yaml.ts';

/** In the order Ansible looks; the first that is there is the only one read. */
const EXTENSIONS = ['', '.yml', '.yaml', '.json'];

/** The variables of one group or host from the files next to the inventory. */
export type VariableFiles = (name: string) => ReadonlyMap<string, Variable>;

/**
 * Reads `group_vars/` or `host_vars/` next to the inventory: `NAME`, `NAME.yml`, … or all files of a folder `NAME/`.
 * A file that is encrypted as a whole is left out, with a warning. Source: Ansible, plugins/vars/host_group_vars.py.
 */
export function variableFiles(
  kind: 'group_vars' | 'host_vars',
  inventoryFile: string,
  inventory: AnsibleInventory,
  folders: Folders,
): VariableFiles {
  const root = path.join(path.dirname(inventoryFile), kind);
  const entries = entriesIn(root, folders);
  return (name) => {
    const entry = EXTENSIONS.map((extension) => `${name}${extension}`).find((candidate) => entries.has(candidate));
    const vars: Variables = new Map();
    if (entry === undefined) return vars;
    const file = path.join(root, entry);
    for (const found of entries.get(entry) === 'folder' ? filesBelow(file, folders) : [file]) {
      for (const [key, variable] of readVariables(found, inventory, folders)) vars.set(key, variable);
    }
    return vars;
  };
}

function readVariables(file: string, { problems, warnings }: AnsibleInventory, folders: Folders): [string, Variable][] {
  const input = readInput(file, folders, { mayBeEmpty: true });
  if (input.text.startsWith('$ANSIBLE_VAULT;')) {
    warnings.push(`${file}: The file is encrypted with Ansible Vault; its variables are not used.`);
    return [];
  }
  if (input.text.split('\n').every((line) => /^\s*(#.*|---\s*)?$/.test(line))) return [];
  const yaml = parseYaml(input, { ansible: true });
  return variablesAt(yaml.value, [], yaml, problems);
}

function entriesIn(folder: string, folders: Folders): ReadonlyMap<string, 'file' | 'folder'> {
  const absolute = expandPath(folder, folders);
  if (!existsSync(absolute) || !statSync(absolute).isDirectory()) return new Map();
  try {
    return new Map(
      readdirSync(absolute).map((name) => [name, isFolder(path.join(absolute, name)) ? 'folder' : 'file']),
    );
  } catch {
    throw new InputError('missing', [{ file: folder, what: 'The folder may not be read by this user.' }]);
  }
}

function isFolder(absolute: string): boolean {
  return statSync(absolute, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Sorted, hidden and backup files left out, folders without a suffix entered. */
function filesBelow(folder: string, folders: Folders): string[] {
  const entries = [...entriesIn(folder, folders)]
    .filter(([name]) => !/^\.|~$/.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.flatMap(([name, kind]) => {
    const file = path.join(folder, name);
    const extension = path.extname(name);
    if (kind === 'folder') return extension === '' ? filesBelow(file, folders) : [];
    return EXTENSIONS.includes(extension) ? [file] : [];
  });
}
