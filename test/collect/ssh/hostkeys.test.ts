import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { algorithmOrder, judgeHostKey, loadTrust } from '../../../src/collect/ssh/hostkeys.ts';
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

  it('looks nowhere else when files are pinned, whatever the host names and was accepted before', async () => {
    const wrong = file('known_hosts', `web-1 ${RSA.line}\n`);
    const right = file('known_hosts2', `web-1 ${ED.line}\n`);
    const blob = ED.parsed.getPublicSSH();
    const pinned = options({ pinnedKnownHosts: [wrong], knownHostsFiles: [right], ownKnownHosts: right });
    const trust = await loadTrust(host({ address: 'web-1', knownHostsFiles: [right] }), null, pinned);
    expect(judgeHostKey(trust, blob, null)).toMatchObject({ accepted: false });
    expect(trust.files.map((known) => known.file)).toEqual([wrong]);
  });

  it('knows what it accepted before, beside the files that the host names', async () => {
    const own = file('own', `web-1 ${ED.line}\n`);
    const named = host({ address: 'web-1', knownHostsFiles: ['/dev/null'] });
    const trust = await loadTrust(named, null, options({ ownKnownHosts: own }));
    expect(judgeHostKey(trust, ED.parsed.getPublicSSH(), null)).toEqual({ accepted: true, isNew: false });
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

describe('RevokedHostKeys', () => {
  const judge = async (content: string | Buffer, pinned = false) => {
    const known = [file('known_hosts', `web-1 ${ED.line}\n`)];
    const revokedHostKeysFile = file('revoked', content);
    const given = options(pinned ? { pinnedKnownHosts: known } : { knownHostsFiles: known });
    const trust = await loadTrust(host({ address: 'web-1', revokedHostKeysFile }), null, given);
    return judgeHostKey(trust, ED.parsed.getPublicSSH(), null);
  };

  it.each([false, true])('refuses a key of the list, known or not (pinned: %s)', async (pinned) => {
    expect(await judge(`# gone\n\n  ${RSA.line} x\n${ED.line} web-1\r\n`, pinned)).toMatchObject({
      accepted: false,
      message: expect.stringMatching(/is revoked: it offers .* which \S+revoked:4 \(RevokedHostKeys\) lists\./),
    });
    expect(await judge(`${ED2.line}\n`, pinned)).toEqual({ accepted: true, isNew: false });
    expect(await judge('', pinned)).toEqual({ accepted: true, isNew: false });
  });

  it.each([
    ['a line that is no key', `${ED2.line}\nweb-1 ${ED.line}\n`, /has no public key in line 2/],
    ['a KRL', 'SSHKRL\n\0\0\0\0\x01', /is a key revocation list \(KRL\)/],
  ])('trusts nobody with %s', async (_what, content, message) => {
    await expect(judge(content)).rejects.toMatchObject({ reason: 'host-key', message: expect.stringMatching(message) });
  });

  it('trusts nobody where the list is not there', async () => {
    const outcome = failure(await execScript(host({ revokedHostKeysFile: '/nonexistent' }), 'sh', '', options()));
    expect(outcome).toMatchObject({ reason: 'host-key', message: expect.stringContaining('/nonexistent') });
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
