import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { isAddress, isUser } from '../../src/inputs/address.ts';
import { formatProblem, InputError, quote } from '../../src/inputs/error.ts';
import { schema, schemaNames } from '../../src/inputs/schema.ts';
import { readWords, splitWords } from '../../src/inputs/words.ts';
import { canonicalJson } from '../../src/model/canonical-json.ts';

describe.each(schemaNames)('the %s schema', (name) => {
  it('is JSON Schema 2020-12 that anyone can use, with a sentence for every key of a person', () => {
    const text = JSON.stringify(schema(name));
    expect(schema(name)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: expect.any(String),
    });
    expect(new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(text) as object)).toBeTypeOf(
      'function',
    );
    const { properties } = schema(name) as { properties: Record<string, { description?: string; title?: string }> };
    for (const [key, property] of Object.entries(properties)) {
      expect(property.description ?? property.title, key).toBeTypeOf('string');
    }
  });
});

describe('addresses', () => {
  it.each([
    ['web-1.example.org', true],
    ['web_1', true],
    ['example.org.', true],
    ['203.0.113.9', true],
    ['2001:db8::7', true],
    ['fe80::1%eth0', true],
    ['fe80::1%', false],
    ['fe80::1%a%b', false],
    ['-oX', false],
    ['a..b', false],
    ['a b', false],
    ['a;b', false],
    ['$(id)', false],
    ['a/b', false],
    ['bücher.example', false],
    ['', false],
    ['a'.repeat(254), false],
    ['12345::', false],
  ])('%s: %s', (text, valid) => {
    expect(isAddress(text)).toBe(valid);
  });

  it.each([
    ['root', true],
    ['www-data', true],
    ['dom\\user', true],
    ['user@corp', true],
    ['svc$', true],
    ['-l', false],
    ['a b', false],
    ['a;b', false],
    ['', false],
    ['a\u0000', false],
  ])('user %j: %s', (text, valid) => {
    expect(isUser(text)).toBe(valid);
  });
});

describe('splitWords', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`a="b c" 'd e'f`, ['a=b c', 'd ef']],
    [`"a\\"b\\\\c\\d"`, ['a"b\\c\\d']],
    [`a\\ b ''`, ['a b', '']],
    ['a #b', ['a', '#b']],
    ['', []],
    ['"a', undefined],
    ['a\\', undefined],
  ])('%j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it('ends at a comment where there may be one', () => {
    expect(splitWords('a "#b" c#d e', true)).toEqual(['a', '#b', 'c']);
  });
});

it('readWords knows where words begin and what is left open', () => {
  expect(readWords(` a  'b c'd # "x`, true)).toEqual({
    words: [
      { text: 'a', at: 1 },
      { text: 'b cd', at: 4 },
    ],
  });
  expect(readWords('a b="c d')).toEqual({ words: [{ text: 'a', at: 0 }], open: 4 });
  expect(readWords('a b\\')).toEqual({ words: [{ text: 'a', at: 0 }], open: 3 });
});

describe('canonicalJson', () => {
  it('is the same for the same value, whatever the order of its keys', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'ä' }], a: undefined, B: true })).toBe(
      '{"B":true,"b":[1,{"c":"ä","d":null}]}',
    );
    expect(canonicalJson([undefined, 1.5, 'x'])).toBe('[null,1.5,"x"]');
  });
});

describe('errors', () => {
  it('neutralise what a person or a file wrote', () => {
    expect(quote('a\u001b[31m\n\u009b\u202e"')).toBe('"a\\u001b[31m\\n\\u009b\\u202e\\""');
    expect(quote('x'.repeat(200))).toHaveLength(78);
  });

  it('leave out what is not known', () => {
    expect(formatProblem({ file: '', what: 'A.' })).toBe('A.');
    expect(formatProblem({ file: 'f', what: 'A.', expected: 'B.' })).toBe('f: A. B.');
    expect(formatProblem({ file: 'f', line: 3, what: 'A.', suggestion: 'C?' })).toBe('f:3: A. C?');
  });

  it('are sorted by place, without repetition', () => {
    const at = (line: number, column: number) => ({ file: 'f', line, column, what: 'W.' });
    const error = new InputError('data', [at(10, 1), at(2, 9), at(2, 1), at(2, 9)]);
    expect(error.problems.map(({ line, column }) => [line, column])).toEqual([
      [2, 1],
      [2, 9],
      [10, 1],
    ]);
  });
});
