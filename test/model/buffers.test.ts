import { describe, expect, it } from 'vitest';
import { ownCopy } from '../../src/model/buffers.ts';

describe('ownCopy', () => {
  it('keeps no more alive than its bytes', () => {
    const bytes = Buffer.from('a few bytes');
    const copy = ownCopy(bytes);
    expect(copy.equals(bytes)).toBe(true);
    expect(copy.buffer.byteLength).toBe(bytes.length);
  });

  it('does not change with what it was made from', () => {
    const bytes = Buffer.from('before');
    const copy = ownCopy(bytes);
    bytes.fill('x');
    expect(copy.toString()).toBe('before');
  });
});
