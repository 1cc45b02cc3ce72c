import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCaptures } from '../../src/evidence/captures.ts';
import { createRun, openRun } from '../../src/evidence/run.ts';
import type { RunEntry } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';
import type { Output } from '../../src/model/probe.ts';

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'fleetproof-objects-'));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function outputOf(probe: string, stdout: string, more: Partial<Output> = {}): Output {
  const [stdoutBytes, stderrBytes] = [Buffer.byteLength(stdout), 0];
  const what = { probe, state: 'ran', argv: [`/usr/bin/${probe}`], uid: 0, exitCode: 0 } as const;
  return { ...what, startedAt: 1, ms: 2, stdout, stderr: '', stdoutBytes, stderrBytes, redactions: 0, ...more };
}

function captureOf(name: string, outputs: readonly Output[]): Capture {
  return { captureVersion: 1, host: { name }, outputs } as unknown as Capture;
}

/** A run of these captures, one after the other; every text of a test is its own, since answers are remembered. */
async function runOf(captures: readonly Capture[]): Promise<string> {
  const draft = await createRun(out, 'run-1');
  for (const capture of captures) await draft.addCapture(capture);
  return draft.finish({ id: 'run-1' } as unknown as RunEntry, [], []);
}

async function capturesIn(folder: string): Promise<Capture[]> {
  const all: Capture[] = [];
  for await (const capture of readCaptures(folder, await openRun(folder))) all.push(capture);
  return all;
}

const lines = async (folder: string) =>
  (await readFile(join(folder, 'captures.ndjson'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('an output that hosts share', () => {
  const shared = `rules of the fleet: ünïcode 🙂 \u0000 \u202e \ufffd\r\n${'x'.repeat(2000)}`;
  const captures = ['a', 'b', 'c', 'd'].map((name, at) =>
    captureOf(name, [
      outputOf('shared', shared, { startedAt: at, ms: at }),
      outputOf('own', `${name} ${'y'.repeat(2000)}`),
      outputOf('short', 'the same'),
      // The same text of another command.
      outputOf('twin', shared, { argv: ['/usr/bin/other'] }),
    ]),
  );

  test('stands once, as it is, under its SHA-256, and comes back in every capture', async () => {
    const folder = await runOf(captures);
    expect(await readdir(join(folder, 'objects'))).toEqual([sha256(shared)]);
    expect(await readFile(join(folder, 'objects', sha256(shared)), 'utf8')).toBe(shared);
    expect(await capturesIn(folder)).toEqual(captures);
    const kept = await lines(folder);
    expect(kept[0].outputs.map(({ stdout }: Output) => typeof stdout)).toEqual([
      'string',
      'string',
      'string',
      'string',
    ]);
    expect(kept[3].outputs.map(({ stdout }: Output) => typeof stdout)).toEqual([
      'object',
      'string',
      'string',
      'object',
    ]);
    expect(kept[3].outputs[0].stdout).toEqual({ sha256: sha256(shared) });
  });

  test('stands in every run that refers to it', async () => {
    const first = await runOf(captures);
    await rm(first, { recursive: true });
    const second = await runOf(captures.slice(2));
    expect(await readdir(join(second, 'objects'))).toEqual([sha256(shared)]);
    expect(await capturesIn(second)).toEqual(captures.slice(2));
  });

  test('that is missing, changed, or no object at all ends the reading', async () => {
    const folder = await runOf(captures);
    const path = join(folder, 'objects', sha256(shared));
    await writeFile(path, shared.replace('rules', 'rulez'));
    await expect(capturesIn(folder)).rejects.toThrow(/this is not what was recorded/);
    await rm(path);
    await expect(capturesIn(folder)).rejects.toThrow(/an output that captures refer to cannot be read/);
    const file = join(folder, 'captures.ndjson');
    const text = await readFile(file, 'utf8');
    const traversal = `../../../${'x'.repeat(64 - 9)}`;
    await writeFile(file, text.replaceAll(sha256(shared), traversal));
    await expect(capturesIn(folder)).rejects.toThrow(/refers to what is not a SHA-256/);
    await writeFile(file, text.replaceAll(`{"sha256":"${sha256(shared)}"}`, 'null'.padEnd(77)));
    await expect(capturesIn(folder)).rejects.toThrow(/is not the capture of [bc]/);
    await writeFile(file, text);
    await symlink('/dev/zero', path);
    await expect(capturesIn(folder)).rejects.toThrow(/an output that captures refer to cannot be read/);
  });
});

test('a run whose hosts share nothing has no folder for it', async () => {
  const folder = await runOf([captureOf('a', [outputOf('own', `alone ${'z'.repeat(3000)}`)])]);
  expect(existsSync(join(folder, 'objects'))).toBe(false);
});

test('captures that come in at once are all whole, and a text is written once', async () => {
  const text = `at once ${'w'.repeat(5000)}`;
  const all = Array.from({ length: 40 }, (_, at) =>
    captureOf(`h-${String(at).padStart(2, '0')}`, [outputOf('p', text)]),
  );
  const draft = await createRun(out, 'run-1');
  await Promise.all(all.map((capture) => draft.addCapture(capture)));
  const folder = await draft.finish({ id: 'run-1' } as unknown as RunEntry, [], []);
  expect(await capturesIn(folder)).toEqual(all);
  expect(await readdir(join(folder, 'objects'))).toEqual([sha256(text)]);
});

test.skipIf(!existsSync('/proc/self/fd'))(
  'hosts that share thousands of texts do not use up the files that may be open',
  async () => {
    const texts = Array.from({ length: 2000 }, (_, at) => `text ${at} of many ${'v'.repeat(1100)}`);
    const all = ['a', 'b'].map((name) =>
      captureOf(
        name,
        texts.map((text, at) => outputOf(`p-${at}`, text)),
      ),
    );
    const draft = await createRun(out, 'run-1');
    const before = readdirSync('/proc/self/fd').length;
    let most = 0;
    const counting = setInterval(() => {
      most = Math.max(most, readdirSync('/proc/self/fd').length - before);
    });
    for (const capture of all) await draft.addCapture(capture);
    clearInterval(counting);
    const folder = await draft.finish({ id: 'run-1' } as unknown as RunEntry, [], []);
    expect(await readdir(join(folder, 'objects'))).toHaveLength(2000);
    expect(most).toBeLessThan(16);
    expect(await capturesIn(folder)).toEqual(all);
  },
);
