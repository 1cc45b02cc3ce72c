import { hash } from 'node:crypto';
import type { Outside } from '../model/exchange.ts';
import type { Evidence, Excerpt, Finding, HostEntry, OutsideEntry } from '../model/finding.ts';
import type { Capture } from '../model/host.ts';
import { exchangeText, exchangeWords } from './exchanges.ts';

const LONG = 2048;
const SHORT = 240;

/**
 * The evidence records of a capture, in the order of collection. What a failing or unknown finding rests on
 * is quoted at length, the rest briefly; the whole text stands in the capture, under the same SHA-256.
 */
export function evidenceOf(
  capture: Capture,
  ids: ReadonlyMap<string, readonly string[]>,
  findings: readonly Finding[],
): Evidence[] {
  const wanted = new Set(
    findings
      .filter((finding) => finding.verdict === 'fail' || finding.verdict === 'unknown')
      .flatMap((finding) => finding.evidence),
  );
  const turn = new Map<string, number>();
  const roomFor = (id: string) => (wanted.has(id) ? LONG : SHORT);
  const commands = capture.outputs.map((output): Evidence => {
    const at = turn.get(output.probe) ?? 0;
    turn.set(output.probe, at + 1);
    const id = ids.get(output.probe)?.[at] ?? `${capture.host.name}/${output.probe}`;
    const room = roomFor(id);
    return {
      id,
      host: capture.host.name,
      probe: output.probe,
      state: output.state,
      argv: output.argv,
      uid: output.uid,
      startedAt: output.startedAt === null ? null : new Date(output.startedAt * 1000).toISOString(),
      ms: output.ms,
      exitCode: output.exitCode,
      stdout: excerptOf(output.stdout, output.stdoutBytes, room, output.state === 'truncated'),
      stderr: excerptOf(output.stderr, output.stderrBytes, room, false),
      redactions: output.redactions,
    };
  });
  return [...commands, ...exchangesOf(capture, roomFor)];
}

function exchangesOf({ host, outside }: Capture, roomFor: (id: string) => number): Evidence[] {
  return (outside?.exchanges ?? []).map((exchange) => {
    const id = `${host.name}/${exchange.id}`;
    const text = exchangeText(exchange);
    return {
      id,
      host: host.name,
      probe: `${exchange.family}-${exchange.kind}`,
      state: exchange.state,
      argv: exchangeWords(exchange),
      uid: null,
      startedAt: exchange.startedAt,
      ms: exchange.ms,
      exitCode: null,
      stdout: excerptOf(text, exchange.bytesIn, roomFor(id), exchange.state === 'too-much'),
      stderr: excerptOf(exchange.error, Buffer.byteLength(exchange.error), LONG, false),
      redactions: exchange.family === 'http' ? exchange.redactions : 0,
    };
  });
}

function excerptOf(text: string, bytes: number, room: number, cut: boolean): Excerpt {
  return {
    sha256: hash('sha256', text),
    bytes,
    excerpt: text.slice(0, room),
    truncated: cut || text.length > room,
  };
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
