import { describe, expect, test } from 'vitest';
import { byAnswers, byLines, byParts, byText, memoized } from '../../src/facts/memo.ts';
import type { OwnOutputs } from '../../src/facts/outputs.ts';
import { output, outputs } from './recorded.ts';

/** A reader that counts how often it is asked. */
function counted(size: number) {
  const asked: string[] = [];
  const read = byText(size, (text) => {
    asked.push(text);
    if (text === 'bad') throw new Error('unreadable');
    return { text };
  });
  return { asked, read };
}

describe('byText', () => {
  test('a text that comes again is kept, and gives the same value from then on', () => {
    const { asked, read } = counted(10);
    expect(read('one')).toEqual({ text: 'one' });
    expect(read('one')).toBe(read('one'));
    expect(read('two')).toEqual({ text: 'two' });
    expect(asked).toEqual(['one', 'one', 'two']);
  });

  test('what threw is asked again', () => {
    const { asked, read } = counted(10);
    for (const _ of [1, 2, 3]) expect(() => read('bad')).toThrow('unreadable');
    expect(asked).toEqual(['bad', 'bad', 'bad']);
  });

  test('keeps at most twice its size, and what was met last', () => {
    const { asked, read } = counted(2);
    for (const text of ['a', 'b', 'c', 'd', 'e']) for (const _ of [1, 2]) read(text);
    asked.length = 0;
    for (const text of ['c', 'd', 'e']) read(text);
    expect(asked).toEqual([]);
    read('a');
    expect(asked).toEqual(['a']);
  });

  test('keeps fewer of long texts, and none that is longer than all there is room for', () => {
    const { asked, read } = counted(4);
    const texts = ['a', 'b', 'c', 'd', 'e'].map((text) => text.repeat(8192));
    for (const text of [...texts, 'x'.repeat(4 * 4096 + 1)]) for (const _ of [1, 2]) read(text);
    asked.length = 0;
    for (const text of texts.slice(-2)) read(text);
    expect(asked).toEqual([]);
    for (const text of [texts[0] ?? '', 'x'.repeat(4 * 4096 + 1)]) read(text);
    expect(asked).toHaveLength(2);
  });
});

describe('byParts', () => {
  test('texts count by value, objects by being the same one', () => {
    let times = 0;
    const join = byParts(10, (...parts: readonly (string | object | null)[]) => {
      times += 1;
      return { parts };
    });
    const object = { a: 1 };
    join('x', object);
    expect(join('x', object)).toBe(join('x', object));
    expect(times).toBe(2);
    for (const parts of [['x', { a: 1 }], ['x,', object], ['x'], ['x', null], ['', 'x', object]]) join(...parts);
    expect(times).toBe(7);
  });
});

describe('byLines', () => {
  test.each([0, 1, 7, 8, 9, 16, 17, 40])('reads all of %i lines in their order', (count) => {
    const lines = Array.from({ length: count }, (_, at) => `line ${at}`);
    const read = byLines(100, (line) => (line === '' ? [] : [line]));
    for (const end of ['', '\n']) for (const _ of [1, 2]) expect(read(lines.join('\n') + end)).toEqual(lines);
  });

  test('a line that others have is read once, wherever it stands', () => {
    const asked: string[] = [];
    const read = byLines(100, (line) => {
      asked.push(line);
      return [{ line }];
    });
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const [, , before] = [1, 2, 3].map(() => read(lines.join('\n')));
    asked.length = 0;
    const after = read(['new', ...lines].join('\n'));
    expect(asked).toEqual(['new']);
    expect(after.slice(1).every((one, at) => one === before?.[at])).toBe(true);
  });
});

describe('byText on long texts', () => {
  test('keeps apart what looks alike', () => {
    const read = byText(10, (text) => ({ text }));
    const long = 'x'.repeat(5000);
    // One character of the many that no glance falls on.
    for (const at of [1, 78, 2501]) {
      const other = `${long.slice(0, at)}y${long.slice(at + 1)}`;
      expect(read(long).text).toBe(long);
      expect(read(other).text).toBe(other);
    }
    for (const _ of [1, 2]) read(long);
    expect(read(long)).toBe(read('x'.repeat(5000)));
  });
});

/** Hosts of which only the account list differs. What the first one has is not yet known to be common. */
const [, one, other] = ['carol', 'alice', 'bob'].map((name) =>
  outputs(output('os-release', 'ID=debian'), output('passwd-entries', `${name}:x:1000:1000::/:/bin/sh`)),
) as [OwnOutputs, OwnOutputs, OwnOutputs];

describe('byAnswers', () => {
  test('is asked once for hosts whose answers are the same', () => {
    const read = byAnswers(10, ['os-release'], (all) => ({ text: all.ran('os-release') }));
    expect(read(one)).toBe(read(other));
    const names = byAnswers(10, ['passwd-entries'], (all) => ({ text: all.ran('passwd-entries') }));
    expect(names(one).text).toMatch(/^alice/);
    expect(names(other).text).toMatch(/^bob/);
  });

  test('may not read what it does not name', () => {
    const read = byAnswers(10, ['os-release'], (all) => ({ text: all.ran('passwd-entries') }));
    expect(() => read(one)).toThrow('a reader of os-release asked for passwd-entries');
  });
});

describe('which probes a fact was read from', () => {
  const accounts = memoized((all) => all.ran('passwd-entries'));
  const system = byAnswers(10, ['os-release'], (all) => ({ text: all.ran('os-release') }));

  test('counts those of readers that knew their answer already', () => {
    for (const time of [1, 2, 3]) {
      const { probes } = one.watch(() => [accounts(one), system(one)]);
      expect([...probes].sort(), `time ${time}`).toEqual(['os-release', 'passwd-entries']);
    }
  });
});
