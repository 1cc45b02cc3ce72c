import { hash } from 'node:crypto';
import { type Answer, answersOf } from '../answers/answers.ts';
import type { Exchange, Outside } from '../model/exchange.ts';
import type { Evidence, Excerpt, Finding, HostEntry, OutsideEntry } from '../model/finding.ts';
import type { Capture } from '../model/host.ts';
import { inertJson } from '../model/inert-json.ts';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';
import type { Piece } from '../model/utf8.ts';
import { excerptAround, needlesOf } from './excerpts.ts';
import { exchangeText, exchangeWords } from './exchanges.ts';
import { headOf, quoted, remembered } from './written.ts';

const LONG = 2048;
const SHORT = 240;

/**
 * The evidence records of a capture, in the order of collection: the JSON text of an array of `Evidence`. What a
 * failing or unknown finding rests on is quoted at length, with the lines that it speaks of, the rest briefly; the whole text stands in the capture, under
 * the same SHA-256. `names`: of the records of commands, which their ids end with, behind the host's name and a slash.
 */
export function evidenceText(capture: Capture, names: readonly string[], findings: readonly Finding[]): Piece[] {
  const wanted = wantedOf(findings);
  const answers = answersOf(capture.outputs);
  const host = quoted(capture.host.name);
  const hostStart = host.slice(0, -1);
  const nameEnds = namesQuoted(names);
  const pieces: Piece[] = [];
  for (const [at, output] of capture.outputs.entries()) {
    const about = wanted.get(`${capture.host.name}/${names[at]}`);
    const when = `"startedAt":${instant(output.startedAt)},"ms":${output.ms}`;
    pieces.push(`${at === 0 ? '[' : ','}{"id":${hostStart}/${nameEnds[at]},"host":${host},${when},`);
    pieces.push(...(about === undefined ? short(output, answers[at]) : longFor(output, answers[at], about)));
  }
  for (const exchange of capture.outside?.exchanges ?? []) {
    const id = `${capture.host.name}/${exchange.id}`;
    const record = recordOf(capture.host.name, id, exchange, wanted.has(id) ? LONG : SHORT);
    pieces.push(`${pieces.length === 0 ? '[' : ','}${inertJson(JSON.stringify(record))}`);
  }
  pieces.push(pieces.length === 0 ? '[]' : ']');
  return pieces;
}

/** Ids of the records that failing and unknown findings rest on, with those findings. */
function wantedOf(findings: readonly Finding[]): Map<string, Finding[]> {
  const wanted = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.verdict !== 'fail' && finding.verdict !== 'unknown') continue;
    for (const id of finding.evidence) {
      const before = wanted.get(id);
      if (before === undefined) wanted.set(id, [finding]);
      else before.push(finding);
    }
  }
  return wanted;
}

/** Most outputs are short, or have nothing of it behind their start: those are the same for every host that has them. */
function longFor(output: Output, answer: Answer | undefined, about: readonly Finding[]): readonly Piece[] {
  if (output.stdout.length <= LONG || answer === undefined) return long(output, answer);
  const hits = about.flatMap(needlesOf).filter((needle) => output.stdout.includes(needle));
  return hits.length > 0 ? written(output, answer, LONG, hits) : long(output, answer);
}

const long = remembered((output, answer) => written(output, answer, LONG));
const short = remembered((output, answer) => written(output, answer, SHORT));

/** Hosts whose probes came back in the same order have one list of names. */
function namesQuoted(names: readonly string[]): readonly string[] {
  let ends = quotedNames.get(names);
  if (ends === undefined) {
    ends = names.map((name) => quoted(name).slice(1));
    quotedNames.set(names, ends);
  }
  return ends;
}

const quotedNames = new WeakMap<readonly string[], readonly string[]>();

/** All of a command's record but where and when. */
function written(output: Output, answer: Answer, room: number, needles: readonly string[] = []): Piece[] {
  const { stdout: text, stdoutBytes, state } = output;
  const stdout = excerptOf(answer.stdoutSha256, text, stdoutBytes, room, state === 'truncated', needles);
  const stderr = excerptOf(answer.stderrSha256, output.stderr, output.stderrBytes, room, false);
  return [
    `${headOf(output)},"exitCode":${output.exitCode},"stdout":`,
    ...excerptText(stdout),
    ',"stderr":',
    ...excerptText(stderr),
    `,"redactions":${output.redactions}}`,
  ];
}

function excerptText({ sha256, bytes, excerpt, truncated }: Excerpt): Piece[] {
  return [`{"sha256":"${sha256}","bytes":${bytes},"excerpt":`, { quoted: excerpt }, `,"truncated":${truncated}}`];
}

/** Commands of one host start within a second or two. */
const instants = recent<number, string>(128);

function instant(epochSeconds: number | null): string {
  if (epochSeconds === null) return 'null';
  const known = instants.get(epochSeconds);
  if (known !== undefined) return known;
  const text = `"${new Date(epochSeconds * 1000).toISOString()}"`;
  instants.set(epochSeconds, text);
  return text;
}

function recordOf(host: string, id: string, exchange: Exchange, room: number): Evidence {
  const text = exchangeText(exchange);
  return {
    id,
    host,
    probe: `${exchange.family}-${exchange.kind}`,
    state: exchange.state,
    argv: exchangeWords(exchange),
    uid: null,
    startedAt: exchange.startedAt,
    ms: exchange.ms,
    exitCode: null,
    stdout: excerptOf(hash('sha256', text), text, exchange.bytesIn, room, exchange.state === 'too-much'),
    stderr: excerptOf(hash('sha256', exchange.error), exchange.error, Buffer.byteLength(exchange.error), LONG, false),
    redactions: exchange.family === 'http' ? exchange.redactions : 0,
  };
}

function excerptOf(
  sha256: string,
  text: string,
  bytes: number,
  room: number,
  cut: boolean,
  needles: readonly string[] = [],
): Excerpt {
  return { sha256, bytes, excerpt: excerptAround(text, room, needles), truncated: cut || text.length > room };
}
/** What the reports say of the host itself. */
export function hostEntryOf(capture: Capture, os: HostEntry['os']): HostEntry {
  const { host, session } = capture;
  return {
    name: host.name,
    address: host.address,
    port: host.port,
    outcome: capture.outcome,
    ...(capture.reason === undefined ? {} : { reason: capture.reason }),
    ...(capture.message === undefined ? {} : { message: capture.message }),
    os,
    loginUser: session.loginUser,
    privilege: session.privilege,
    hostKey: session.hostKey,
    clockOffsetSeconds: session.clockOffsetSeconds,
    cost: capture.cost,
    ...(capture.outside === undefined ? {} : { outside: outsideEntryOf(capture.outside) }),
  };
}

function outsideEntryOf({ taken, because, exchanges }: Outside): OutsideEntry {
  return { taken, because, exchanges: exchanges.length, ms: exchanges.reduce((sum, { ms }) => sum + ms, 0) };
}
