import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { probeSsh } from '../../../src/collect/outside/ssh.ts';
import type { SshExchange } from '../../../src/model/exchange.ts';
import { type KexInit, readGreeting } from '../../../src/wire/ssh.ts';
import { readKeyBlob } from '../../../src/wire/ssh-key.ts';
import { greetingBytes, LISTS, packet } from '../../wire/ssh-bytes.ts';
import { hasSshd, keygen, LOGIN_USER, sshd } from '../ssh/sshd.ts';
import { closedPort, HOST_KEY, host, keyPair, scratch, sshServer, tcpServer } from '../ssh/support.ts';
import { visitWith } from './visits.ts';

function shape(exchanges: readonly SshExchange[]): string[] {
  return exchanges.map(({ kind, state }) => `${kind} ${state}`);
}

function algorithmsOf(exchange: SshExchange | undefined): KexInit {
  const greeting = readGreeting(Buffer.from(exchange?.received ?? '', 'base64'));
  if (greeting.state !== 'read') throw new Error(`The greeting was not read: ${JSON.stringify(exchange)}`);
  return greeting.value.algorithms;
}

describe.skipIf(!hasSshd)('a real sshd', () => {
  const audit = (port: number) => host({ port, user: LOGIN_USER });

  test('shows its algorithms, its RSA key, and that it takes keys only', async () => {
    const server = await sshd();
    const exchanges = await probeSsh(audit(server.port), '127.0.0.1', visitWith());
    expect(shape(exchanges)).toEqual(['kexinit answered', 'host-key-rsa answered']);
    const [greeting, key] = exchanges;
    expect(algorithmsOf(greeting).hostKey).toEqual(expect.arrayContaining(['rsa-sha2-512', 'ssh-ed25519']));
    expect(algorithmsOf(greeting).cipherIn).toEqual(algorithmsOf(greeting).cipherOut);
    expect(key).toMatchObject({ user: LOGIN_USER, methods: ['publickey'], letIn: false });
    expect(`ssh-rsa ${key?.hostKey}`).toBe(server.hostKey('rsa'));
    expect(new Set(exchanges.map(({ id }) => id)).size).toBe(2);
    expect(key?.id).toBe(`ssh/127.0.0.1/${server.port}/host-key-rsa`);
    expect(key?.bytesIn).toBeGreaterThan(500);
    const log = server.log();
    expect(log).toContain('fleetproof_1.2.3');
    expect(log).not.toMatch(
      /Failed password|Postponed|userauth-request for user (?!\S+ service ssh-connection method none)/,
    );
    expect([...log.matchAll(/userauth-request for user (\S+) .* method (\S+)/g)].map((one) => one.slice(1, 3))).toEqual(
      [[LOGIN_USER, 'none']],
    );
  });

  test.each([
    [['PasswordAuthentication yes'], ['publickey', 'password']],
    [['PasswordAuthentication yes', 'PubkeyAuthentication no'], ['password']],
    [['PasswordAuthentication yes', 'AuthenticationMethods publickey,password'], ['publickey']],
  ])('%j offers %j', async (lines, methods) => {
    const server = await sshd(lines);
    const exchanges = await probeSsh(audit(server.port), '127.0.0.1', visitWith());
    expect(exchanges.at(-1)?.methods).toEqual(methods);
  });

  test('a Match block for this address is seen, for another one it is not', async () => {
    const mine = await sshd(['PasswordAuthentication no']);
    const { writeFileSync, readFileSync } = await import('node:fs');
    const config = `${mine.folder}/config`;
    writeFileSync(config, `${readFileSync(config, 'utf8')}Match Address 127.0.0.1\n  PasswordAuthentication yes\n`);
    process.kill(mine.pid, 'SIGHUP');
    await expect
      .poll(async () => (await probeSsh(audit(mine.port), '127.0.0.1', visitWith())).at(-1)?.methods, { timeout: 5000 })
      .toEqual(['publickey', 'password']);
  });

  test('a 1024-bit RSA host key is measured', async () => {
    const key = `${scratch()}/small`;
    keygen(key, '-t', 'rsa', '-b', '1024');
    const server = await sshd([`HostKey ${key}`, 'HostKeyAlgorithms rsa-sha2-512']);
    const exchanges = await probeSsh(audit(server.port), '127.0.0.1', visitWith());
    expect(readKeyBlob(exchanges.at(-1)?.hostKey ?? '')).toEqual({ type: 'ssh-rsa', bits: 1024 });
  });

  test('without an RSA key, the methods come with another one', async () => {
    const server = await sshd(['HostKeyAlgorithms ssh-ed25519,ecdsa-sha2-nistp256']);
    const exchanges = await probeSsh(audit(server.port), '127.0.0.1', visitWith());
    expect(shape(exchanges)).toEqual(['kexinit answered', 'host-key-ed25519 answered']);
    expect(exchanges[1]?.methods).toEqual(['publickey']);
  });

  test('weak algorithms are no obstacle', async () => {
    const weak = [
      'KexAlgorithms diffie-hellman-group1-sha1',
      'Ciphers 3des-cbc',
      'MACs hmac-md5',
      'HostKeyAlgorithms ssh-rsa',
    ];
    const server = await sshd(weak);
    const exchanges = await probeSsh(audit(server.port), '127.0.0.1', visitWith());
    expect(algorithmsOf(exchanges[0]).cipherIn).toEqual(['3des-cbc']);
    expect(exchanges.at(-1)).toMatchObject({ state: 'answered', methods: ['publickey'], error: '' });
  });

  test('a key exchange that cannot be made here is not tried', async () => {
    const server = await sshd(['KexAlgorithms sntrup761x25519-sha512@openssh.com']);
    const exchanges = await probeSsh(audit(server.port), '127.0.0.1', visitWith());
    expect(shape(exchanges)).toEqual(['kexinit answered', 'host-key not-run']);
    expect(exchanges[1]?.error).toContain('offers no key exchange that the scanner can make');
  });

  test('over IPv6', async () => {
    const server = await sshd(['ListenAddress ::1']);
    const exchanges = await probeSsh(audit(server.port), '::1', visitWith());
    expect(exchanges.map(({ id }) => id)).toContain(`ssh/::1/${server.port}/kexinit`);
    expect(shape(exchanges)).toEqual(['kexinit answered', 'host-key-rsa answered']);
  });
});

describe('a server that misbehaves', () => {
  const limits = { sshBanner: 300, sshKeyExchange: 400 };
  const opening = Buffer.from('SSH-2.0-Test_1\r\n');
  const silent = () => undefined;

  test.each<readonly [string, (socket: Socket) => void, string, string]>([
    ['never says anything', silent, 'timeout', 'did not send an SSH identification in time'],
    ['never says its algorithms', (socket) => void socket.write(opening), 'timeout', 'did not send its algorithms'],
    [
      'sends lines for ever',
      (socket) => {
        const timer = setInterval(() => socket.write('tarpit\r\n'.repeat(10)), 5);
        socket.on('close', () => clearInterval(timer));
      },
      'garbled',
      'without an SSH identification; it said "tarpit"',
    ],
    [
      'drips one line for ever',
      (socket) => {
        const timer = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(timer));
      },
      'timeout',
      'it said "xx',
    ],
    [
      'is a web server',
      (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'timeout',
      'it said "HTTP/1.1',
    ],
    [
      'sends a packet of 4 GB',
      (socket) => void socket.write(Buffer.concat([opening, Buffer.alloc(16, 0xff)])),
      'garbled',
      'impossible length (4294967295',
    ],
    [
      'sends another packet first',
      (socket) => void socket.write(Buffer.concat([opening, packet(Buffer.from([1, 2, 3]))])),
      'garbled',
      'something else than its algorithms',
    ],
    [
      'says escape sequences',
      (socket) => void socket.end('\u001b[2J\u001b]0;owned\u0007\r\n'),
      'closed',
      'it said "\\x1b[2J\\x1b]0;owned\\x07"',
    ],
    [
      'penalises this address',
      (socket) => void socket.end('Not allowed at this time\r\n'),
      'closed',
      'it said "Not allowed at this time"',
    ],
    ['hangs up', (socket) => void socket.end(), 'closed', 'closed the connection'],
    ['resets', (socket) => void socket.resetAndDestroy(), 'reset', 'reset the connection'],
  ])('%s', async (_, behave, state, error) => {
    const port = await tcpServer(behave);
    const exchanges = await probeSsh(host({ port }), '127.0.0.1', visitWith(limits));
    expect(exchanges[0]).toMatchObject({ kind: 'kexinit', state });
    expect(exchanges[0]?.error).toContain(error);
    expect(shape(exchanges).slice(1)).toEqual(['host-key not-run']);
    expect(exchanges[1]?.error).toContain('Host keys and methods were not asked for');
  });

  test('nothing listens', async () => {
    const exchanges = await probeSsh(host({ port: await closedPort() }), '127.0.0.1', visitWith(limits));
    expect(shape(exchanges)).toEqual(['kexinit refused', 'host-key not-run']);
  });

  test('the greeting comes byte by byte', async () => {
    const bytes = greetingBytes([LISTS[0] ?? [], ['ssh-unknown'], ...LISTS.slice(2)]);
    const port = await tcpServer(async (socket) => {
      for (const byte of bytes) {
        socket.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const exchanges = await probeSsh(host({ port }), '127.0.0.1', visitWith());
    expect(exchanges[0]).toMatchObject({ state: 'answered', received: bytes.toString('base64') });
    expect(exchanges[1]?.error).toContain('no host key of a type that the scanner can check');
  });

  test('protocol 1 is told as such', async () => {
    const port = await tcpServer((socket) => void socket.write('SSH-1.5-1.2.27\n'));
    const exchanges = await probeSsh(host({ port }), '127.0.0.1', visitWith());
    expect(shape(exchanges)).toEqual(['kexinit answered', 'host-key not-run']);
    expect(exchanges[1]?.error).toContain('protocol 1 only');
  });

  /** Answers the greeting twice, then does as the test says; with RSA and DSA keys there is a third connection. */
  const both = greetingBytes([['curve25519-sha256'], ['rsa-sha2-512', 'ssh-dss'], ...LISTS.slice(2)]);

  test.each<readonly [string, (socket: Socket) => void]>([
    ['resets', (socket) => void socket.resetAndDestroy()],
    ['hangs up', (socket) => void socket.end()],
    ['falls silent', silent],
  ])('%s on the second connection: the third is not made', async (_, behave) => {
    let connections = 0;
    const port = await tcpServer((socket) => {
      connections += 1;
      if (connections === 1) socket.write(both);
      else behave(socket);
    });
    const exchanges = await probeSsh(host({ port }), '127.0.0.1', visitWith(limits));
    expect(shape(exchanges).map((text) => text.replace(/ (reset|closed|timeout)$/, ' dropped'))).toEqual([
      'kexinit answered',
      'host-key-rsa dropped',
      'host-key-dss not-run',
    ]);
    expect(exchanges[2]?.error).toContain('as sshd does with an address that it penalises');
    expect(connections).toBe(2);
  });

  test('a drop of the first connection is repeated once, within the budget', async () => {
    let connections = 0;
    const port = await tcpServer((socket) => {
      connections += 1;
      if (connections === 1) socket.destroy();
      else if (connections === 2) socket.write(both);
      else socket.write(Buffer.concat([opening, Buffer.alloc(16, 0xff)]));
    });
    const exchanges = await probeSsh(host({ port }), '127.0.0.1', visitWith(limits));
    expect(shape(exchanges)).toEqual(['kexinit answered', 'host-key-rsa garbled', 'host-key-dss not-run']);
    expect(connections).toBe(3);
  });

  test('connections keep their distance, the last one too', async () => {
    const at: number[] = [];
    const port = await tcpServer((socket) => {
      at.push(performance.now());
      socket.write(both);
      if (at.length > 1) socket.destroy();
    });
    await probeSsh(host({ port }), '127.0.0.1', visitWith({ sshGap: 300 }));
    expect(performance.now() - (at[1] ?? 0)).toBeGreaterThan(290);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(290);
  });

  test('a visit that ends in between leaves the rest undone', async () => {
    const stop = new AbortController();
    const port = await tcpServer(() => stop.abort());
    const exchanges = await probeSsh(host({ port }), '127.0.0.1', visitWith({}, stop.signal));
    expect(shape(exchanges)).toEqual(['kexinit not-run', 'host-key not-run']);
    expect(exchanges[0]?.error).toBe('The scan was stopped before this.');
  });
});

describe('a server that lets everybody in', () => {
  test('is caught', async () => {
    const server = await sshServer({
      hostKeys: [HOST_KEY, keyPair('rsa')],
      onConnection: (connection) => {
        connection.removeAllListeners('authentication');
        connection.on('authentication', (context) => context.accept());
      },
    });
    const exchanges = await probeSsh(host({ port: server.port }), '127.0.0.1', visitWith());
    expect(exchanges.at(-1)).toMatchObject({ state: 'answered', letIn: true, user: 'audit' });
    expect(server.attempts).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});
