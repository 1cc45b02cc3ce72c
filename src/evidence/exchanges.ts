import type { Exchange } from '../model/exchange.ts';
import { sshText, tcpText } from './ssh-text.ts';

/** What was asked, as words a person can repeat it by: the family, what was dialled, and what was sent. */
export function exchangeWords(exchange: Exchange): readonly string[] {
  const { family, kind, address, port } = exchange;
  const where = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  switch (family) {
    case 'dns':
      return ['resolve', address, 'A', 'AAAA'];
    case 'http':
      return ['GET', exchange.url, `--connect-to=${where}`];
    case 'tls':
      return ['tls', kind, where, ...(exchange.serverName === null ? [] : [`--sni=${exchange.serverName}`])];
    case 'ssh':
      return ['ssh', kind, where, ...(exchange.user === null ? [] : [`--method=none`, `--user=${exchange.user}`])];
    case 'tcp':
      return ['connect', where, `--as=${kind}`];
  }
}

/** What came back, as text. */
export function exchangeText(exchange: Exchange): string {
  switch (exchange.family) {
    case 'dns':
      return exchange.addresses.join('\n');
    case 'http':
      return responseText(exchange.response);
    case 'tls':
      return exchange.session === null ? exchange.received : JSON.stringify(exchange.session, null, 1);
    case 'ssh':
      return sshText(exchange);
    case 'tcp':
      return tcpText(exchange);
  }
}

function responseText(response: Extract<Exchange, { family: 'http' }>['response']): string {
  if (response === null) return '';
  const head = [
    `HTTP/${response.version} ${response.status} ${response.reason}`,
    ...response.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return `${head.join('\n')}\n\n${response.body}`;
}
