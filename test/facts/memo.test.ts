import { describe, expect, test } from 'vitest';
import { byText } from '../../src/facts/memo.ts';

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
  test('the same text is read once, and gives the same value', () => {
    const { asked, read } = counted(10);
    expect(read('one')).toBe(read('one'));
    expect(read('two')).toEqual({ text: 'two' });
    expect(asked).toEqual(['one', 'two']);
  });

  test('what threw is asked again', () => {
    const { asked, read } = counted(10);
    expect(() => read('bad')).toThrow('unreadable');
    expect(() => read('bad')).toThrow('unreadable');
    expect(asked).toEqual(['bad', 'bad']);
  });

  test('keeps at most twice its size, and what was met last', () => {
    const { asked, read } = counted(2);
    for (const text of ['a', 'b', 'c', 'd', 'e']) read(text);
    asked.length = 0;
    for (const text of ['c', 'd', 'e']) read(text);
    expect(asked).toEqual([]);
    read('a');
    expect(asked).toEqual(['a']);
  });
});
