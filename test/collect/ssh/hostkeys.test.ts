import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { algorithmOrder, judgeHostKey, loadTrust } from '../../../src/collect/ssh/hostkeys.ts';
import { recordHostKey } from '../../../src/collect/ssh/record.ts';
import { execScript } from '../../../src/collect/ssh/session.ts';
import { fingerprint } from '../../../src/collect/ssh/text.ts';
import {
  failure,
  file,
  HOST_KEY,
  host,
  type KeyPair,
  keyPair,
  knownAt,
  options,
  scratch,
  sshServer,
  success,
  USER_KEY,
  visit,
} from './support.ts';

const ED = HOST_KEY;
const ED2 = keyPair();
const EC = keyPair('ecdsa');
const RSA = keyPair('rsa');
const print = (key: KeyPair) => fingerprint(key.parsed.getPublicSSH());

describe('judging an offered host key', () => {
  interface Changes {
    readonly port?: number;
    readonly hostKeyAlias?: string;
    readonly peer?: string;
    readonly acceptNew?: boolean;
    readonly address?: string;
  }
  type Case = [what: string, lines: string[], offered: KeyPair, judged: 'known' | 'new' | RegExp, changes: Changes];
  const cases: Case[] = [
    ['the key on record', [`web-1 ${ED.line}`], ED, 'known', {}],
    ['one of two keys of one type', [`web-1 ${ED2.line}`, `web-1 ${ED.line}`], ED, 'known', {}],
    ['no line at all', [], ED, /is not known: it offers ssh-ed25519 SHA256:/, {}],
    ['another host only', [`web-2 ${ED.line}`], ED, /is not known/, {}],
    [
      'another key of the same type',
      [`web-1 ${ED2.line}`],
      ED,
      /has changed: it offers ssh-ed25519 SHA256:.* has ssh-ed25519 SHA256:/,
      {},
    ],
    ['a key of another type', [`web-1 ${EC.line}`], ED, /is of another type than the one on record/, {}],
    ['no line, new ones accepted', [], ED, 'new', { acceptNew: true }],
    ['a changed key, new ones accepted', [`web-1 ${ED2.line}`], ED, /has changed/, { acceptNew: true }],
    ['another type, new ones accepted', [`web-1 ${EC.line}`], ED, /another type/, { acceptNew: true }],
    ['revoked', [`@revoked web-1 ${ED.line}`], ED, /is revoked/, {}],
    ['revoked for all', [`web-1 ${ED.line}`, `@revoked * ${ED.line}`], ED, /is revoked/, { acceptNew: true }],
    ['another key revoked', [`web-1 ${ED.line}`, `@revoked * ${ED2.line}`], ED, 'known', {}],
    [
      'revoked for the address that was dialled',
      [`web-1 ${ED.line}`, `@revoked 203.0.113.10 ${ED.line}`],
      ED,
      /is revoked/,
      { peer: '203.0.113.10' },
    ],
    [
      'known for its address only',
      [`203.0.113.10 ${ED.line}`],
      ED,
      /has the same key for its address only/,
      { peer: '203.0.113.10' },
    ],
    ['the address is what is dialled', [`203.0.113.10 ${ED.line}`], ED, 'known', { address: '203.0.113.10' }],
    [
      'an IPv6 address on another port',
      [`[2001:db8::7]:2222 ${ED.line}`],
      ED,
      'known',
      { address: '2001:DB8::7', port: 2222 },
    ],
    [
      'a certificate authority only',
      [`@cert-authority *.1,web-1 ${EC.line}`],
      ED,
      /@cert-authority in .*host certificates cannot be verified/,
      {},
    ],
    [
      'a certificate authority only, new ones accepted',
      [`@cert-authority web-1 ${EC.line}`],
      ED,
      /certificate/,
      { acceptNew: true },
    ],
    ["the authority's own key as host key", [`@cert-authority web-1 ${ED.line}`], ED, /certificate/, {}],
    ['an authority and the plain key', [`@cert-authority web-1 ${EC.line}`, `web-1 ${ED.line}`], ED, 'known', {}],
    ['port 2222, on record for it', [`[web-1]:2222 ${ED.line}`], ED, 'known', { port: 2222 }],
    ['port 2222, on record for port 22', [`web-1 ${ED.line}`], ED, 'known', { port: 2222 }],
    ['port 2222, another key on port 22', [`web-1 ${ED2.line}`], ED, /is not known/, { port: 2222 }],
    [
      'port 2222, another key on port 22, new ones accepted',
      [`web-1 ${ED2.line}`],
      ED,
      'new',
      { port: 2222, acceptNew: true },
    ],
    [
      'port 2222, changed there, right on port 22',
      [`[web-1]:2222 ${ED2.line}`, `web-1 ${ED.line}`],
      ED,
      /has changed/,
      { port: 2222 },
    ],
    ['port 22, on record for 2222 only', [`[web-1]:2222 ${ED.line}`], ED, /is not known/, {}],
    ['an alias', [`alias ${ED.line}`], ED, 'known', { hostKeyAlias: 'alias', port: 2222 }],
    [
      'an alias, on record under the real name',
      [`web-1 ${ED.line}`],
      ED,
      /is not known.*under the name alias/,
      { hostKeyAlias: 'alias' },
    ],
    ['upper case in the file', [`WEB-1 ${ED.line}`], ED, 'known', {}],
  ];
  it.each(cases)('%s', async (_what, lines, offered, judged, changes) => {
    const path = file('known_hosts', lines.map((line) => `${line}\n`).join(''));
    const { peer = null, acceptNew = false, ...rest } = changes;
    const trust = await loadTrust(
      host({ address: 'web-1', ...rest }),
      null,
      options({ knownHostsFiles: [path], acceptNewHostKeys: acceptNew ? join(scratch(), 'own') : null }),
    );
    const judgement = judgeHostKey(trust, offered.parsed.getPublicSSH(), peer);
    if (judged === 'known' || judged === 'new') expect(judgement).toEqual({ accepted: true, isNew: judged === 'new' });
    else expect(judgement).toMatchObject({ accepted: false, message: expect.stringMatching(judged) });
  });

  it('looks in every file, and prefers the files that the host names', async () => {
    const first = file('known_hosts', `web-2 ${ED.line}\n`);
    const second = file('known_hosts2', `web-1 ${ED.line}\n`);
    const shared = options({ knownHostsFiles: [first, second, '/nonexistent/known_hosts'] });
    const blob = ED.parsed.getPublicSSH();
    const byDefault = await loadTrust(host({ address: 'web-1' }), null, shared);
    expect(judgeHostKey(byDefault, blob, null).accepted).toBe(true);
    const named = await loadTrust(host({ address: 'web-1', knownHostsFiles: [first] }), null, shared);
    expect(judgeHostKey(named, blob, null).accepted).toBe(false);
  });

  it('refuses when a known_hosts file cannot be read, since it could revoke the key', async () => {
    const folder = scratch();
    const shared = options({ knownHostsFiles: [folder] });
    const outcome = failure(await execScript(host(), 'sh', '', shared));
    expect(outcome).toMatchObject({
      reason: 'host-key',
      message: expect.stringContaining(`${folder} cannot be read (EISDIR)`),
    });
  });
});

describe('the order of host key algorithms', () => {
  it.each([
    [
      'nothing known',
      [],
      [
        'ssh-ed25519',
        'ecdsa-sha2-nistp256',
        'ecdsa-sha2-nistp384',
        'ecdsa-sha2-nistp521',
        'rsa-sha2-512',
        'rsa-sha2-256',
      ],
    ],
    [
      'an RSA key known',
      [`web-1 ${RSA.line}`],
      [
        'rsa-sha2-512',
        'rsa-sha2-256',
        'ssh-ed25519',
        'ecdsa-sha2-nistp256',
        'ecdsa-sha2-nistp384',
        'ecdsa-sha2-nistp521',
      ],
    ],
    [
      'an RSA key revoked',
      [`@revoked web-1 ${RSA.line}`],
      [
        'ssh-ed25519',
        'ecdsa-sha2-nistp256',
        'ecdsa-sha2-nistp384',
        'ecdsa-sha2-nistp521',
        'rsa-sha2-512',
        'rsa-sha2-256',
      ],
    ],
    [
      'another type known for port 22, another server there',
      [`[web-1]:2222 ${RSA.line}`, `web-1 ${ED.line}`],
      [
        'rsa-sha2-512',
        'rsa-sha2-256',
        'ssh-ed25519',
        'ecdsa-sha2-nistp256',
        'ecdsa-sha2-nistp384',
        'ecdsa-sha2-nistp521',
      ],
    ],
  ])('%s', async (_what, lines, expected) => {
    const path = file('known_hosts', lines.map((line) => `${line}\n`).join(''));
    const port = lines[0]?.includes(':2222') ? 2222 : 22;
    const trust = await loadTrust(host({ address: 'web-1', port }), null, options({ knownHostsFiles: [path] }));
    expect(algorithmOrder(trust)).toEqual(expected);
  });

  it('gets the recorded key from a host that has several', async () => {
    const server = await sshServer({ hostKeys: [ED, EC, RSA] });
    for (const key of [ED, EC, RSA]) {
      const outcome = success(await visit(server, { knownHostsFiles: [knownAt(server.port, key)] }));
      expect(outcome.hostKey).toBe(print(key));
    }
  });
});

/** Makes a running server use another ed25519 key from the next key exchange on. */
function swapHostKey(connection: unknown, key: unknown): void {
  const { _protocol } = connection as { _protocol: { _hostKeys: Record<string, unknown> } };
  _protocol._hostKeys['ssh-ed25519'] = key;
}

describe('a session with a host key that does not fit', () => {
  it('refuses an unknown key before any log-in, and says how to review it (ssh2 alone would accept it)', async () => {
    const server = await sshServer();
    const path = file('known_hosts', '');
    const outcome = await visit(server, { knownHostsFiles: [path] });
    const { reason, message } = failure(outcome);
    expect(reason).toBe('host-key');
    expect(message).toContain(
      `The host key of 127.0.0.1 port ${server.port} is not known: it offers ssh-ed25519 ${print(ED)}`,
    );
    expect(message).toContain(`ssh-keyscan -p ${server.port} -t ed25519 127.0.0.1`);
    expect(message).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    expect(message).toContain(path);
    expect(server.attempts).toEqual([]);
    expect(outcome).toMatchObject({ hostKey: null, banner: expect.stringMatching(/^SSH-2\.0-/) });
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('shows the old entry of a changed key', async () => {
    const server = await sshServer();
    const path = file('known_hosts', `# old\n[127.0.0.1]:${server.port} ${ED2.line}\n`);
    const { reason, message } = failure(await visit(server, { knownHostsFiles: [path] }));
    expect(reason).toBe('host-key');
    expect(message).toContain(`offers ssh-ed25519 ${print(ED)}, but ${path}:2 has ssh-ed25519 ${print(ED2)}`);
    expect(message).toContain(`ssh-keygen -R '[127.0.0.1]:${server.port}' -f ${path}`);
    expect(server.attempts).toEqual([]);
  });

  it('refuses a server that has no key type but SHA-1 RSA', async () => {
    const server = await sshServer({ hostKeys: [RSA], config: { algorithms: { serverHostKey: ['ssh-rsa'] } } });
    const { reason, message } = failure(await visit(server, { knownHostsFiles: [knownAt(server.port, RSA)] }));
    expect(reason).toBe('unreachable');
    expect(message).toMatch(/share no host key type: it offers only outdated or unusual ones/);
  });

  it('verifies the signature too: a host that shows the right key without holding it is refused', async () => {
    const impostor = keyPair();
    const liar = Object.create(impostor.parsed) as typeof impostor.parsed;
    Object.assign(liar, { getPublicSSH: () => ED.parsed.getPublicSSH() });
    const own = join(scratch(), 'own');
    const server = await sshServer({ onConnection: (connection) => swapHostKey(connection, liar) });
    const outcome = await visit(server, { knownHostsFiles: [], acceptNewHostKeys: own });
    expect(failure(outcome).message).toMatch(/signature verification failed/);
    expect(() => statSync(own)).toThrow(/ENOENT/);
    expect(server.attempts).toEqual([]);
  });

  it('takes a second key exchange with the same key', async () => {
    const server = await sshServer({
      onExec: (channel, _command, connection) => {
        connection.rekey(() => {
          channel.write('after');
          channel.exit(0);
          channel.end();
        });
      },
    });
    expect(success(await visit(server)).exec.stdout.toString()).toBe('after');
  });

  it('stops when the key changes in a second key exchange', async () => {
    const server = await sshServer({
      hostKeys: [ED],
      onExec: (channel, _command, connection) => {
        swapHostKey(connection, ED2.parsed);
        connection.rekey(() => {
          channel.write('after');
          channel.exit(0);
          channel.end();
        });
      },
    });
    const { exec } = success(await visit(server));
    expect(exec.ended).toBe('closed');
    expect(exec.stdout.toString()).toBe('');
  });
});

describe('accepting new host keys', () => {
  it('writes one line per host, knows it in the same run and in the next, and refuses a change', async () => {
    const own = join(scratch(), 'state', 'known_hosts');
    const server = await sshServer();
    const shared = options({ acceptNewHostKeys: own });
    const target = host({ port: server.port });
    success(await execScript(target, 'sh', '', shared));
    success(await execScript(target, 'sh', '', shared));
    success(await execScript(target, 'sh', '', options({ acceptNewHostKeys: own })));
    expect(readFileSync(own, 'utf8')).toBe(`[127.0.0.1]:${server.port} ${ED.line}\n`);
    expect(statSync(own).mode & 0o777).toBe(0o600);

    const changed = await sshServer({ hostKeys: [ED2] });
    const moved = host({ port: changed.port, hostKeyAlias: `[127.0.0.1]:${server.port}` });
    for (const each of [shared, options({ acceptNewHostKeys: own })]) {
      expect(failure(await execScript(moved, 'sh', '', each))).toMatchObject({
        reason: 'host-key',
        message: expect.stringMatching(/has changed/),
      });
    }
    expect(readFileSync(own, 'utf8').split('\n')).toHaveLength(2);
  });

  it('keeps lines whole when many hosts are new at once', async () => {
    const own = join(scratch(), 'known_hosts');
    const server = await sshServer();
    const shared = options({ acceptNewHostKeys: own });
    const names = Array.from({ length: 30 }, (_, i) => `host-${i}`);
    const outcomes = await Promise.all(
      [...names, ...names].map((hostKeyAlias) =>
        execScript(host({ port: server.port, hostKeyAlias }), 'sh', '', shared),
      ),
    );
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    const lines = readFileSync(own, 'utf8').trimEnd().split('\n').sort();
    expect(lines).toEqual(names.map((name) => `${name} ${ED.line}`).sort());
  });

  it('obeys what another scan wrote in the meantime, and repairs a missing line end', async () => {
    const own = file('known_hosts', `web-9 ${ED.line}`);
    const shared = options({ acceptNewHostKeys: own });
    const [one, two] = await Promise.all(
      ['web-1', 'web-2'].map((address) => loadTrust(host({ address }), null, shared)),
    );
    appendFileSync(own, `\nweb-1 ${ED2.line}`);
    expect(() => one && recordHostKey(one, own, ED.parsed.getPublicSSH())).toThrow(/has changed/);
    for (let twice = 0; two && twice < 2; twice++) recordHostKey(two, own, ED.parsed.getPublicSSH());
    expect(readFileSync(own, 'utf8')).toBe(`web-9 ${ED.line}\nweb-1 ${ED2.line}\nweb-2 ${ED.line}\n`);
  });

  it('does not scan a host whose new key cannot be recorded', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'taken'));
    const server = await sshServer();
    const blocked = join(file('not-a-folder', ''), 'known_hosts');
    const outcome = failure(await visit(server, { knownHostsFiles: [], acceptNewHostKeys: blocked }));
    expect(outcome).toMatchObject({
      reason: 'host-key',
      message: expect.stringMatching(/cannot be recorded in .* \(E[A-Z]+\)/),
    });
    expect(server.attempts).toEqual([]);
  });

  it('never writes a name that would be a pattern', async () => {
    const own = join(scratch(), 'known_hosts');
    const server = await sshServer();
    const outcome = await visit(server, { knownHostsFiles: [], acceptNewHostKeys: own }, { hostKeyAlias: '*' });
    expect(failure(outcome).reason).toBe('host-key');
    expect(() => statSync(own)).toThrow(/ENOENT/);
  });
});

it('ssh2 without a verifier accepts any host key: the reason for all of this', async () => {
  const server = await sshServer();
  await new Promise<void>((resolve, reject) => {
    const client = new ssh2.Client();
    client.on('ready', () => {
      client.end();
      resolve();
    });
    client.on('error', reject);
    client.connect({ host: '127.0.0.1', port: server.port, username: 'audit', privateKey: USER_KEY.privateKey });
  });
  expect(server.attempts).toContain('ssh-ed25519 signed');
});
