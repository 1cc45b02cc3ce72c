import { describe, expect, it } from 'vitest';
import { siteProblem, withSites } from '../../src/inputs/sites.ts';
import { parseSite, siteUrl } from '../../src/model/site.ts';

describe('a declared site', () => {
  it.each([
    ['https://example.org', 'https://example.org:443'],
    ['https://example.org/', 'https://example.org:443'],
    ['HTTPS://Example.ORG.:8443/', 'https://example.org:8443'],
    ['http://example.org', 'http://example.org:80'],
    ['tls://mail.example.org:993', 'tls://mail.example.org:993'],
    ['https://[2001:DB8::7]', 'https://[2001:db8::7]:443'],
    ['https://203.0.113.9:443', 'https://203.0.113.9:443'],
    ['https://xn--bcher-kva.example', 'https://xn--bcher-kva.example:443'],
  ])('%s is %s', (text, url) => {
    const site = parseSite(text);
    expect(typeof site === 'string' ? site : siteUrl(site)).toBe(url);
    expect(siteProblem(text)).toBeUndefined();
  });

  it.each([
    ['https://alice:geheim@example.org', 'holds credentials'],
    ['https://alice@example.org', 'holds credentials'],
    ['https://example.org/#top', 'has a fragment'],
    ['https://example.org/?q=1', 'has a query'],
    ['https://example.org/app', 'has a path'],
    ['ftp://example.org', 'has the unknown scheme "ftp"'],
    ['javascript://example.org', 'has the unknown scheme "javascript"'],
    ['javascript:alert(1)', 'is not a URL'],
    ['example.org', 'is not a URL'],
    ['https://example.org:0', 'has a bad port "0"'],
    ['https://example.org:65536', 'has a bad port "65536"'],
    ['https://example.org:44x', 'has a bad port "44x"'],
    ['https://example.org:', 'has a bad port ""'],
    ['tls://mail.example.org', 'needs a port'],
    ['https://', 'has no valid host name'],
    ['https://exa mple.org', 'has no valid host name'],
    ['https://-a.example.org', 'has no valid host name'],
    ['https://bücher.example', 'has no valid host name'],
    ['https://a..b', 'has no valid host name'],
    ['https://2001:db8::7', 'has no valid host name'],
  ])('%s is refused', (text, why) => {
    expect(siteProblem(text)?.what).toContain(why);
  });

  it('never shows the credentials it holds', () => {
    expect(JSON.stringify(siteProblem('https://alice:geheim@example.org'))).not.toMatch(/alice|geheim/);
  });
});

describe('--site', () => {
  const [only] = withSites([], ['https://www.example.org']);

  it('makes a host that is only looked at from outside', () => {
    expect(only).toMatchObject({ name: 'www.example.org', outsideOnly: true, sites: ['https://www.example.org:443'] });
  });

  it('adds the site to a host that has the name', () => {
    const hosts = withSites(only === undefined ? [] : [only], ['https://www.example.org:8443', 'https://b.example']);
    expect(hosts.map(({ name, sites }) => [name, sites])).toEqual([
      ['www.example.org', ['https://www.example.org:443', 'https://www.example.org:8443']],
      ['b.example', ['https://b.example:443']],
    ]);
  });

  it('says all that is wrong', () => {
    expect(() => withSites([], ['https://a@b', 'ftp://c'])).toThrow(/^--site: .*credentials.*\n--site: .*ftp/);
  });
});
