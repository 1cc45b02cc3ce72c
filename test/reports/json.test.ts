import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { json } from '../../reports/json.ts';
import reportSchema from '../../reports/schemas/report-v1.schema.json' with { type: 'json' };
import type { HostResult, ReportSource } from '../../src/model/finding.ts';
import { inertJson } from '../../src/model/inert-json.ts';
import { REASONS } from '../../src/model/verdict.ts';
import { assessed, entryOf, sourceOf, unreached } from './fixture.ts';
import { fleetHost, hostileFleet, largeFleet, mixedFleet } from './fleets.ts';
import { written } from './sink.ts';

// As strict as the strictest consumer.
const validate = new Ajv2020({ allErrors: true, strict: true }).compile(reportSchema);

/** The source with its hosts as ready JSON text, as the run folder hands them over. */
function raw(hosts: readonly HostResult[]): ReportSource {
  const inside = (list: readonly unknown[]) => JSON.stringify(list).slice(1, -1);
  return {
    ...sourceOf(hosts),
    async *hosts() {
      yield* [];
      throw new Error('The short cut was not taken.');
    },
    async *rawHosts(part) {
      for (const result of hosts)
        yield Buffer.from(inertJson(part === 'host' ? JSON.stringify(result.host) : inside(result[part])));
    },
  };
}

describe('report.json', () => {
  test.each([
    ['a mixed fleet', mixedFleet()],
    ['a hostile fleet', hostileFleet()],
    ['60 hosts', largeFleet(60)],
    ['no host', []],
  ])('%s keeps the schema, and loses nothing', async (_, hosts) => {
    const source = sourceOf(hosts);
    const report = JSON.parse(await written(json, source));
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(report).toEqual({
      ...source.head,
      hosts: hosts.map(({ host }) => host),
      findings: hosts.flatMap(({ findings }) => findings),
      evidence: hosts.flatMap(({ evidence }) => evidence),
    });
  });

  test('keeps the schema whatever the reasons are', async () => {
    const hosts = REASONS.map((reason) => unreached(reason, '203.0.113.1', reason, 'So it is.'));
    const report = JSON.parse(await written(json, sourceOf(hosts)));
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(Object.keys(report.summary.byReason)).toEqual(REASONS);
  });

  test('stands in the order of the design', async () => {
    expect(Object.keys(JSON.parse(await written(json, sourceOf(mixedFleet()))))).toEqual([
      'schemaVersion',
      'run',
      'controls',
      'checks',
      'commands',
      'hosts',
      'findings',
      'evidence',
      'summary',
    ]);
  });

  test('bytes are equal for equal input, and equal through the short cut', async () => {
    for (const hosts of [mixedFleet(), hostileFleet(), []]) {
      const text = await written(json, sourceOf(hosts));
      expect(await written(json, sourceOf(structuredClone(hosts)))).toBe(text);
      expect(await written(json, raw(hosts))).toBe(text);
    }
  });

  test('shows nothing to a terminal that acts', async () => {
    expect(await written(json, sourceOf(hostileFleet()))).not.toMatch(
      /[^\n\P{Cc}]|[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u,
    );
  });

  test('looks as it always did', async () => {
    const one = sourceOf([fleetHost(5), assessed(entryOf('web-1', '203.0.113.11'))]);
    await expect(await written(json, one)).toMatchFileSnapshot('../golden/reports/report.json');
  });

  test('holds one host at a time, and waits for the sink', async () => {
    let pulled = 0;
    let writing = 0;
    const ahead: number[] = [];
    const longest: number[] = [];
    const source: ReportSource = {
      ...sourceOf([]),
      async *hosts() {
        for (let index = 0; index < 300; index++) {
          pulled += 1;
          yield fleetHost(index);
        }
      },
    };
    let lines = 0;
    await json.write(source, {
      async write(text) {
        writing += 1;
        expect(writing).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        lines += Buffer.from(text).toString().split('\n').length;
        ahead.push(pulled - lines);
        longest.push(text.length);
        writing -= 1;
      },
    });
    expect(pulled).toBe(900);
    expect(ahead.length).toBeGreaterThan(20);
    // Never more hosts in hand than one chunk of text holds.
    expect(Math.max(...longest)).toBeLessThan(80_000);
    expect(Math.max(...ahead)).toBeLessThanOrEqual(0);
  });

  test('a source or a sink that breaks is not swallowed', async () => {
    const broken: ReportSource = {
      ...sourceOf([]),
      async *hosts() {
        yield fleetHost(1);
        throw new Error('disk gone');
      },
    };
    await expect(written(json, broken)).rejects.toThrow('disk gone');
    const full = { write: () => Promise.reject(new Error('no space')) };
    await expect(json.write(sourceOf(largeFleet(20)), full)).rejects.toThrow('no space');
  });
});

describe('the schema refuses', () => {
  type Json = Record<string, unknown>;
  /** Where: the list, and what the item to spoil has. Then what is changed; undefined takes the key away. */
  const cases: readonly [name: string, list: string, item: Json, change: Json, keyword: string][] = [
    ['unknown keys', 'findings', {}, { colour: 'red' }, 'unevaluatedProperties'],
    ['an unknown without a reason', 'findings', { verdict: 'unknown' }, { reason: undefined }, 'required'],
    ['a pass with a reason', 'findings', { verdict: 'pass' }, { reason: 'timeout' }, 'false schema'],
    ['a reason of its own making', 'findings', { verdict: 'unknown' }, { reason: 'tired' }, 'enum'],
    ['a pass without evidence', 'findings', { verdict: 'pass' }, { evidence: [] }, 'minItems'],
    ['a fail without evidence', 'findings', { verdict: 'fail' }, { evidence: [] }, 'minItems'],
    ['not applicable without a rule', 'findings', { verdict: 'not-applicable' }, { rule: undefined }, 'required'],
    ['a fail that calls itself passed', 'findings', { verdict: 'fail' }, { status: 'pass' }, 'enum'],
    ['an unknown that calls itself passed', 'findings', { verdict: 'unknown' }, { status: 'pass' }, 'enum'],
    ['waived without its waiver', 'findings', { verdict: 'fail' }, { status: 'waived' }, 'required'],
    ['attested without its attestation', 'findings', { verdict: 'unknown' }, { status: 'attested' }, 'required'],
    ['an empty because', 'findings', {}, { because: '' }, 'minLength'],
    ['not reached without a reason', 'hosts', { outcome: 'unreachable' }, { reason: undefined }, 'required'],
    ['satisfied without a check', 'controls', { id: 'cleavr-5' }, { result: 'satisfied' }, 'const'],
    ['a command that ran without an exit code', 'evidence', { state: 'ran' }, { exitCode: null }, 'type'],
    ['a local time', 'evidence', { state: 'ran' }, { startedAt: '2026-11-22 01:00' }, 'pattern'],
    ['a check id with blanks', 'checks', {}, { id: 'two words' }, 'pattern'],
  ];

  function spoil(report: Json, list: string, item: Json, change: Json): void {
    const matches = (each: Json) => Object.entries(item).every(([key, value]) => each[key] === value);
    const found = (report[list] as Json[]).find(matches);
    expect(found).toBeDefined();
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) delete found?.[key];
      else Object.assign(found ?? {}, { [key]: value });
    }
  }

  test.each(cases)('%s', async (_, list, item, change, keyword) => {
    const report = JSON.parse(await written(json, sourceOf(mixedFleet())));
    expect(validate(report)).toBe(true);
    spoil(report, list, item, change);
    expect(validate(report)).toBe(false);
    const errors = (validate.errors ?? []).filter(({ instancePath }) => instancePath.startsWith(`/${list}/`));
    expect(errors.map((error) => error.keyword)).toContain(keyword);
  });

  test.each([
    ['a major version it does not know', { schemaVersion: '2.0' }],
    ['no evidence at all', { evidence: undefined }],
    ['further keys', { extra: 1 }],
  ])('%s', async (_, change) => {
    const report = JSON.parse(await written(json, sourceOf(mixedFleet())));
    expect(validate({ ...report, ...change })).toBe(false);
  });

  test('but takes a waived finding with its waiver', async () => {
    const report = JSON.parse(await written(json, sourceOf(mixedFleet())));
    spoil(report, 'findings', { verdict: 'fail' }, { status: 'waived', waiver: { id: 'W-12' } });
    expect(validate(report)).toBe(true);
  });
});
