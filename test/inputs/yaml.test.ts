import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeInput, readInput } from '../../src/inputs/text.ts';
import { parseYaml } from '../../src/inputs/yaml.ts';
import { messageOf } from './message.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-yaml-'));
afterAll(() => rmSync(folder, { recursive: true }));
const folders = { cwd: folder, home: folder };

describe('readInput', () => {
  it.each([
    ['not there', 'nope.yaml', undefined, '66 nope.yaml: The file does not exist.'],
    ['below a file', 'file/x', undefined, '66 file/x: The file does not exist.'],
    ['a folder', 'folder', undefined, '66 folder: This is a folder. Expected a file.'],
    ['endless', '/dev/zero', undefined, '65 /dev/zero:1:1: The file is larger than 1 MiB.'],
    ['empty', 'f', '', '65 f:1:1: The file is empty.'],
    ['blank', 'f', ' \n\t\n', '65 f:1:1: The file is empty.'],
    [
      'too large',
      'f',
      'a'.repeat(1024 * 1024 + 1),
      '65 f:1:1: The file is larger than 1 MiB. Expected a text file of at most 1 MiB.',
    ],
    ['NUL', 'f', 'a: 1\nb: \0\n', '65 f:2:4: The file holds a NUL byte, so it is not text.'],
    ['NUL at once', 'f', '\0', '65 f:1:1: The file holds a NUL byte'],
    ['UTF-16, the other way', 'f', Buffer.from([0xfe, 0xff, 0, 0x61]), '65 f:1:1: The file is UTF-16.'],
    ['a byte 0xff at once', 'f', Buffer.from([0xff, 0x61]), '65 f:1:1: The file is not valid UTF-8.'],
    ['invalid UTF-8 at the end of a line', 'f', Buffer.from([0x61, 0xff, 10, 0x61]), '65 f:1:2: The file is not valid'],
    ['invalid UTF-8', 'f', Buffer.from('a: 1\nbä: \xff\n', 'latin1'), '65 f:2:2: The file is not valid UTF-8.'],
    ['cut UTF-8', 'f', Buffer.from([0x61, 0xe2, 0x82]), '65 f:1:2: The file is not valid UTF-8.'],
    ['UTF-16', 'f', Buffer.from('\ufeffa: 1', 'utf16le'), '65 f:1:1: The file is UTF-16. Save it as UTF-8.'],
  ])('%s', (_, name, content, message) => {
    mkdirSync(path.join(folder, 'folder'), { recursive: true });
    writeFileSync(path.join(folder, 'file'), 'x');
    if (content !== undefined) writeFileSync(path.join(folder, name), content);
    expect(messageOf(() => readInput(name, folders))).toContain(message);
  });

  it.skipIf(process.getuid?.() === 0)('may not be read', () => {
    writeFileSync(path.join(folder, 'secret'), 'x', { mode: 0o000 });
    expect(messageOf(() => readInput('secret', folders))).toBe('66 secret: The file may not be read by this user.');
  });

  it('leads nowhere', () => {
    symlinkSync('loop', path.join(folder, 'loop'));
    expect(messageOf(() => readInput('loop', folders))).toBe('66 loop: The file cannot be read (ELOOP).');
  });

  it('takes exactly 1 MiB, a byte order mark, ~ and absolute names', () => {
    writeFileSync(path.join(folder, 'full'), 'a'.repeat(1024 * 1024));
    expect(readInput('~/full', folders).text).toHaveLength(1024 * 1024);
    writeFileSync(path.join(folder, 'bom'), '\ufeffa: 1');
    expect(readInput(path.join(folder, 'bom'), folders).text).toBe('a: 1');
  });
});

const parse = (text: string, options = {}) => parseYaml(decodeInput('f.yaml', Buffer.from(text)), options);

/** Nine levels of nine aliases each: 9^9 values from 300 bytes. */
const BOMB = Array.from({ length: 10 }, (_, level) =>
  level === 0
    ? 'a0: &a0 [x]'
    : `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
).join('\n');

describe('parseYaml', () => {
  it.each([
    ['comments only', '# nothing\n', '65 f.yaml:1:1: The file holds comments only.'],
    ['duplicate key', 'a: 1\nb: 2\na: 3\n', 'f.yaml:3:1: The key "a" stands twice in one mapping.'],
    ['duplicate key, quoted', 'x:\n  a: 1\n  "a": 3\n', 'f.yaml:3:3: The key "a" stands twice in one mapping.'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'f.yaml:2:1: The file holds more than one YAML document; expected one.'],
    ['tab', 'a:\n\t- b\n', 'f.yaml:2:1: Tabs are not allowed as indentation; use spaces.'],
    ['unclosed brace', 'a: {b: 1\n', 'The YAML is malformed:'],
    ['unclosed quote', 'a: "b\n', 'The YAML is malformed: missing closing'],
    [
      'mapping in a scalar',
      'a: b: c\n',
      'f.yaml:1:4: The YAML is malformed: nested mappings are not allowed in compact mappings.',
    ],
    ['list as key', '? [a, b]\n: 1\n', 'f.yaml:1:3: A key is not plain text.'],
    [
      'unknown tag',
      'a: !python/object x\n',
      'f.yaml:1:4: The tag is not supported here. A value that begins with "!" needs quotes.',
    ],
    ['vault tag outside Ansible', 'a: !vault x\n', 'f.yaml:1:4: The tag is not supported here.'],
    [
      'unknown alias',
      'a: *nope\n',
      'f.yaml:1:4: The alias refers to an anchor that does not stand before it. A value that begins with "*" needs quotes.',
    ],
    ['later anchor', 'a: *x\nb: &x 1\n', 'f.yaml:1:4: The alias refers to an anchor that does not stand before it.'],
    ['circular alias', 'a: &a [1, *a]\n', 'f.yaml:1:11: The alias refers to something that it is itself a part of.'],
    ['bomb', BOMB, 'Its anchors unfold into more than 1000000 values.'],
    ['deep nesting', '['.repeat(100_000), 'The file is nested too deeply.'],
    ['deep list', '- '.repeat(500_000), 'f.yaml:1:'],
    ['deep explicit keys', '? '.repeat(500_000), 'The file is nested too deeply.'],
    [
      'deep indentation',
      Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'f.yaml:200:201: The file is nested',
    ],
    ['deep mapping', '{a: '.repeat(100_000), 'The file is nested too deeply.'],
  ])('refuses: %s', (_, text, message) => {
    expect(messageOf(() => parse(text))).toContain(message);
  });

  it('says it with the exit code of a configuration error where it is one', () => {
    expect(messageOf(() => parse('a: [', { kind: 'config' }))).toMatch(/^78 /);
  });

  it('reads a hundred thousand keys without comparing each with each', () => {
    const text = Array.from({ length: 100_000 }, (_, index) => `k${index}:`).join('\n');
    const before = process.cpuUsage();
    expect(Object.keys(parse(text).value as object)).toHaveLength(100_000);
    // Processor time, because the machine may be busy; a tenth of it is enough unless something is quadratic.
    expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
  }, 60_000);

  it('unfolds anchors of a reasonable size', () => {
    expect(parse('a: &x {k: [1]}\nb: *x\nc: [*x, *x]\n').value).toEqual({
      a: { k: [1] },
      b: { k: [1] },
      c: [{ k: [1] }, { k: [1] }],
    });
  });

  it('follows thirty thousand aliases without searching the document for each', () => {
    const before = process.cpuUsage();
    expect(parse(`a: &a 1\nb: [${Array(30_000).fill('*a').join(', ')}]\n`).value).toMatchObject({ a: 1 });
    // Processor time, because the machine may be busy; a tenth of it is enough unless something is quadratic.
    expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
  }, 60_000);

  it('keeps prototype keys where they are', () => {
    const { value } = parse('__proto__: { polluted: true }\nconstructor: 1\n');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('finds the place of keys and values, through aliases, and the nearest one above what is not there', () => {
    const yaml = parse('a:\n  - b: 1\n    c:  2\nd: &x { e: 1 }\nf: *x\nversion: 2026.10\n');
    expect(yaml.at(['a', 0, 'c'])).toEqual({ file: 'f.yaml', line: 3, column: 9 });
    expect(yaml.at(['a', 0, 'c'], 'key')).toEqual({ file: 'f.yaml', line: 3, column: 5 });
    expect(yaml.at(['f', 'e'])).toEqual({ file: 'f.yaml', line: 4, column: 12 });
    expect(yaml.at(['a', 0, 'zzz', 'y'])).toEqual({ file: 'f.yaml', line: 2, column: 5 });
    expect(yaml.at(['a', 7])).toMatchObject({ line: 2 });
    expect(yaml.at([])).toMatchObject({ line: 1, column: 1 });
    expect(yaml.written(['version'])).toBe('2026.10');
    expect(yaml.written(['a'])).toBeUndefined();
  });
});
