import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { html } from '../../reports/html.ts';
import { visible } from '../../reports/safe.ts';
import type { HostResult } from '../../src/model/finding.ts';
import { assessed, type Deviation, entryOf, fails, sourceOf, unreached } from './fixture.ts';
import { fleetHost, hostileFleet, largeFleet, mixedFleet, PAYLOADS } from './fleets.ts';
import { written } from './sink.ts';

const report = (hosts: readonly HostResult[]) => written(html, sourceOf(hosts));

/** As HTML text. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#x27;',
    '`': '&#x60;',
    '=': '&#x3D;',
  };
  return visible(text).replace(/[&<>"'`=]/g, (char) => entities[char] ?? char);
}

describe('report.html', () => {
  let mixed = '';
  beforeAll(async () => {
    mixed = await report(mixedFleet());
  });

  test('starts with a policy that allows its own style sheet and nothing else', () => {
    const [, policy = ''] = /<head>\s*<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(mixed) ?? [];
    const [, css = ''] = /<style>(.*?)<\/style>/s.exec(mixed) ?? [];
    const hash = createHash('sha256').update(css).digest('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  test.each([
    ['script', /<script/i],
    ['event handlers', /<[^>]*\son[a-z]+\s*=/i],
    ['style attributes', /<[^>]*\sstyle\s*=/i],
    ['frames, objects, forms', /<(iframe|object|embed|form|base)\b/i],
    ['other addresses', /\b(?:src|href|action)="(?!#|data:,")/i],
    ['addresses in the style sheet', /url\(|@import/i],
  ])('has no %s', async (_, pattern) => {
    expect(mixed).not.toMatch(pattern);
    // Quoted host text is no markup: only tags count.
    expect((await report(hostileFleet())).replace(/>[^<]*</g, '><')).not.toMatch(pattern);
  });

  test('is whole: every element is closed, every id is one, every link leads somewhere', () => {
    const ids = [...mixed.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of mixed.matchAll(/\shref="#([^"]*)"/g)) expect(ids).toContain(target);
    for (const tag of ['section', 'article', 'details', 'table', 'div', 'ul', 'ol', 'dl', 'p', 'pre', 'bdi', 'span'])
      expect([tag, mixed.split(`</${tag}>`).length]).toEqual([tag, mixed.split(new RegExp(`<${tag}[\\s>]`)).length]);
  });

  test('tells the run, its baseline, tool and population', () => {
    const { run } = sourceOf(mixedFleet()).head;
    for (const text of [run.id, run.commandSetSha256, run.inventorySha256, run.baselines[0]?.sha256 ?? '?'])
      expect(mixed).toContain(text);
    for (const text of ['2026-11-22 01:00:00 UTC', '2026-11-22 01:00:12 UTC', 'cleavr 1.0.0', 'fleetproof 0.1.0'])
      expect(mixed).toContain(text);
    expect(mixed).toContain('Not complete: 6 of 8 hosts reached');
    expect(mixed).toContain('8 hosts in scope: 5 assessed, 1 assessed in part, 2 not reached.');
  });

  test('quotes every finding of a small fleet: what was seen, expected and actual, remediation', () => {
    for (const { host, findings } of mixedFleet()) {
      if (host.outcome === 'unreachable') continue;
      for (const { because, expected, actual, status, remediation, rule } of findings) {
        expect(mixed).toContain(escaped(because));
        if (status !== 'unknown') expect(mixed).toContain(`<dd><bdi>${escaped(expected)}</bdi></dd>`);
        if (status !== 'unknown') expect(mixed).toContain(`<dd><bdi>${escaped(actual)}</bdi></dd>`);
        if (rule !== undefined) expect(mixed).toContain(`<code>${rule}</code>`);
        const command = remediation?.split('\n').at(-1)?.replace('Allow it in sudoers: ', '') ?? '';
        expect(mixed).toContain(escaped(command));
      }
    }
  });

  test('shows each record in full once, at the worst finding that rests on it', () => {
    const records = [...mixed.matchAll(/<div class="record" id="(E-\d+)">/g)].map((match) => match[1]);
    expect(records).toEqual(records.map((_, index) => `E-${index + 1}`));
    const status = 'Status: inactive';
    expect(mixed.split(`<pre class="excerpt">${status}</pre>`)).toHaveLength(2);
    const at = mixed.indexOf(`<pre class="excerpt">${status}</pre>`);
    expect(at).toBeGreaterThan(mixed.indexOf('id="fail-firewall-active"'));
    expect(at).toBeLessThan(mixed.indexOf('id="fail-firewall-default-deny"'));
  });

  test('points to a long text that a record has already, and shows a short one again', async () => {
    const long = (text: string, sha: string) => ({
      stdout: { sha256: sha.repeat(64), bytes: 900, excerpt: text.repeat(90), truncated: false },
    });
    const own = (name: string) =>
      assessed(
        entryOf(name, '203.0.113.1'),
        { 'firewall-active': fails(`Seen on ${name}.`, 'active', 'inactive') },
        { 'ufw-status': long('the same. ', 'a'), 'sshd-config': long(`of ${name}.   `, name) },
      );
    const text = await report([own('a'), own('b')]);
    const [, first, second, ...more] = text.split(`<pre class="excerpt">${'the same. '.repeat(90)}</pre>`);
    expect([first, second, more.length]).toEqual([expect.any(String), undefined, 0]);
    expect(text).toMatch(/<p class="note">The same text as in <a class="number" href="#(E-\d+)">\1<\/a>\.<\/p>/);
    for (const name of ['a', 'b'])
      expect(text.split(`<pre class="excerpt">${`of ${name}.   `.repeat(90)}</pre>`)).toHaveLength(2);
  });

  test('no check of a small fleet takes the room of those behind it', async () => {
    const hosts = Array.from({ length: 10 }, (_, index) => {
      const seen = (id: string): [string, Deviation] => {
        const because = `${id} holds on host ${index}.`;
        return [id, { verdict: 'pass', status: 'pass', because }];
      };
      const excerpt = (probe: string) => ({
        stdout: {
          sha256: String(index).repeat(64),
          bytes: 90_000,
          excerpt: `${probe} ${index} `.repeat(1000),
          truncated: true,
        },
      });
      const probes = ['ufw-status', 'sshd-config', 'apt-config', 'fail2ban-status', 'os-release'];
      return assessed(
        entryOf(`h-${index}`, '203.0.113.1'),
        Object.fromEntries(sourceOf([]).head.checks.map(({ id }) => seen(id))),
        Object.fromEntries(probes.map((probe) => [probe, excerpt(probe)])),
      );
    });
    const text = await report(hosts);
    for (const { because } of hosts.flatMap(({ findings }) => findings)) expect(text).toContain(because);
    expect(text).not.toContain('not shown here');
    // Every check has evidence before any has that of many hosts.
    const cards = text.slice(text.indexOf('id="passed"')).split('<details class="card fold">').slice(1);
    for (const card of cards.slice(0, 5)) expect(card).toMatch(/class="(?:record|reference)"/);
  });

  test('quotes what was recorded letter for letter', () => {
    for (const { evidence } of mixedFleet()) {
      const quoted = evidence.filter(({ stdout }) => stdout.excerpt.includes('\n'));
      for (const { stdout } of quoted)
        expect(mixed).toContain(`<pre class="excerpt">${escaped(stdout.excerpt.trimEnd())}</pre>`);
    }
  });

  test('says what a record is: user, exit code, hash, redactions, truncation', async () => {
    const secret = {
      redactions: 2,
      stdout: { sha256: 'f'.repeat(64), bytes: 9000, excerpt: 'x=[redacted]', truncated: true },
    };
    const text = await report([assessed(entryOf('a', '203.0.113.1'), {}, { 'apt-config': secret })]);
    expect(text).toContain('<dt>Redacted</dt><dd>2 secrets</dd>');
    expect(text).toContain('9.0 kB');
    expect(text).toContain('f'.repeat(64));
    expect(text).toContain('Shortened here; the SHA-256 is that of the whole recorded text.');
    expect(text).toContain('<dt>User</dt><dd>uid 0 (root)</dd>');
    expect(text).toContain('<dt>Exit code</dt><dd>0</dd>');
  });

  test.each([
    ['Met', [assessed(entryOf('a', '203.0.113.1'))], [] as string[]],
    ['Not proven', [assessed(entryOf('a', '203.0.113.1'))], ['cleavr-5']],
    ['Not met', mixedFleet(), ['cleavr-1']],
  ])('comes to the conclusion "%s"', async (verdict, hosts, controls) => {
    const source = sourceOf(hosts);
    const wanted = controls.length === 0 ? ['cleavr-1', 'cleavr-2'] : controls;
    const head = { ...source.head, controls: source.head.controls.filter(({ id }) => wanted.includes(id)) };
    expect(await written(html, { ...source, head })).toContain(`<strong>${verdict}.</strong>`);
  });

  test('a fleet without a control or a host is not met', async () => {
    const source = sourceOf([]);
    const text = await written(html, { ...source, head: { ...source.head, controls: [] } });
    expect(text).toContain('<strong>Not proven.</strong>');
    expect(text).toContain('0 of 0 findings came to a result.');
  });

  test('bytes are equal for equal input', async () => {
    expect(await report(structuredClone(mixedFleet()))).toBe(mixed);
  });

  test('makes every payload harmless and keeps it readable', async () => {
    const text = await report(hostileFleet());
    expect(text.replace(/[\n\t]/g, '')).not.toMatch(
      /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Surrogate}]/u,
    );
    for (const payload of PAYLOADS) expect(text).toContain(escaped(payload));
    expect(text).not.toContain('<img');
    expect(text).not.toContain('<svg/onload');
  });
});

describe('a large fleet', () => {
  test('of 5000 hosts stays below 5 MB and says what it leaves out', async () => {
    const source = sourceOf([]);
    const hosts = largeFleet(5000);
    const text = await written(html, {
      ...source,
      head: sourceOf(hosts).head,
      async *hosts() {
        yield* hosts;
      },
    });
    expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
    expect(text).toContain('4,948 more hosts without a row here: 4,948 assessed, named below.');
    expect(text).toContain('Listed are the 500 worst hosts.');
    expect(text).not.toContain('Every host in scope and how it was reached');
    const named = new Set([...text.matchAll(/<bdi class="host">(node-\d{4})<\/bdi>/g)].map((match) => match[1]));
    expect(hosts.map(({ host }) => host.name).filter((name) => !named.has(name))).toEqual([]);
    expect(text).toMatch(
      /further findings with other details on [\d,]+ hosts are not shown here\. The full list stands in report\.json\./,
    );
    expect(text.match(/<tr><th scope="row"><bdi class="host">node-/g)?.length).toBe(500);
    expect(
      text.match(/<td><span class="badge fail"><span aria-hidden="true">!<\/span> not reached<\/span>/g)?.length,
    ).toBe(52);
  }, 60_000);

  test('of which nobody could reach one names every host', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `lost-${String(index).padStart(4, '0')}`);
    const text = await report(
      names.map((name) => unreached(name, '198.51.100.1', 'unreachable', 'Connection refused.')),
    );
    const named = new Set([...text.matchAll(/<bdi class="host">(lost-\d{4})<\/bdi>/g)].map((match) => match[1]));
    expect(names.filter((name) => !named.has(name))).toEqual([]);
    expect(text).toMatch(/more hosts without a row here: [\d,]+ not reached, named under/);
    expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
  }, 60_000);

  test('where every finding is long and different keeps the budget too', async () => {
    const hosts = Array.from({ length: 400 }, (_, index) => {
      const long = `${index} ${'<&"\u001b> '.repeat(400)}`;
      const bad = fails(long, long, long, { remediation: long });
      const excerpt = { sha256: 'a'.repeat(64), bytes: 4000, excerpt: long, truncated: true };
      return assessed(
        entryOf(`h-${index}`, '203.0.113.1'),
        { 'firewall-active': bad, 'ssh-key-only': bad, 'updates-pending': { ...bad, verdict: 'pass', status: 'pass' } },
        { 'ufw-status': { stdout: excerpt }, 'sshd-config': { stdout: excerpt }, 'apt-config': { stdout: excerpt } },
      );
    });
    const text = await report(hosts);
    expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
    expect(text).toMatch(/further findings with other details on [\d,]+ hosts are not shown here/);
    for (let index = 0; index < 400; index++) expect(text).toContain(`>h-${index}<`);
  }, 60_000);

  test('up to 500 hosts are all listed', async () => {
    const text = await report(Array.from({ length: 120 }, (_, index) => fleetHost(index)));
    for (let index = 0; index < 120; index++) {
      const name = `<bdi class="host">node-${String(index).padStart(4, '0')}</bdi>`;
      expect(text.split(`<th scope="row">${name}`).length).toBe(3);
    }
  });
});

test('templates put text in raw only in the head: the style sheet and its hash', () => {
  const folder = new URL('../../reports/html/', import.meta.url);
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.hbs'))) {
    const raw = readFileSync(new URL(name, folder), 'utf8').match(/\{\{\{[^}]*\}\}\}|\{\{&[^}]*\}\}/g) ?? [];
    expect([name, raw]).toEqual([name, name === 'head.hbs' ? ['{{{cssHash}}}', '{{{css}}}'] : []]);
  }
});
