import type { Exchange } from '../model/exchange.ts';
import { httpText, httpWords } from './http-text.ts';
import { sshText, tcpText } from './ssh-text.ts';
import { tlsText } from './tls-text.ts';

/** What was asked, as words a person can repeat it by: the family, what was dialled, and what was sent. */
export function exchangeWords(exchange: Exchange): readonly string[] {
  const { family, kind, address, port } = exchange;
  const where = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  switch (family) {
    case 'dns':
      return ['resolve', address, 'A', 'AAAA'];
    case 'http':
      return httpWords(exchange);
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
      return httpText(exchange);
    case 'tls':
      return tlsText(exchange);
    case 'ssh':
      return sshText(exchange);
    case 'tcp':
      return tcpText(exchange);
  }
}
