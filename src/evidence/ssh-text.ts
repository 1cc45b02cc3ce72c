import { createHash } from 'node:crypto';
import type { SshExchange, TcpExchange } from '../model/exchange.ts';
import { readGreeting, readIdentification } from '../wire/ssh.ts';
import { readKeyBlob } from '../wire/ssh-key.ts';

/** What sshd said, in words: its identification and lists, its host key, the methods it offers. */
export function sshText(exchange: SshExchange): string {
  const { received, hostKey, methods, letIn, user } = exchange;
  const lines = [
    ...(received === '' ? [] : greetingLines(Buffer.from(received, 'base64'))),
    ...(hostKey === '' ? [] : [`host key: ${keyText(hostKey)}`]),
    ...(letIn ? [`${user} was let in without any proof`] : []),
    ...(methods === null || letIn
      ? []
      : [`methods offered to ${user} after none: ${methods.join(', ') || 'no method'}`]),
  ];
  return lines.join('\n');
}

function greetingLines(bytes: Buffer): readonly string[] {
  const greeting = readGreeting(bytes);
  if (greeting.state === 'read') {
    const { identification, algorithms } = greeting.value;
    return [
      ...identification.before.map((line) => `before the identification: ${line}`),
      `identification: ${identification.line}`,
      `key exchange: ${algorithms.kex.join(', ')}`,
      `host key algorithms: ${algorithms.hostKey.join(', ')}`,
      `ciphers from the client: ${algorithms.cipherIn.join(', ')}`,
      `ciphers to the client: ${algorithms.cipherOut.join(', ')}`,
      `MACs from the client: ${algorithms.macIn.join(', ')}`,
      `MACs to the client: ${algorithms.macOut.join(', ')}`,
      `compression from the client: ${algorithms.compressionIn.join(', ')}`,
      `compression to the client: ${algorithms.compressionOut.join(', ')}`,
    ];
  }
  const opening = readIdentification(bytes);
  return opening.state === 'read'
    ? [`identification: ${opening.value.line}`]
    : [`not SSH: ${JSON.stringify(bytes.toString('latin1', 0, 200))}`];
}

/** As `ssh-keygen -l` prints a key: bits, SHA-256 fingerprint, type. */
function keyText(base64: string): string {
  const key = readKeyBlob(base64);
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '');
  return `${key === undefined ? 'of an unknown type' : `${key.type}, ${key.bits} bits`}, SHA256:${digest}`;
}

/** Whether the port is open, and what the service said of itself. */
export function tcpText({ state, received }: TcpExchange): string {
  if (state !== 'answered') return '';
  const said = Buffer.from(received, 'base64').toString('latin1');
  return said === '' ? 'open' : `open; it said ${JSON.stringify(said)}`;
}
