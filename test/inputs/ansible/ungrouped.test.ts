import { expect, it } from 'vitest';
import { load } from './load.ts';

// Seen with ansible-core 2.14: ansible-inventory --list.
it.each([
  [
    'a host of all alone is in it',
    'all:\n  hosts:\n    a:\nungrouped:\n  vars: { ansible_host: 10.0.0.1 }\n',
    '10.0.0.1',
  ],
  ['a host of another group is not', 'a\n[web]\na\n[ungrouped:vars]\nansible_host=10.0.0.1\n', 'a'],
  ['a host before all groups is', 'a\n[ungrouped:vars]\nansible_host=10.0.0.1\n', '10.0.0.1'],
])('ungrouped: %s', (_what, text, address) => {
  expect(load(text).hosts).toMatchObject([{ name: 'a', address }]);
});
