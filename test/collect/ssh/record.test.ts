import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTrust } from '../../../src/collect/ssh/hostkeys.ts';
import { recordHostKey } from '../../../src/collect/ssh/record.ts';
import { execScript } from '../../../src/collect/ssh/session.ts';
import { failure, file, HOST_KEY, host, keyPair, options, scratch, sshServer, success, visit } from './support.ts';

const ED = HOST_KEY;
const ED2 = keyPair();

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
