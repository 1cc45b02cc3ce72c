import type { Evidence, Excerpt } from '../../src/model/finding.ts';
import type { Group, Sample } from '../digest.ts';
import { bytes, count, instant, thousands } from '../words.ts';
import type { Budget } from './parts.ts';

/** Numbers evidence records and shows each in full once, where the report first needs it. */
export interface EvidenceBook {
  /** True, and charged, when the records of so many hosts fit; what was paid for before costs nothing. */
  reserve(group: Group, limit: number, budget: Budget): boolean;
  /** To be called in the order of the page, for what was reserved. */
  view(group: Group, limit: number): EvidenceView | null;
}

export interface EvidenceView {
  readonly title: string;
  readonly remark: string;
  readonly samples: readonly SampleView[];
}

interface SampleView {
  readonly host: string;
  readonly subject: string;
  /** Shown here, for the first time. */
  readonly records: readonly RecordView[];
  /** Shown before, at a worse finding. */
  readonly references: readonly ReferenceView[];
}

interface ReferenceView {
  readonly number: string;
  readonly probe: string;
}

interface RecordView extends ReferenceView {
  /** The command that the report defines; empty when it does not. */
  readonly definition: string;
  readonly command: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly outputs: readonly OutputView[];
}

interface OutputView {
  readonly name: string;
  readonly size: string;
  readonly sha256: string;
  readonly text: string;
  /** Number of the record that has this very text already; empty when none has. */
  readonly same: string;
  readonly remark: string;
}

/** A shorter text is shown wherever it occurs: a pointer would be no shorter. */
const WORTH_POINTING = 200;

/** `commands`: ids of those that the report defines. */
export function evidenceBook(commands: ReadonlySet<string>): EvidenceBook {
  const numbers = new Map<string, string>();
  const texts = new Map<string, string>();
  const paid = new Set<string>();
  const definitionOf = (probe: string): string => {
    const id = probe.replace(/\.(?:list|skipped)$/, '');
    return commands.has(id) ? id : '';
  };
  const sampleOf = ({ finding, evidence }: Sample): SampleView => {
    const records: RecordView[] = [];
    const references: ReferenceView[] = [];
    for (const record of evidence) {
      const { id, probe } = record;
      const known = numbers.get(id);
      const number = known ?? `E-${numbers.size + 1}`;
      numbers.set(id, number);
      if (known !== undefined) references.push({ number, probe });
      else
        records.push({
          number,
          probe,
          definition: definitionOf(probe),
          command: commandOf(record),
          facts: factsOf(record),
          outputs: outputsOf(record).map((output) => pointed(output, number, texts)),
        });
    }
    const subject = finding.subject === finding.host ? '' : finding.subject;
    return { host: finding.host, subject, records, references };
  };
  return {
    reserve(group, limit, budget) {
      const records = samplesOf(group, limit)
        .flatMap(({ evidence }) => evidence)
        .filter(({ id }) => !paid.has(id));
      const cost = records.map((record) => [record.argv, unpaid(record.stdout, paid), unpaid(record.stderr, paid)]);
      if (!budget.take(cost)) return false;
      for (const { id, stdout, stderr } of records) for (const key of [id, keyOf(stdout), keyOf(stderr)]) paid.add(key);
      return true;
    },
    view(group, limit) {
      const samples = samplesOf(group, limit);
      if (samples.length === 0) return null;
      const amount = samples.reduce((sum, { evidence }) => sum + evidence.length, 0);
      const some = group.hosts > samples.length;
      const remark = `Of ${thousands(samples.length)} of ${count(group.hosts, 'host')}; report.json has the records of all.`;
      return {
        title: `Evidence: ${count(amount, 'record')}`,
        remark: some ? remark : '',
        samples: samples.map(sampleOf),
      };
    },
  };
}

function samplesOf({ samples }: Group, limit: number): readonly Sample[] {
  return samples.filter(({ evidence }) => evidence.length > 0).slice(0, limit);
}

function unpaid(output: Excerpt, paid: ReadonlySet<string>): Excerpt {
  return output.excerpt.length >= WORTH_POINTING && paid.has(keyOf(output)) ? { ...output, excerpt: '' } : output;
}

function keyOf({ sha256, excerpt }: Excerpt): string {
  return `${sha256} ${excerpt}`;
}

/** The output, or a pointer to the record that has its text already. */
function pointed(output: OutputView, number: string, texts: Map<string, string>): OutputView {
  if (output.text.length < WORTH_POINTING) return output;
  const key = `${output.sha256} ${output.text}`;
  const same = texts.get(key);
  if (same === undefined) texts.set(key, number);
  return same === undefined ? output : { ...output, text: '', remark: '', same };
}

function commandOf({ argv }: Evidence): string {
  return argv.length > 0 ? argv.join(' ') : 'a fixed snippet of the command set';
}

const STATE: Readonly<Record<string, string>> = {
  ran: 'ran to its end',
  missing: 'did not run: the tool is not on the host',
  denied: 'did not run: sudo refused it',
  timeout: 'stopped at its time limit',
  truncated: 'cut off',
  'not-run': 'was not reached',
};

function factsOf(record: Evidence): RecordView['facts'] {
  const { state, uid, exitCode, startedAt, ms, redactions } = record;
  const facts: [string, string | null][] = [
    ['State', STATE[state] ?? state],
    ['User', uid === null ? null : uid === 0 ? 'uid 0 (root)' : `uid ${uid}`],
    ['Exit code', exitCode === null ? null : String(exitCode)],
    [
      'Started',
      startedAt === null ? null : `${instant(startedAt)} (${isExchange(record) ? "scanner's" : 'host'} clock)`,
    ],
    ['Took', ms === null ? null : `${thousands(ms)} ms`],
    ['Redacted', redactions > 0 ? count(redactions, 'secret') : null],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

/** With the network, without logging in; other records are of commands. */
function isExchange({ state }: Evidence): boolean {
  return !Object.hasOwn(STATE, state);
}

function outputsOf(record: Evidence): readonly OutputView[] {
  const { state, stdout, stderr } = record;
  if (isExchange(record)) {
    const { size, ...rest } = outputOf('Exchange in words', stdout);
    return [{ ...rest, size: `${size} received` }, ...(stderr.bytes === 0 ? [] : [outputOf('Error', stderr)])];
  }
  const nothing = state === 'denied' || state === 'missing' || state === 'not-run';
  return [
    ...(nothing && stdout.bytes === 0 ? [] : [outputOf('Standard output', stdout)]),
    ...(stderr.bytes === 0 ? [] : [outputOf('Standard error', stderr)]),
  ];
}

function outputOf(name: string, { sha256, bytes: size, excerpt, truncated }: Excerpt): OutputView {
  return {
    name,
    sha256,
    size: bytes(size),
    text: excerpt.replace(/\n$/, ''),
    same: '',
    remark: truncated ? 'Shortened here; the SHA-256 is that of the whole recorded text.' : '',
  };
}
