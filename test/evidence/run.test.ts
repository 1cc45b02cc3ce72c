import { execFileSync } from 'node:child_process';
import { existsSync, readlinkSync } from 'node:fs';
import {
  chmod,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readCaptures } from '../../src/evidence/captures.ts';
import { createRun, newRunId, openRun } from '../../src/evidence/run.ts';
import type { HostResult, RunEntry } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'fleetproof-run-'));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const cost = { connections: 1, execs: 1, bytesOut: 1, bytesIn: 1, ms: 1 };

function captureOf(name: string): Capture {
  return { captureVersion: 1, host: { name }, cost, outputs: [] } as unknown as Capture;
}

function resultOf(name: string): HostResult {
  return {
    host: { name, cost },
    findings: [{ id: `${name}/a`, because: 'ünïcode 🙂 \u0000 \u202e' }],
    evidence: [],
  } as unknown as HostResult;
}

/** As the spool takes it. */
function written({ host, findings, evidence }: HostResult) {
  return { host, findings, evidence: [JSON.stringify(evidence)] };
}

const entry = { id: 'x', interrupted: false } as unknown as RunEntry;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function* capturesIn(folder: string): AsyncIterable<Capture> {
  yield* readCaptures(folder, await openRun(folder));
}

describe('a run', () => {
  test('has no name until it is whole, then everything is in it', async () => {
    const draft = await createRun(out, 'run-1');
    await draft.addCapture(captureOf('web-1'));
    await expect(openRun(join(out, 'run-1'))).rejects.toThrow(/is not a run/);
    expect((await readdir(out))[0]).toMatch(/^\..*partial$/);
    const folder = await draft.finish(entry, [], []);
    expect(await readdir(out)).toEqual(['run-1']);
    expect((await readdir(folder)).sort()).toEqual(['captures.ndjson', 'run.json']);
    const captures = await collect(capturesIn(folder));
    expect(captures.map(({ host }) => host.name)).toEqual(['web-1']);
  });

  test('that is discarded leaves nothing; discarding a finished one leaves it', async () => {
    const draft = await createRun(out, 'run-1');
    await draft.discard();
    expect(await readdir(out)).toEqual([]);
    const kept = await createRun(out, 'run-2');
    await kept.finish(entry, [], []);
    await kept.discard();
    expect(await readdir(out)).toEqual(['run-2']);
  });

  test('names no file after what a host is called, and finds every host again', async () => {
    const draft = await createRun(out, 'run-1');
    const names = [
      '..',
      '../../etc/passwd',
      'a/b',
      'a_2fb',
      'ü',
      '.hidden',
      'x'.repeat(300),
      `${'x'.repeat(300)}y`,
      'con:1',
      '-rf',
      '__proto__',
      '7',
      'a\n{}',
    ];
    for (const name of names) await draft.addCapture(captureOf(name));
    const folder = await draft.finish(entry, [], []);
    expect((await readdir(folder)).sort()).toEqual(['captures.ndjson', 'run.json']);
    const captures = await collect(capturesIn(folder));
    expect(captures.map(({ host }) => host.name).sort()).toEqual([...names].sort());
  });

  test('ids sort by time and differ within a second', () => {
    const now = new Date('2026-11-22T01:02:03.456Z');
    expect(newRunId(now)).toMatch(/^20261122T010203Z-[0-9a-f]{8}$/);
    expect(newRunId(now)).not.toBe(newRunId(now));
  });

  test('reads its results back sorted, as objects and as text', async () => {
    const draft = await createRun(out, 'run-1');
    const names = ['b', 'a', 'c', 'Z'];
    await Promise.all(names.map((name) => draft.spool.append(written(resultOf(name)))));
    const sorted = ['Z', 'a', 'b', 'c'];
    expect(await collect(draft.spool.read())).toEqual(sorted.map(resultOf));
    // As text that can be printed to a terminal.
    const text = (value: unknown) => JSON.stringify(value).replaceAll('\u202e', '\\u202e');
    const texts = async (all: AsyncIterable<Uint8Array>) => {
      const copies: string[] = [];
      for await (const one of all) copies.push(Buffer.from(one).toString());
      return copies;
    };
    for (const part of ['findings', 'evidence'] as const) {
      const raw = await texts(draft.spool.readRaw(part));
      expect(raw).toEqual(sorted.map((name) => text(resultOf(name)[part]).slice(1, -1)));
    }
    expect(await texts(draft.spool.readRaw('host'))).toEqual(sorted.map((name) => text(resultOf(name).host)));
    const lines = (await texts(draft.spool.findingLines())).join('');
    expect(lines).toBe(sorted.flatMap((name) => resultOf(name).findings.map((one) => `${text(one)}\n`)).join(''));
    await draft.discard();
  });
});

describe('results that come in while others are written', () => {
  /** Of very different sizes: some share a write, some fill one by themselves. */
  const large = (name: string, size: number): HostResult => {
    const result = resultOf(name);
    const evidence = result.evidence.map((one) => ({
      ...one,
      stdout: { ...one.stdout, excerpt: `${name} `.repeat(size) },
    }));
    return { ...result, evidence };
  };

  test('are all there, and none is in the place of another', async () => {
    const draft = await createRun(out, 'run-1');
    const all = Array.from({ length: 60 }, (_, at) =>
      large(`host-${String(at).padStart(2, '0')}`, [1, 20_000, 300, 900_000][at % 4] ?? 1),
    );
    for (const from of [0, 7, 20, 21]) {
      const wave = all.slice(from, { 0: 7, 7: 20, 20: 21, 21: 60 }[from]);
      const writes = wave.map((result) => draft.spool.append(written(result)));
      // The last ones are waited for, the others may still be on their way.
      if (from !== 7) await Promise.all(writes);
    }
    let at = 0;
    for await (const result of draft.spool.read()) {
      expect(result.host.name).toBe(all[at]?.host.name);
      expect(JSON.stringify(result.evidence) === JSON.stringify(all[at]?.evidence)).toBe(true);
      at += 1;
    }
    expect(at).toBe(all.length);
    await draft.discard();
  });
});

describe('what is not a whole run is refused', () => {
  async function finished(): Promise<string> {
    const draft = await createRun(out, 'run-1');
    await draft.addCapture(captureOf('web-1'));
    return draft.finish(entry, [], []);
  }

  const edited = async (name: string, edit: (text: string) => string) => {
    const folder = await finished();
    const path = join(folder, name);
    await writeFile(path, edit(await readFile(path, 'utf8')));
    return collect(capturesIn(folder));
  };

  test('captures that are missing, cut off, or no JSON', async () => {
    const folder = await finished();
    await rm(join(folder, 'captures.ndjson'));
    await expect(collect(capturesIn(folder))).rejects.toThrow(/captures of the run cannot be read/);
    await rm(folder, { recursive: true });
    await expect(edited('captures.ndjson', (text) => text.slice(0, -5))).rejects.toThrow(/web-1 is missing or cut off/);
    await rm(folder, { recursive: true });
    await expect(edited('captures.ndjson', (text) => text.replace('{', '['))).rejects.toThrow(/is not JSON/);
  });

  test.each([
    ['"at": 0', '"at": -1'],
    ['"at": 0', '"at": 1e300'],
    ['"at": 0', '"at": "0"'],
    ['"bytes": ', '"bytes": 9'],
  ])('a place that cannot be: %s → %s', async (from, to) => {
    await expect(edited('run.json', (text) => text.replace(from, to))).rejects.toThrow(/missing or cut off/);
  });

  test('a word of a capture that somebody changed', async () => {
    const other = edited('captures.ndjson', (text) => text.replace('"bytesIn":1', '"bytesIn":2'));
    await expect(other).rejects.toThrow(/captures\.ndjson: this is not what was recorded/);
  });

  test('a capture that is there and that run.json does not name', async () => {
    const more = edited('captures.ndjson', (text) => text + text);
    await expect(more).rejects.toThrow(/this is not what was recorded/);
  });

  test('the sum is the one of sha256sum', async () => {
    const folder = await finished();
    const { capturesSha256 } = await openRun(folder);
    expect(
      execFileSync('sh', ['-c', 'sha256sum "$0"', join(folder, 'captures.ndjson')], { encoding: 'utf8' }),
    ).toContain(capturesSha256);
  });

  test('a capture of another host', async () => {
    const swap = (text: string) => text.replace('web-1', 'web-2');
    await expect(edited('captures.ndjson', swap)).rejects.toThrow(/is not the capture of web-1/);
  });

  test.each([
    ['run.json', () => 'null'],
    ['run.json', () => '[]'],
    ['run.json', (text: string) => text.replace('"captures"', '"other"')],
    ['run.json', (text: string) => text.replace('"baselines": []', '"baselines": null')],
    ['run.json', (text: string) => text.replace(/\{\s*"at": 0[^}]*\}/, 'null')],
    ['captures.ndjson', (text: string) => 'null'.padEnd(text.length)],
    ['captures.ndjson', (text: string) => text.replace('"outputs":[]', '"outputs":{}')],
    ['captures.ndjson', (text: string) => text.replace('"host":{"name":"web-1"}', '"host":null'.padEnd(23))],
  ])('%s that no scan writes (%#)', async (name, edit) => {
    await expect(edited(name, edit)).rejects.toMatchObject({ name: 'RunError', kind: 'data' });
  });

  test('captures that are a folder, a link or a pipe', async () => {
    const folder = await finished();
    const path = join(folder, 'captures.ndjson');
    await rename(path, join(folder, 'elsewhere'));
    for (const make of [
      () => mkdir(path),
      () => symlink('elsewhere', path),
      async () => execFileSync('sh', ['-c', 'mkfifo "$0"', path]),
    ]) {
      await make();
      await expect(collect(capturesIn(folder))).rejects.toThrow(/captures of the run cannot be read/);
      await rm(path, { recursive: true });
    }
  });

  test('a run.json that is cut off, or of another version', async () => {
    const folder = await finished();
    const path = join(folder, 'run.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -20));
    await expect(openRun(folder)).rejects.toThrow(/run\.json is not JSON/);
    await writeFile(path, text.replace('"runVersion": 2', '"runVersion": 1'));
    await expect(openRun(folder)).rejects.toThrow(/reads run version 2, not 1/);
  });
});

test.skipIf(process.getuid?.() === 0)('a folder that cannot be written is refused before anything else', async () => {
  await chmod(out, 0o500);
  await expect(createRun(out, 'run-1')).rejects.toMatchObject({ kind: 'create' });
});

test('an output folder below a file is refused before anything else', async () => {
  await writeFile(join(out, 'file'), '');
  await expect(createRun(join(out, 'file'), 'run-1')).rejects.toMatchObject({ kind: 'create' });
});

test("a draft that is there already is somebody else's, and stays", async () => {
  const theirs = await createRun(out, 'run-1');
  await expect(createRun(out, 'run-1')).rejects.toMatchObject({ kind: 'create' });
  await theirs.addCapture(captureOf('web-1'));
  expect(await readdir(await theirs.finish(entry, [], []))).toEqual(['captures.ndjson', 'run.json']);
});

test.skipIf(!existsSync('/proc/self/fd'))('all of a run is on the disk before it has its name', async () => {
  const probe = await open(join(out, 'probe'), 'w');
  const synced: string[] = [];
  const spy = vi.spyOn(Object.getPrototypeOf(probe), 'sync').mockImplementation(async function (this: FileHandle) {
    synced.push(relative(out, readlinkSync(`/proc/self/fd/${this.fd}`)));
  });
  await probe.close();
  const draft = await createRun(out, 'run-1');
  await draft.addCapture(captureOf('web-1'));
  const sink = await draft.create('report.json');
  await sink.write('{}');
  await sink.close();
  await draft.finish(entry, [], []);
  spy.mockRestore();
  const partial = '.run-1.partial';
  const files = ['report.json', 'captures.ndjson', 'run.json'].map((name) => `${partial}/${name}`);
  expect(synced).toEqual([...files, partial, '']);
});
