import type { Finding } from '../model/finding.ts';
import { recent } from '../model/recent.ts';

/** Characters of a matching line that are quoted, around the match: some outputs are one long line. */
const AROUND = 160;
/** Of the room, what the start of the text gets when something further down is quoted as well. */
const HEAD = 0.6;
const MOST_NEEDLES = 24;

/**
 * What the lines that a finding speaks of can be found by: `PATH:LINE:` for "PATH line LINE", which is how commands that
 * print several files begin each line; what it quotes; and what it says was measured, as commands print it, in lower case too.
 */
export function needlesOf({ because, actual }: Pick<Finding, 'because' | 'actual'>): readonly string[] {
  const said = `${because} ${actual}`;
  const known = remembered.get(said);
  if (known !== undefined) return known;
  const places = [...said.matchAll(/(\/[^\s:",]+) line (\d+)/g)].map(([, path, line]) => `${path}:${line}:`);
  const quoted = [...said.matchAll(/"([^"\n]{8,200})"/g)].map(([, text = '']) => text);
  const measured = actual.split('; ').filter((text) => text.length >= 8 && text.length <= 80);
  const all = [...places, ...quoted, ...measured, ...measured.map((text) => text.toLowerCase())];
  const needles = [...new Set(all)].slice(0, MOST_NEEDLES);
  remembered.set(said, needles);
  return needles;
}

/** By what is said, in characters: findings of a fleet say few things, and each of several records. */
const remembered = recent<string, readonly string[]>(100_000, (_, said) => 2 * said.length);

/**
 * At most about `room` characters of a text: its start, and what stands around the needles further down, in the order of the
 * text. What is left out in between is counted in brackets. A shorter text, and one without a needle further down, is cut.
 */
export function excerptAround(text: string, room: number, needles: readonly string[]): string {
  if (text.length <= room) return text;
  const head = Math.floor(room * HEAD);
  const spans = spansOf(text, head, room - head, needles);
  if (spans.length === 0) return text.slice(0, room);
  let excerpt = text.slice(0, head);
  let at = head;
  for (const [from, to] of spans) {
    if (from > at) excerpt += `\n[${from - at} characters left out]\n`;
    excerpt += text.slice(Math.max(from, at), to);
    at = Math.max(at, to);
  }
  return at < text.length ? `${excerpt}\n[${text.length - at} characters left out]` : excerpt;
}

type Span = readonly [from: number, to: number];

/** In order, together no longer than `room`. Each is a line, or a part of a long one. */
function spansOf(text: string, after: number, room: number, needles: readonly string[]): Span[] {
  const found: Span[] = [];
  let left = room;
  for (const needle of needles) {
    const at = text.indexOf(needle, after);
    if (at < 0) continue;
    const start = text.lastIndexOf('\n', at) + 1;
    const end = text.indexOf('\n', at + needle.length);
    const from = Math.max(start, at - AROUND, after);
    const to = Math.min(end < 0 ? text.length : end, at + needle.length + AROUND);
    const isKnown = found.some(([first, last]) => from >= first && to <= last);
    if (isKnown || to - from > left) continue;
    left -= to - from;
    found.push([from, to]);
  }
  return found.sort(([a], [b]) => a - b);
}
