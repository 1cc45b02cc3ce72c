import { describe, expect, test } from 'vitest';
import { fieldValues, hostOf, httpDate, isRedirect, locationTarget } from '../../src/wire/http.ts';

const FROM = 'http://example.org:8080/a/b?c';

describe('Location', () => {
  test.each([
    ['https://example.org/', 'https://example.org/'],
    ['HTTPS://EXAMPLE.ORG', 'https://example.org/'],
    ['https://example.org:443/x', 'https://example.org/x'],
    ['//example.org/x', 'http://example.org/x'],
    ['/x', 'http://example.org:8080/x'],
    ['x', 'http://example.org:8080/a/x'],
    ['?d', 'http://example.org:8080/a/b?d'],
    ['', 'http://example.org:8080/a/b?c'],
    ['#e', 'http://example.org:8080/a/b?c'],
    ['https://bob:pw@example.org/#e', 'https://example.org/'],
    [' /x ', 'http://example.org:8080/x'],
    ['/\u00e4', 'http://example.org:8080/%C3%A4'],
    ['https:example.org', 'https://example.org/'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['https://[', null],
    ['https://exa mple.org/', null],
    ['https://example.org:99999/', null],
  ])('%j leads to %j', (location, target) => {
    expect(locationTarget(location, FROM)).toBe(target);
  });
});

test.each([
  ['https://EXAMPLE.org:8443/', 'example.org'],
  ['https://example.org./', 'example.org'],
  ['https://[2001:db8::7]:8443/', '2001:db8::7'],
])('the host of %s is %s', (url, host) => {
  expect(hostOf(url)).toBe(host);
});

test('statuses that send a client elsewhere', () => {
  const all = Array.from({ length: 500 }, (_, at) => at + 100);
  expect(all.filter(isRedirect)).toEqual([301, 302, 303, 307, 308]);
});

test('values of a field, in order, whatever the case of its name', () => {
  const fields = [
    ['A', '1'],
    ['b', '2'],
    ['a', '3'],
  ] as const;
  expect(fieldValues(fields, 'a')).toEqual(['1', '3']);
  expect(fieldValues(fields, 'c')).toEqual([]);
});

test.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT', 784_111_777],
  [' Sun, 06 Nov 1994 08:49:37 GMT ', 784_111_777],
  ['Sunday, 06-Nov-94 08:49:37 GMT', null],
  ['Sun Nov  6 08:49:37 1994', null],
  ['sun, 06 nov 1994 08:49:37 gmt', null],
])('Date %j', (text, seconds) => {
  expect(httpDate(text)).toBe(seconds);
});
