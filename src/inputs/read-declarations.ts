import { readIni } from './ansible/ini.ts';
import { readAnsible } from './ansible/read.ts';
import { isAnsibleGroup, readYamlInventory } from './ansible/yaml.ts';
import type { Catalogue } from './catalogue.ts';
import type { Declarations } from './declared.ts';
import { InputError } from './error.ts';
import { readInventory } from './inventory-yaml.ts';
import type { Folders, InputText } from './text.ts';
import { parseYaml, type YamlFile } from './yaml.ts';

const OUR_KEYS = ['hosts', 'groups', 'defaults'];
const EXPORT = 'Export it with "ansible-inventory -i SOURCE --list --yaml" and give that file.';

/**
 * Reads an inventory of any of the three formats, told apart by their content: YAML begins with a key, and is ours
 * when `hosts`, `groups` or `defaults` stand at the top, Ansible's when groups do; all else is an Ansible INI
 * inventory. Throws `InputError` when it could be two of them.
 */
export function readDeclarations(input: InputText, catalogue: Catalogue, folders: Folders): Declarations {
  refuseForeign(input);
  if (!looksLikeYaml(input.text)) return readAnsible(input.file, readIni(input), folders);
  // Our own format has no merge keys and no Ansible tags. Parsing is slow, so the likelier rules come first.
  const strict = /^(\{\s*)?["']?(hosts|groups|defaults)["']?\s*:/m.test(input.text);
  const yaml = parseYaml(input, { ansible: !strict });
  if (formatOf(yaml) === 'ansible') return readAnsible(input.file, readYamlInventory(yaml), folders);
  return readInventory(strict ? yaml : parseYaml(input), catalogue, folders);
}

/** The first line that says anything begins a mapping, a list or a JSON object. */
function looksLikeYaml(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !/^[#;]/.test(line)) ?? '';
  return /^(---|[{"'%?&!]|-\s|[^#=]*?:(\s|$))/.test(first);
}

function formatOf(yaml: YamlFile): 'ours' | 'ansible' {
  const { value } = yaml;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'ours';
  const top = new Map(Object.entries(value));
  if (Array.isArray(top.get('hosts'))) return 'ours';
  const groups = [...top.values()];
  if (!OUR_KEYS.some((key) => top.has(key))) {
    const plugin = ['plugin', '_meta'].find((key) => top.has(key));
    if (plugin !== undefined) {
      throw refusal(
        yaml.at([plugin], 'key'),
        'The inventory is made by an Ansible plugin or script, which is never run.',
      );
    }
    return groups.some((group) => group === null || isAnsibleGroup(group, 'some')) ? 'ansible' : 'ours';
  }
  if (!groups.every((group) => group === null || isAnsibleGroup(group, 'every'))) return 'ours';
  throw new InputError('data', [
    {
      ...yaml.at([]),
      what: 'The inventory can be read as one of ours and as one of Ansible.',
      expected: 'Expected "hosts" to be a list, or the groups of Ansible below "all: children:".',
    },
  ]);
}

function refuseForeign({ file, text }: InputText): void {
  const place = { file, line: 1, column: 1 };
  if (text.startsWith('#!')) throw refusal(place, 'The inventory is a program, which is never run.');
  if (text.startsWith('$ANSIBLE_VAULT;')) {
    throw new InputError('data', [
      { ...place, what: 'The inventory is encrypted with Ansible Vault, which is not read here.' },
    ]);
  }
}

function refusal(place: { file: string }, what: string): InputError {
  return new InputError('data', [{ ...place, what, suggestion: EXPORT }]);
}
