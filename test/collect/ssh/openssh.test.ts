import { execFileSync, execSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { execScript, type SshOptions } from '../../../src/collect/ssh/session.ts';
import type { Host } from '../../../src/model/host.ts';
import { hasSshd, keygen, LOGIN_USER, type Sshd, sshd } from './sshd.ts';
import { cleanUp, failure, file, host, options, scratch, success } from './support.ts';

const SCRIPT = 'echo "to stdout"; echo "to stderr" >&2; id -un; exit 7\n';

function run(server: Sshd, changes: Partial<SshOptions> = {}, hostChanges: Partial<Host> = {}, script = SCRIPT) {
  return execScript(
    at(server, hostChanges),
    'sh',
    script,
    options({ handshakeSeconds: 10, hostSeconds: 20, ...changes }),
  );
}

function at(server: Sshd, changes: Partial<Host> = {}): Host {
  return host({
    port: server.port,
    user: LOGIN_USER,
    identities: [server.userKey],
    knownHostsFiles: [known(server, 'ed25519')],
    ...changes,
  });
}

function known(server: Sshd, type: 'ed25519' | 'ecdsa' | 'rsa'): string {
  return file('known_hosts', `[127.0.0.1]:${server.port} ${server.hostKey(type)}\n`);
}

describe.skipIf(!hasSshd)('against a real sshd', () => {
  it('runs the script in one log-in, with curve25519 and AES-GCM', async () => {
    const server = await sshd();
    const outcome = success(await run(server));
    expect(outcome.exec.stdout.toString()).toBe(`to stdout\n${LOGIN_USER}\n`);
    expect(outcome.exec.stderr.toString()).toContain('to stderr\n');
    expect(outcome.exec).toMatchObject({ exitCode: 7, ended: 'exit' });
    expect(outcome.banner).toMatch(/^SSH-2\.0-OpenSSH_/);
    expect(outcome.hostKey).toBe(
      execFileSync('ssh-keygen', ['-lf', `${server.hostKeyFiles.ed25519}.pub`])
        .toString()
        .split(' ')[1],
    );
    const log = server.log();
    expect(log).toMatch(/kex: algorithm: curve25519-sha256/);
    expect(log).toMatch(/cipher: aes128-gcm@openssh\.com MAC: <implicit> compression: none/);
    expect(log.match(/Accepted publickey/g)).toHaveLength(1);
    expect(log).not.toMatch(/hostkeys-prove/);
    expect(log).not.toMatch(/pty-req|subsystem|auth-agent|"none"|method none/);
    await expect.poll(() => server.log()).toMatch(/Received disconnect from .*:11:/);
  });

  it.each([
    ['rsa', /rsa-sha2-(256|512)/],
    ['ecdsa', /ecdsa-sha2-nistp256/],
  ] as const)('%s user keys, with SHA-2', async (type, signature) => {
    const server = await sshd([], ['-t', type]);
    success(await run(server));
    const line =
      server
        .log()
        .split('\n')
        .find((each) => /userauth_pubkey: publickey .*pkalg|pkalg .*pkblob/.test(each)) ?? '';
    expect(line).toMatch(signature);
  });

  it.each(['ed25519', 'ecdsa', 'rsa'] as const)(
    'a %s host key on record is what the server is asked for',
    async (type) => {
      const server = await sshd();
      success(await run(server, {}, { knownHostsFiles: [known(server, type)] }));
    },
  );

  it('the ssh-keyscan line of a refusal prints what makes the next scan pass, hashed or not', async () => {
    const server = await sshd();
    const path = file('known_hosts', '');
    const { message } = failure(await run(server, {}, { knownHostsFiles: [path] }));
    const line = /`(ssh-keyscan [^`]+)`/.exec(message)?.[1] ?? '';
    appendFileSync(path, execSync(line, { stdio: ['ignore', 'pipe', 'ignore'] }));
    execFileSync('ssh-keygen', ['-H', '-f', path], { stdio: 'ignore' });
    expect(readFileSync(path, 'utf8')).toMatch(/^\|1\|/m);
    success(await run(server, {}, { knownHostsFiles: [path] }));
  });

  it('the ssh-keygen -R line of a changed key removes the old one', async () => {
    const server = await sshd();
    const other = join(scratch(), 'other');
    keygen(other, '-t', 'ed25519');
    const path = file('known_hosts', `[127.0.0.1]:${server.port} ${readFileSync(`${other}.pub`, 'utf8')}`);
    const { message } = failure(await run(server, {}, { knownHostsFiles: [path] }));
    execSync(/`(ssh-keygen -R [^`]+)`/.exec(message)?.[1] ?? 'false', { stdio: 'ignore' });
    appendFileSync(
      path,
      execSync(/`(ssh-keyscan [^`]+)`/.exec(message)?.[1] ?? 'false', { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    success(await run(server, {}, { knownHostsFiles: [path] }));
  });

  it('what we record as new, ssh accepts', async () => {
    const server = await sshd();
    const own = join(scratch(), 'known_hosts');
    success(await run(server, { acceptNewHostKeys: own }, { knownHostsFiles: [file('k', '')] }));
    const args = ['-F', 'none', '-o', `UserKnownHostsFile=${own}`, '-o', 'GlobalKnownHostsFile=/dev/null'];
    const strict = [...args, '-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', '-i', server.userKey];
    const out = execFileSync('ssh', [...strict, '-p', String(server.port), `${LOGIN_USER}@127.0.0.1`, 'echo ok'], {
      stdio: 'pipe',
    });
    expect(out.toString()).toBe('ok\n');
  });

  it('a host with a certificate, known by its authority only, is refused with the reason', async () => {
    const keys = scratch();
    const [ca, key, cert] = [join(keys, 'ca'), join(keys, 'key'), join(keys, 'key-cert.pub')];
    for (const path of [ca, key]) keygen(path, '-t', 'ed25519');
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'host', '-h', '-n', '127.0.0.1', `${key}.pub`]);
    const server = await sshd([`HostKey ${key}`, `HostCertificate ${cert}`]);
    const path = file('known_hosts', `@cert-authority * ${readFileSync(`${ca}.pub`, 'utf8')}`);
    const outcome = failure(await run(server, {}, { knownHostsFiles: [path] }));
    expect(outcome.reason).toBe('host-key');
    expect(outcome.message).toMatch(/certificate authority \(@cert-authority in .*known_hosts:1\)/);
    appendFileSync(path, `[127.0.0.1]:${server.port} ${readFileSync(`${key}.pub`, 'utf8')}`);
    success(await run(server, {}, { knownHostsFiles: [path] }));
  });

  it('offers at most three keys in one connection, so that nothing bans us', async () => {
    const server = await sshd(['MaxAuthTries 6']);
    const wrong = Array.from({ length: 5 }, () => {
      const path = join(scratch(), 'wrong');
      keygen(path, '-t', 'ed25519');
      return path;
    });
    const outcome = failure(await run(server, {}, { identities: wrong }));
    expect(outcome).toMatchObject({ reason: 'auth', message: expect.stringMatching(/it takes publickey/) });
    await expect.poll(() => server.log().match(/Failed publickey/g)?.length).toBe(3);
    expect(server.log().match(/Connection from/g)).toHaveLength(2);
    expect(server.log()).not.toMatch(/Failed (none|password)/);
  });

  it('a server that counts to one', async () => {
    const server = await sshd(['MaxAuthTries 1']);
    const wrong = join(scratch(), 'wrong');
    keygen(wrong, '-t', 'ed25519');
    const outcome = failure(await run(server, {}, { identities: [wrong, server.userKey] }));
    expect(outcome).toMatchObject({
      reason: 'auth',
      message: expect.stringMatching(/Too many authentication failures/),
    });
  });

  it('a full server says so', async () => {
    const server = await sshd(['MaxStartups 1', 'LoginGraceTime 60']);
    const hold = async () => {
      const socket = connect(server.port, '127.0.0.1');
      cleanUp(() => socket.destroy());
      return String(await new Promise((resolve) => socket.once('data', resolve)));
    };
    // Our own probe of the port may still take the one place.
    await expect.poll(hold).toMatch(/^SSH-/);
    const outcome = failure(await run(server));
    expect(outcome.reason).toBe('unreachable');
    expect(outcome.message).toMatch(/MaxStartups/);
  });

  it('a stopped server hangs before its identification', async () => {
    const server = await sshd();
    process.kill(server.pid, 'SIGSTOP');
    const outcome = failure(await run(server, { handshakeSeconds: 0.5 }));
    expect(outcome).toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(/sent no SSH identification within 0\.5 s/),
    });
  });

  it('an account that may not run anything', async () => {
    const server = await sshd(['ForceCommand echo "This account is currently not available."; exit 1']);
    const { exec } = success(await run(server));
    expect(exec).toMatchObject({ exitCode: 1, ended: 'exit' });
    expect(exec.stdout.toString()).toBe('This account is currently not available.\n');
  });

  it('a hanging command is left at the time for one host', async () => {
    const server = await sshd();
    const script = 'sleep 60 & echo "pid $!"; wait; echo late\n';
    const { exec } = success(await run(server, { hostSeconds: 4 }, {}, script));
    expect(exec.ended).toBe('deadline');
    const pid = Number(/^pid (\d+)\n$/.exec(exec.stdout.toString())?.[1]);
    expect(pid).toBeGreaterThan(1);
    process.kill(pid);
  });

  it('a shell that is killed', async () => {
    const server = await sshd();
    const { exec } = success(await run(server, {}, {}, 'echo before; kill -9 $$\n'));
    expect(exec.stdout.toString()).toBe('before\n');
    expect(exec.exitCode === 137 || exec.signal === 'SIGKILL').toBe(true);
  });

  it('endless output is cut', async () => {
    const server = await sshd();
    const { exec } = success(await run(server, { maxStdoutBytes: 1_000_000 }, {}, 'yes\n'));
    expect(exec.ended).toBe('cap');
    expect(exec.stdout).toHaveLength(1_000_000);
  });

  it('a rekey in the middle loses nothing', async () => {
    const server = await sshd(['RekeyLimit 1M']);
    const { exec } = success(await run(server, {}, {}, 'head -c 6000000 /dev/zero\n'));
    expect(exec).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect(exec.stdout).toHaveLength(6_000_000);
    expect(server.log().match(/SSH2_MSG_NEWKEYS sent/g)?.length ?? 0).toBeGreaterThan(1);
  });

  it('a jump host in front, and one that forbids it', async () => {
    const [jump, inner] = [await sshd(), await sshd()];
    const through = at(inner, { jump: [at(jump, { name: 'bastion' })] });
    const outcome = success(
      await execScript(through, 'sh', SCRIPT, options({ handshakeSeconds: 10, hostSeconds: 20 })),
    );
    expect(outcome.exec.stdout.toString()).toContain('to stdout');
    expect(outcome.cost).toMatchObject({ connections: 2, execs: 1 });
    expect(inner.log()).toMatch(/Connection from 127\.0\.0\.1/);
    const closed = await sshd(['AllowTcpForwarding no']);
    const refused = at(inner, { jump: [at(closed, { name: 'bastion' })] });
    expect(
      failure(await execScript(refused, 'sh', SCRIPT, options({ handshakeSeconds: 10, hostSeconds: 20 }))),
    ).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/it does not allow it .*AllowTcpForwarding/),
    });
  });
});
