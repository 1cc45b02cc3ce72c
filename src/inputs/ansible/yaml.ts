import { type InputProblem, quote } from '../error.ts';
import type { Path, YamlFile } from '../yaml.ts';
import { type AnsibleInventory, declareGroup, declareHost, emptyInventory, setOnce, type Variable } from './model.ts';
import { expandHostPattern } from './range.ts';

const SECTIONS = ['hosts', 'vars', 'children'];

/** True when every (or some) key of a mapping is one that Ansible's groups have; an empty mapping can be a group. */
export function isAnsibleGroup(value: unknown, which: 'every' | 'some'): boolean {
  if (!isMapping(value)) return false;
  const keys = Object.keys(value);
  return which === 'every' ? keys.every((key) => SECTIONS.includes(key)) : keys.some((key) => SECTIONS.includes(key));
}

/** Reads an Ansible inventory in YAML form. Source: Ansible, plugins/inventory/yaml.py. */
export function readYamlInventory(yaml: YamlFile): AnsibleInventory {
  const inventory = emptyInventory(yaml.file);
  for (const [name, group] of entriesOf(yaml.value, [], yaml, inventory.problems)) {
    readGroup(name, group, [name], yaml, inventory);
  }
  return inventory;
}

function readGroup(name: string, content: unknown, path: Path, yaml: YamlFile, inventory: AnsibleInventory): void {
  const { problems } = inventory;
  const group = declareGroup(inventory, name, yaml.at(path, 'key'));
  for (const [section, members] of entriesOf(content, path, yaml, problems)) {
    const at = [...path, section];
    if (section === 'vars') {
      for (const [key, variable] of variablesAt(members, at, yaml, problems)) {
        setOnce(group.vars, key, variable, `The group ${quote(name)}`, problems);
      }
    } else if (section === 'children') {
      for (const [child, below] of entriesOf(members, at, yaml, problems)) {
        readGroup(child, below, [...at, child], yaml, inventory);
        inventory.groups.get(child)?.parents.add(name);
      }
    } else if (section === 'hosts') {
      for (const [pattern, vars] of entriesOf(members, at, yaml, problems)) {
        readHosts(pattern, vars, name, [...at, pattern], yaml, inventory);
      }
    } else {
      problems.push({
        ...yaml.at(at, 'key'),
        what: `${quote(section)} is not a key of the group ${quote(name)}.`,
        expected: 'Expected hosts, vars or children.',
      });
    }
  }
}

function readHosts(
  pattern: string,
  content: unknown,
  group: string,
  path: Path,
  yaml: YamlFile,
  inventory: AnsibleInventory,
): void {
  const place = yaml.at(path, 'key');
  const expanded = expandHostPattern(pattern);
  if (typeof expanded === 'string') {
    inventory.problems.push({
      ...place,
      what: expanded,
      expected: 'Expected a host name, as in web-1 or web[01:20].example.org.',
    });
    return;
  }
  const vars = new Map<string, Variable>();
  if (expanded.port !== undefined) vars.set('ansible_port', { value: expanded.port, place, vaulted: false });
  for (const [key, variable] of variablesAt(content, path, yaml, inventory.problems)) {
    setOnce(vars, key, variable, pattern, inventory.problems);
  }
  for (const name of expanded.names) declareHost(inventory, name, group, vars, place);
}

/** The variables of a mapping, with the place and the vault tag of each. */
export function variablesAt(
  content: unknown,
  path: Path,
  yaml: YamlFile,
  problems: InputProblem[],
): [string, Variable][] {
  return entriesOf(content, path, yaml, problems).map(([key, value]) => {
    const at = [...path, key];
    const vaulted = yaml.tag(at) === '!vault' || (typeof value === 'string' && value.startsWith('$ANSIBLE_VAULT;'));
    // Numbers as written: `022` is another one in YAML 1.1, which Ansible reads.
    const text = typeof value === 'number' ? (yaml.written(at) ?? value) : value;
    return [key, { value: text, place: yaml.at(at), vaulted }];
  });
}

/** The members of a mapping; one word stands for a mapping with one empty member, nothing for an empty one. */
function entriesOf(value: unknown, path: Path, yaml: YamlFile, problems: InputProblem[]): [string, unknown][] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'string' && SECTIONS.includes(String(path.at(-1)))) return [[value, null]];
  if (isMapping(value)) return Object.entries(value);
  const what = path.length === 0 ? 'The inventory is not a mapping.' : `${quote(path.at(-1))} is not a mapping.`;
  problems.push({ ...yaml.at(path), what, expected: 'Expected a mapping of names.' });
  return [];
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
