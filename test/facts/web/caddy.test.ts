import { describe, expect, test } from 'vitest';
import { readCaddy } from '../../../src/facts/web/caddy.ts';
import { readFiles } from '../../../src/facts/web/files.ts';
import { output, outputs } from '../recorded.ts';
import { type Files, printed } from './support.ts';

const MAIN = '/etc/caddy/Caddyfile';
const YEAR = 'max-age=31536000';

function caddy(text: string, more: Files = {}) {
  const files = { [MAIN]: text, ...more };
  return readCaddy(readFiles(outputs(output('caddy-config', printed('caddy-config', files))), 'caddy-config'), MAIN);
}

describe('addresses', () => {
  test.each([
    ['a.example {\n}', [['a.example', 443, true]]],
    ['a.example\nfile_server', [['a.example', 443, true]]],
    [
      'a.example, b.example:8443 {\n}',
      [
        ['a.example', 443, true],
        ['b.example', 8443, true],
      ],
    ],
    [
      'a.example,\nb.example {\n}',
      [
        ['a.example', 443, true],
        ['b.example', 443, true],
      ],
    ],
    ['http://a.example {\n}', [['a.example', 80, false]]],
    ['https://a.example/x {\n}', [['a.example', 443, true]]],
    [':80 {\n}', [['', 80, false]]],
    [':8443 {\n\ttls internal\n}', [['', 8443, true]]],
    ['*.a.example {\n}', [['*.a.example', 443, true]]],
    [
      '{\n\thttp_port 8080\n\thttps_port 8443\n}\na.example {\n}\nhttp://b.example {\n}',
      [
        ['a.example', 8443, true],
        ['b.example', 8080, false],
      ],
    ],
    ['(common) {\n\tencode gzip\n}\na.example {\n\timport common\n}', [['a.example', 443, true]]],
  ])('%j', (text, expected) => {
    const { served, doubts } = caddy(text);
    expect(served.map(({ names, listens: [listen] }) => [names[0] ?? '', listen?.port, listen?.tls])).toEqual(expected);
    expect(doubts).toEqual([]);
  });
});

describe('HSTS', () => {
  const known = (text: string) => {
    const hsts = caddy(text).served[0]?.hsts;
    return hsts?.state === 'known'
      ? hsts.value.headers.map(({ value, onErrors, place }) => [value, onErrors, place.line])
      : hsts?.state;
  };

  test.each([
    [`header Strict-Transport-Security "${YEAR}"`, [[YEAR, true, 2]]],
    [`header strict-transport-security ${YEAR};`, [[`${YEAR};`, true, 2]]],
    [`header * Strict-Transport-Security "${YEAR}"`, [[YEAR, true, 2]]],
    [`header /api Strict-Transport-Security "${YEAR}"`, []],
    [`header {\n\t\tStrict-Transport-Security "${YEAR}"\n\t\tX-A b\n\t}`, [[YEAR, true, 3]]],
    [`header {\n\t\tStrict-Transport-Security "${YEAR}"\n\t\tdefer\n\t}`, [[YEAR, false, 3]]],
    [`header Strict-Transport-Security "${YEAR}"\n\theader -Strict-Transport-Security`, []],
    [`header >Strict-Transport-Security "${YEAR}"`, 'unknown'],
    [`# header Strict-Transport-Security "${YEAR}"`, []],
    [`handle {\n\t\theader Strict-Transport-Security "${YEAR}"\n\t}`, [[YEAR, true, 3]]],
  ])('%j', (text, headers) => expect(known(`a.example {\n\t${text}\n}`)).toEqual(headers));

  test('from a snippet of another file, with an argument', () => {
    const { served } = caddy('import snippets/*\na.example {\n\timport hsts 31536000\n}', {
      '/etc/caddy/snippets/hsts': '(hsts) {\n\theader Strict-Transport-Security "max-age={args[0]}"\n}',
    });
    expect(served[0]?.hsts).toMatchObject({
      value: { headers: [{ value: YEAR, place: { path: '/etc/caddy/snippets/hsts', line: 2 } }] },
    });
  });
});

test('redirects, protocols and certificates', () => {
  const { served } = caddy(`a.example {
	tls /c/a.pem /c/a.key {
		protocols tls1.3
	}
}
http://b.example {
	redir https://b.example{uri} permanent
}
c.example {
}
`);
  expect(served.map(({ redirect }) => (redirect.state === 'known' ? redirect.value.status : redirect.state))).toEqual([
    308, 301, 308,
  ]);
  expect(served[0]?.protocols).toMatchObject({ value: { versions: ['TLSv1.3'], place: { path: MAIN, line: 3 } } });
  expect(served[0]?.certificates).toMatchObject({ value: [{ path: '/c/a.pem', place: { path: MAIN, line: 2 } }] });
  expect(served[2]?.protocols.state).toBe('absent');
});

test('auto_https off: nobody is redirected', () => {
  expect(caddy('{\n\tauto_https disable_redirects\n}\na.example {\n}').served[0]?.redirect.state).toBe('absent');
});

test.each([
  ['import gone.caddy', "Caddy's configuration imports /etc/caddy/gone.caddy"],
  ['import /srv/*.caddy', "Caddy's configuration imports /srv/*.caddy"],
  ['a.example {', '/etc/caddy/Caddyfile:1 could not be read as Caddy would: a block does not end.'],
])('%s is a doubt', (text, message) => {
  expect(
    caddy(text)
      .doubts.map((doubt) => doubt.message)
      .join(),
  ).toContain(message);
});
