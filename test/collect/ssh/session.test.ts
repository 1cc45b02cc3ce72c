import { getEventListeners } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execScript } from '../../../src/collect/ssh/session.ts';
import { fingerprint } from '../../../src/collect/ssh/text.ts';
import { HOST_KEY, host, knownAt, options, sshServer, success, visit } from './support.ts';

describe('one session', () => {
  it('logs in, runs one command with its input, and brings bytes, fingerprint and cost back', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        const chunks: Buffer[] = [];
        channel.on('data', (chunk: Buffer) => chunks.push(chunk));
        channel.on('end', () => {
          channel.stderr.write('warn\n');
          channel.write(Buffer.concat([Buffer.from([0, 0xff, 0x1b]), ...chunks]));
          channel.exit(3);
          channel.end();
        });
      },
    });
    const outcome = success(await visit(server));
    expect(outcome.exec.stdout).toEqual(Buffer.from('\x00\xff\x1becho hello\n', 'latin1'));
    expect(outcome.exec.stderr.toString()).toBe('warn\n');
    expect(outcome.exec).toMatchObject({ exitCode: 3, signal: null, ended: 'exit' });
    expect(outcome.hostKey).toBe(fingerprint(HOST_KEY.parsed.getPublicSSH()));
    expect(outcome.banner).toMatch(/^SSH-2\.0-ssh2js/);
    expect(outcome.cost).toMatchObject({ connections: 1, execs: 1 });
    expect(outcome.cost.bytesIn).toBeGreaterThan(500);
    expect(outcome.cost.bytesOut).toBeGreaterThan(500);
    expect(outcome.startedAtMs).toBeLessThanOrEqual(outcome.execStartedAtMs);
    expect(outcome.execStartedAtMs).toBeLessThanOrEqual(outcome.finishedAtMs);
    expect(server.connections).toHaveLength(1);
    expect(server.requests).toEqual(['exec sh']);
  });

  it('takes an exit status that comes in the same packets as the start of the command', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        channel.write('This account is currently not available.\n');
        channel.exit(1);
        channel.end();
      },
    });
    const { exec } = success(await visit(server));
    expect(exec).toMatchObject({ exitCode: 1, ended: 'exit' });
    expect(exec.stdout.toString()).toBe('This account is currently not available.\n');
  });

  it('reports a command that was killed', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        channel.exit('KILL', false, '');
        channel.end();
      },
    });
    expect(success(await visit(server)).exec).toMatchObject({ exitCode: null, signal: 'SIGKILL', ended: 'exit' });
  });

  it('delivers an input larger than the channel window', async () => {
    const server = await sshServer();
    const script = `${'# a line of the script\n'.repeat(150_000)}`;
    const outcome = await execScript(
      host({ port: server.port }),
      'sh',
      script,
      options({ knownHostsFiles: [knownAt(server.port)] }),
    );
    expect(success(outcome).exec.stdout.toString()).toBe(script);
  });

  it('ends the connection in order, without a reset', async () => {
    const seen: string[] = [];
    const server = await sshServer({
      onConnection: (connection) => {
        connection.on('error', (error) => seen.push(error.message));
        connection.on('end', () => seen.push('end'));
      },
    });
    success(await visit(server));
    await expect.poll(() => seen).toEqual(['end']);
  });

  it('leaves no listener on the run and no socket open', async () => {
    const server = await sshServer();
    const controller = new AbortController();
    const { signal } = controller;
    const before = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const shared = options({ knownHostsFiles: [knownAt(server.port)], signal });
    const running = Promise.all(
      Array.from({ length: 20 }, () => execScript(host({ port: server.port }), 'sh', 'x', shared)),
    );
    expect(getEventListeners(signal, 'abort')).toHaveLength(20);
    const all = await running;
    expect(all.every((outcome) => outcome.ok)).toBe(true);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length)
      .toBeLessThanOrEqual(before);
  });

  it('knows no terminal, no upload, no second command, no password and no way around the host key', () => {
    const folder = new URL('../../../src/collect/ssh/', import.meta.url);
    const source = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
    const text = source.join('\n').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    for (const word of [
      /\bpty\b/,
      /\bsftp\b/i,
      /\.shell\(/,
      /\.subsys\(/,
      /forwardIn\(/,
      /agentForward/,
      /password:/,
      /tryKeyboard/,
      /x11/,
    ]) {
      expect(text, String(word)).not.toMatch(word);
    }
    expect(text.match(/\.exec\(command/g)).toHaveLength(1);
    expect(text.match(/new ssh2\.Client\(/g)).toHaveLength(1);
    expect(text).toMatch(/hostVerifier,/);
  });
});
