import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tlsCiphers } from '../../checks/tls/tls-ciphers.ts';
import { tlsProtocols } from '../../checks/tls/tls-protocols.ts';
import { listening, look, serve, verdictOf } from './looks.ts';
import { makePki, type Pki } from './pki.ts';

let pki: Pki;
beforeAll(() => {
  pki = makePki();
});
afterAll(() => pki.remove());

/** How many cipher suites a hello in a record of TLS offers; 0 for one of SSL 2.0. */
function suitesOf(hello: Buffer): number {
  return hello[0] === 22 ? hello.readUInt16BE(44 + (hello[43] ?? 0)) / 2 : 0;
}

test('a server that refuses long hellos with an alert is not taken for one that refuses what they hold', async () => {
  const { cert, key } = pki.issue('long', { names: 'DNS:site.example.com' });
  const server = createServer({ cert, key, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });
  server.on('tlsClientError', () => undefined);
  const behind = await listening(server);
  const front = await serve((socket) => {
    socket.once('data', (hello: Buffer) => {
      if (suitesOf(hello) > 100) return socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 40]));
      const back = connect(behind, '127.0.0.1');
      back.on('error', () => socket.destroy());
      socket.on('close', () => back.destroy());
      back.write(hello);
      return socket.pipe(back).pipe(socket);
    });
  });
  const { judge, connections } = await look(front.port, 'site.example.com');
  await front.close();
  server.close();
  for (const finding of [judge(tlsProtocols), judge(tlsCiphers)]) {
    expect(verdictOf(finding), finding.because).toBe('unknown:not-observable');
    expect(finding.because).toMatch(/refuses a longer hello/);
  }
  expect(connections).toBeLessThanOrEqual(15);
});
