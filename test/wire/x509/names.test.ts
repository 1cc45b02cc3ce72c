import { describe, expect, test } from 'vitest';
import { isInternalName, namesMatch } from '../../../src/wire/x509/names.ts';

/** RFC 9525 §6, and what it forbids. */
describe('names of certificates', () => {
  test.each<[string, string, boolean]>([
    ['example.com', 'example.com', true],
    ['example.com', 'EXAMPLE.com', true],
    ['example.com', 'example.com.', true],
    ['example.com', 'www.example.com', false],
    ['example.com', 'example.com.evil.test', false],
    ['*.example.com', 'www.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', '.example.com', false],
    ['w*.example.com', 'www.example.com', false],
    ['*w.example.com', 'www.example.com', false],
    ['www.*.com', 'www.example.com', false],
    ['*.*.com', 'www.example.com', false],
    ['*', 'localhost', false],
    ['*.com', 'example.com', false],
    ['*.co.uk', 'example.co.uk', false],
    ['*.example.co.uk', 'www.example.co.uk', true],
    ['*.github.io', 'someone.github.io', true],
    ['*.internal', 'host.internal', false],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', true],
    ['*.example.com', 'xn--bcher-kva.example.com', true],
    ['127.0.0.1', '127.0.0.1', false],
    ['*.0.0.1', '127.0.0.1', false],
    ['', 'example.com', false],
  ])('%s for %s: %s', (pattern, name, matches) => {
    expect(namesMatch({ dnsNames: [pattern], addresses: [] }, name)).toBe(matches);
  });

  test.each<[string, string, boolean]>([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['2001:db8::7', '2001:DB8:0:0:0:0:0:7', true],
    ['2001:db8::7', '2001:db8::8', false],
    ['127.0.0.1', 'localhost', false],
  ])('the address %s for %s: %s', (address, name, matches) => {
    expect(namesMatch({ dnsNames: [], addresses: [address] }, name)).toBe(matches);
  });

  test.each<[string, boolean]>([
    ['example.com', false],
    ['example.co.uk', false],
    ['someone.github.io', false],
    ['localhost', true],
    ['db.internal', true],
    ['host.lan', true],
    ['10.1.2.3', true],
    ['172.32.0.1', false],
    ['203.0.113.9', false],
    ['fd00::1', true],
    ['2001:db8::7', false],
  ])('%s is internal: %s', (name, internal) => {
    expect(isInternalName(name)).toBe(internal);
  });
});
