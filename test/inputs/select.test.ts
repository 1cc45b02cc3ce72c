import { describe, expect, it } from 'vitest';
import { FLEET, load } from './fleet.ts';
import { messageOf } from './message.ts';

describe('--limit', () => {
  it.each([
    [['web-1'], ['web-1']],
    [['web'], ['web-1']],
    [['*-1'], ['web-1', 'db-1']],
    [['d*,alias'], ['db-1', 'alias']],
    [
      ['d*', 'alias'],
      ['db-1', 'alias'],
    ],
    [['!web'], ['db-1', 'alias']],
    [['*-1', '!db'], ['web-1']],
    [
      ['all', '!alias'],
      ['web-1', 'db-1'],
    ],
    [['tag:prod'], ['web-1']],
    [['!tag:crit*'], ['web-1', 'alias']],
    [['{web,db}-1'], ['web-1', 'db-1']],
    [['web-[0-9]'], ['web-1']],
  ])('%j', (limit, names) => {
    expect(load(FLEET, { limit }).hosts.map(({ name }) => name)).toEqual(names);
  });

  it('finds a name that looks like a pattern', () => {
    const hosts = ['[2001:db8::7]:22', 'web'];
    expect(load(undefined, { hosts, limit: ['[2001:db8::7]:22'] }).hosts).toMatchObject([{ name: '[2001:db8::7]:22' }]);
  });

  it.each([
    [['wbe'], '64 --limit "wbe" matches no host and no group. Did you mean "web"'],
    [['!nope'], '64 --limit "!nope" matches no host and no group.'],
    [['tag:prd'], 'Did you mean "tag:prod"?'],
    [['web', '!web-1'], '64 --limit "web,!web-1" leaves no host.'],
    [['!all'], '64 --limit "!all" leaves no host.'],
    [['prod'], '--limit "prod" matches no host and no group. Did you mean "tag:prod"?'],
  ])('%j', (limit, message) => {
    expect(messageOf(() => load(FLEET, { limit }))).toContain(message);
  });
});
