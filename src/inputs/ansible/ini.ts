import { type Place, quote } from '../error.ts';
import { didYouMean } from '../suggest.ts';
import type { InputText } from '../text.ts';
import { readWords } from '../words.ts';
import { type AnsibleInventory, declareGroup, declareHost, emptyInventory, setOnce, type Variable } from './model.ts';
import { expandHostPattern } from './range.ts';

interface Section {
  readonly group: string;
  readonly kind: 'hosts' | 'vars' | 'children';
}

interface Reading {
  readonly inventory: AnsibleInventory;
  /** Groups with a [group] or [group:children] section. */
  readonly declared: Set<string>;
  /** Groups that must be declared, before or after. */
  readonly mentions: { readonly group: string; readonly section: Section; readonly place: Place }[];
  /** Undefined inside a section whose header could not be read. */
  section: Section | undefined;
}

/** Reads an Ansible inventory in INI form. Source: Ansible, plugins/inventory/ini.py. */
export function readIni({ file, text }: InputText): AnsibleInventory {
  const reading: Reading = {
    inventory: emptyInventory(file),
    declared: new Set(['all', 'ungrouped']),
    mentions: [],
    section: { group: 'ungrouped', kind: 'hosts' },
  };
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const place = { file, line: index + 1, column: raw.length - raw.trimStart().length + 1 };
    if (line === '' || /^[#;]/.test(line)) continue;
    if (isHeader(line)) openSection(line, place, reading);
    else readLine(line, place, reading);
  }
  reportUndeclared(reading);
  return reading.inventory;
}

/** `[web]` is one, `[2001:db8::7]` is a host. */
function isHeader(line: string): boolean {
  return /^\[.*\]\s*(#.*)?$/.test(line) && typeof expandHostPattern(line) === 'string';
}

function openSection(line: string, place: Place, reading: Reading): void {
  const [, group, kind = 'hosts'] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line) ?? [];
  reading.section = undefined;
  if (group === undefined || (kind !== 'hosts' && kind !== 'vars' && kind !== 'children')) {
    const expected = 'Expected [group], [group:vars] or [group:children].';
    reading.inventory.problems.push({
      ...place,
      what: `${quote(line.slice(0, line.indexOf(']') + 1))} is not a section.`,
      expected,
    });
    return;
  }
  reading.section = { group, kind };
  declareGroup(reading.inventory, group, place);
  if (kind === 'vars') reading.mentions.push({ group, section: reading.section, place });
  else reading.declared.add(group);
}

function readLine(line: string, place: Place, { inventory, mentions, section }: Reading): void {
  if (section?.kind === 'hosts') {
    readHosts(line, section.group, place, inventory);
  } else if (section?.kind === 'vars') {
    const variable = assignmentOf(line, place);
    if (variable === undefined) inventory.problems.push({ ...place, ...notAssigned(line, section.group) });
    else {
      const group = declareGroup(inventory, section.group, place);
      setOnce(group.vars, ...variable, `[${section.group}:vars]`, inventory.problems);
    }
  } else if (section?.kind === 'children') {
    const child = /^([^:=\]\s]+)\s*(?:#.*)?$/.exec(line)?.[1];
    if (child === undefined) {
      const what = `${quote(/^[^:=\]\s]*/.exec(line)?.[0])} is followed by more than a comment, so it is not the name of a group.`;
      inventory.problems.push({ ...place, what, expected: 'Expected one group per line.' });
    } else {
      mentions.push({ group: child, section, place });
      declareGroup(inventory, child, place).parents.add(section.group);
    }
  }
}

function readHosts(line: string, group: string, place: Place, inventory: AnsibleInventory): void {
  const { problems } = inventory;
  const { words, open } = readWords(line, true);
  const [pattern, ...assignments] = words;
  const at = (offset: number): Place => ({ ...place, column: (place.column ?? 1) + offset });
  if (pattern === undefined || open !== undefined) {
    const whose =
      pattern === undefined || typeof expandHostPattern(pattern.text) === 'string' ? '' : ` of ${pattern.text}`;
    problems.push({ ...at(open ?? 0), what: `The line${whose} has a quote or an escape that is not closed.` });
    return;
  }
  const expanded = expandHostPattern(pattern.text);
  if (typeof expanded === 'string') {
    problems.push({
      ...place,
      what: expanded,
      expected: 'Expected a host name, as in web-1 or web[01:20].example.org.',
    });
    return;
  }
  const vars = new Map<string, Variable>();
  if (expanded.port !== undefined) vars.set('ansible_port', { value: expanded.port, place, vaulted: false });
  for (const word of assignments) {
    const variable = assignmentOf(word.text, place);
    if (variable !== undefined) setOnce(vars, ...variable, pattern.text, problems);
    else
      problems.push({
        ...at(word.at),
        what: `The line of ${pattern.text} holds a word that is not a variable.`,
        expected: 'Expected name=value after the host name, without blanks around "=".',
      });
  }
  for (const name of expanded.names) declareHost(inventory, name, group, vars, place);
}

/** Undefined where it is not `name=value`. The caller says so without the text: it may be a password. */
function assignmentOf(text: string, place: Place): [string, Variable] | undefined {
  const [, name, value] = /^([^\s:=]+)\s*=\s*(.*)$/s.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : [name, variableOf(value, place)];
}

function notAssigned(line: string, group: string): { what: string; expected: string } {
  const [, name] = /^([A-Za-z_]\w*):(?:\s|$)/.exec(line) ?? [];
  const what =
    name === undefined ? `[${group}:vars] holds a line that is not a variable.` : `${name} is followed by ":".`;
  return { what, expected: 'Expected name=value.' };
}

/** Ansible reads values as Python literals where they are one: quotes fall away, and a comment after them. */
function variableOf(text: string, place: Place): Variable {
  const quoted = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?:#.*)?$/.exec(text);
  const content = quoted?.[1] ?? quoted?.[2];
  const number = /^([0-9]+)\s*(?:#.*)?$/.exec(text)?.[1];
  const value = content === undefined ? (number ?? text) : content.replace(/\\(['"\\])/g, '$1');
  return { value, place, vaulted: value.startsWith('$ANSIBLE_VAULT;') };
}

function reportUndeclared({ inventory, declared, mentions }: Reading): void {
  for (const { group, section, place } of mentions) {
    if (declared.has(group)) continue;
    const what = `[${section.group}:${section.kind}] refers to the group ${quote(group)}, which is not declared.`;
    inventory.problems.push({ ...place, what, ...didYouMean(group, declared) });
  }
}
