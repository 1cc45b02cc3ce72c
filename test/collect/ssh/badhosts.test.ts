import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { execScript } from '../../../src/collect/ssh/session.ts';
import { closedPort, failure, host, options, tcpServer, visit } from './support.ts';

const QUICK = { connectSeconds: 5, handshakeSeconds: 0.4, hostSeconds: 10 };

/** Nothing that a host does may surface outside of the outcome. */
const strays: unknown[] = [];
process.on('uncaughtException', (error) => strays.push(error));
process.on('unhandledRejection', (error) => strays.push(error));

async function against(onConnection: (socket: Socket) => void) {
  const port = await tcpServer(onConnection);
  const outcome = failure(await visit({ port }, QUICK));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(strays).toEqual([]);
  return { ...outcome, place: `127.0.0.1 port ${port}` };
}

describe('what is not an SSH server', () => {
  const cases: [what: string, bytes: string | Buffer, close: boolean, message: string][] = [
    [
      'HTTP',
      'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<h1>',
      true,
      'is not an SSH server: it answered "HTTP/1.1 400 Bad Request". Check the port.',
    ],
    [
      'SMTP, which waits',
      '220 mail.example.org ESMTP\r\n',
      false,
      'is not an SSH server: it answered "220 mail.example.org ESMTP"',
    ],
    [
      'escape sequences',
      '\x1b]0;owned\x07\x1b[2J<script>\u202e\r\n',
      true,
      'it answered "\\x1b]0;owned\\x07\\x1b[2J<script>\\u{202e}"',
    ],
    [
      'bytes that are not text',
      Buffer.from([0x16, 3, 1, 0xff, 0xfe, 0]),
      true,
      'it answered "\\x16\\x03\\x01\\xff\\xfe\\x00"',
    ],
    ['one endless line', 'x'.repeat(100_000), false, `it answered "${'x'.repeat(80)}…"`],
    ['endless lines', 'hello\r\n'.repeat(20_000), false, 'it answered "hello"'],
    ['SSH protocol 1', 'SSH-1.5-OpenSSH_3.0\r\n', false, 'speaks only SSH protocol 1 ("SSH-1.5-OpenSSH_3.0")'],
    ['an identification without software', 'SSH-2.0-\r\n', false, 'is not an SSH server: it answered "SSH-2.0-"'],
    ['a full sshd', 'Exceeded MaxStartups\r\n', true, 'turned the connection away, saying "Exceeded MaxStartups"'],
    [
      'an sshd that holds a grudge',
      'Not allowed at this time\r\n',
      true,
      'turned the connection away, saying "Not allowed at this time"',
    ],
  ];
  it.each(cases)('%s', async (_what, bytes, close, message) => {
    const outcome = await against((socket) => {
      socket.write(bytes);
      if (close) socket.end();
    });
    expect(outcome.reason).toBe('unreachable');
    expect(outcome.message).toContain(message);
    expect(outcome.message).toContain(outcome.place);
    expect(outcome.message).not.toMatch(/[\x00-\x1f\x7f\u202e]/);
  });
});

it('a server that is not SSH and talks on is left before the deadline', async () => {
  const port = await tcpServer((socket) => socket.write('hello\r\n'.repeat(20_000)));
  const began = performance.now();
  expect(failure(await visit({ port }, { handshakeSeconds: 15 })).message).toContain('it answered "hello"');
  expect(performance.now() - began).toBeLessThan(8000);
});

describe('hosts that hang, close or break the protocol', () => {
  const hello = 'SSH-2.0-test\r\n';
  const cases: [what: string, act: (socket: Socket) => void, reason: string, message: RegExp][] = [
    ['silence after the connection', () => undefined, 'timeout', /sent no SSH identification within 0\.4 s/],
    [
      'one byte a tick instead of an identification',
      (socket) => drip(socket, 'x'.repeat(1000)),
      'unreachable',
      /it answered "x+"/,
    ],
    [
      'silence after the identification',
      (socket) => socket.write(hello),
      'timeout',
      /did not finish the key exchange within 0\.4 s/,
    ],
    ['closed at once', (socket) => socket.end(), 'unreachable', /closed the connection before it identified itself/],
    [
      'reset at once',
      (socket) => socket.resetAndDestroy(),
      'unreachable',
      /closed the connection before|broke the connection during the identification|connection reset/,
    ],
    [
      'closed after the identification',
      (socket) => socket.end(hello),
      'unreachable',
      /closed the connection during the key exchange/,
    ],
    [
      'reset after the identification',
      (socket) => socket.write(hello, () => setTimeout(() => socket.resetAndDestroy(), 50)),
      'unreachable',
      /broke the connection during the key exchange \(ECONNRESET\)/,
    ],
    [
      'garbage after the identification',
      (socket) => socket.write(`${hello}${'\xff'.repeat(300)}`),
      'unreachable',
      /broke the SSH protocol during the key exchange: Bad packet length/,
    ],
    [
      'a packet that claims 4 GiB',
      (socket) => socket.write(Buffer.concat([Buffer.from(hello), Buffer.alloc(64, 0xff)])),
      'unreachable',
      /broke the SSH protocol/,
    ],
    [
      'a cut key exchange message',
      (socket) =>
        socket.write(Buffer.concat([Buffer.from(hello), Buffer.from('0000000c0a1400000000000000000000', 'hex')])),
      'unreachable',
      /malformed KEXINIT/i,
    ],
  ];
  it.each(cases)('%s', async (_what, act, reason, message) => {
    const outcome = await against(act);
    expect(outcome).toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(outcome.message).toContain(outcome.place);
  });

  it('a flood of packets before the log-in', async () => {
    const ignore = Buffer.concat([Buffer.from('00001ffc', 'hex'), Buffer.from([4, 2]), Buffer.alloc(0x1ffa)]);
    const outcome = await against((socket) => {
      socket.write(hello);
      const flood = setInterval(() => socket.write(Buffer.concat(Array.from({ length: 50 }, () => ignore))), 1);
      socket.on('close', () => clearInterval(flood));
    });
    expect(outcome).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/more than 1 MiB before the log-in/),
    });
  });
});

function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++] ?? ''), 5);
  socket.on('close', () => clearInterval(timer));
}

describe('hosts that cannot be reached', () => {
  it('names that do not resolve', async () => {
    const { reason, message } = failure(await execScript(host({ address: 'nowhere.invalid' }), 'sh', '', options()));
    expect(reason).toBe('unreachable');
    expect(message).toMatch(/^The name nowhere\.invalid (does not resolve|could not be looked up)/);
  });

  it('refused', async () => {
    const port = await closedPort();
    const outcome = await execScript(host({ port }), 'sh', '', options());
    expect(failure(outcome)).toEqual({
      reason: 'unreachable',
      message: `127.0.0.1 port ${port} cannot be reached: connection refused (nothing listens there; check the port).`,
    });
    expect(outcome.cost).toMatchObject({ connections: 0, execs: 0, bytesIn: 0, bytesOut: 0 });
  });

  it('a whole host that is over time in its log-in', async () => {
    const port = await tcpServer(() => undefined);
    const began = performance.now();
    const outcome = failure(await visit({ port }, { handshakeSeconds: 30, hostSeconds: 0.3 }));
    expect(outcome.reason).toBe('timeout');
    expect(outcome.message).toMatch(/within 0\.3 s, the time for one host/);
    expect(performance.now() - began).toBeLessThan(8000);
  });

  it('no outcome left a stray error behind', () => {
    expect(strays).toEqual([]);
  });
});

it('an unusual address is shown harmlessly', async () => {
  const { message } = failure(await execScript(host({ address: 'a\x1b[31m b' }), 'sh', '', options()));
  expect(message).toContain('a\\x1b[31m b');
});
