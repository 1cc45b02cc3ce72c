import type { HttpExchange } from '../model/exchange.ts';

/** What was asked as `curl` would ask it, whatever the name resolves to. */
export function httpWords({ url, address, port }: HttpExchange): readonly string[] {
  const { hostname } = new URL(url);
  const where = address.includes(':') ? `[${address}]` : address;
  return ['curl', '--insecure', '--include', `--connect-to=${hostname}:${port}:${where}:${port}`, url];
}

/** The request, where it went, and what came back: the head as sent, and the start of the body. */
export function httpText({ url, address, port, attempts, response }: HttpExchange): string {
  if (attempts === 0) return '';
  const { pathname, search, host, hostname, protocol } = new URL(url);
  const named = /^\[|^[0-9.]+$/.test(hostname) ? 'without SNI' : `with SNI ${hostname}`;
  const over = protocol === 'https:' ? `, over TLS ${named}, any certificate accepted` : ', in clear';
  const where = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  const twice = attempts > 1 ? ', twice' : '';
  const asked = `> GET ${pathname}${search} HTTP/1.1\n> Host: ${host}\n(sent to ${where}${over}${twice})\n`;
  if (response === null) return asked;
  const { version, status, reason, headers, body, bodyBytes, truncated } = response;
  const head = [
    `HTTP/${version} ${status} ${reason}`.trimEnd(),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const read = `(${truncated ? 'the first ' : ''}${bodyBytes} bytes of the body were read)`;
  return `${asked}${head.map((line) => `< ${line}\n`).join('')}${read}\n${body}`;
}
