import { expect, test } from 'vitest';
import { exchangeText, exchangeWords } from '../../src/evidence/exchanges.ts';
import { asked } from '../checks/sites.ts';

test('an exchange over HTTP reads as it went, and can be repeated', () => {
  const fields = ['Server: nginx', 'Set-Cookie: a=[redacted]', 'Set-Cookie: b=[redacted]'];
  const [exchange] = asked(
    'https://example.org:8443',
    { 'https-root': { status: 200, fields, body: '<p>hello' } },
    '2001:db8::7',
  );
  if (exchange === undefined) throw new Error('There is no exchange.');
  expect(exchangeWords(exchange)).toEqual([
    'curl',
    '--insecure',
    '--include',
    '--connect-to=example.org:8443:[2001:db8::7]:8443',
    'https://example.org:8443/',
  ]);
  expect(exchangeText(exchange)).toBe(`> GET / HTTP/1.1
> Host: example.org:8443
(sent to [2001:db8::7]:8443, over TLS with SNI example.org, any certificate accepted)
< HTTP/1.1 200
< Server: nginx
< Set-Cookie: a=[redacted]
< Set-Cookie: b=[redacted]
(8 bytes of the body were read)
<p>hello`);
});

test('what was not answered, and what was never asked', () => {
  const [silent, never] = asked('http://192.0.2.1:80', { 'http-root': 'timeout', 'http-missing': 'not-run' });
  if (silent === undefined || never === undefined) throw new Error('There are no exchanges.');
  expect(exchangeText({ ...silent, attempts: 2 })).toBe(
    '> GET / HTTP/1.1\n> Host: 192.0.2.1\n(sent to 192.0.2.1:80, in clear, twice)\n',
  );
  expect(exchangeText(never)).toBe('');
});
