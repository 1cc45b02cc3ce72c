import type { Place } from '../digest.ts';
import { instructionsOf } from '../text.ts';
import { thousands } from '../words.ts';

/** The small views that sections share. Plain data: only templates know markup. */

export interface Span {
  readonly text: string;
  readonly code: boolean;
}

/** Prose with `commands` in backquotes. */
export function spans(text: string): readonly Span[] {
  return text.split('`').flatMap((part, index, parts) => {
    // An odd backquote at the end has no partner and stays what it is.
    const code = index % 2 === 1 && index < parts.length - 1;
    const open = index % 2 === 1 && index === parts.length - 1 ? '`' : '';
    return part === '' && open === '' ? [] : [{ text: open + part, code }];
  });
}

export interface Step {
  /** Null for a command. */
  readonly prose: readonly Span[] | null;
  readonly command: string;
}

/** Sentences and blocks of commands of a remediation. */
export function steps(remediation: string): readonly Step[] {
  const list: { prose: readonly Span[] | null; command: string }[] = [];
  for (const { kind, text } of instructionsOf(remediation)) {
    const last = list.at(-1);
    if (kind === 'prose') list.push({ prose: spans(text), command: '' });
    else if (last?.prose === null) last.command += `\n${text}`;
    else list.push({ prose: null, command: text });
  }
  return list;
}

export interface PlacesView {
  readonly shown: readonly Place[];
  readonly folded: readonly Place[];
  readonly foldedCount: string;
  /** Of those neither shown nor folded; empty when there are none. */
  readonly uncounted: string;
}

const SHOWN = 16;
const FOLDED = 1000;

/** The first names at once, the next ones folded, the rest counted. */
export function placesView(places: readonly Place[], shown = SHOWN, most = FOLDED): PlacesView {
  const folded = places.slice(shown, shown + most);
  const rest = places.length - shown - folded.length;
  return {
    shown: places.slice(0, shown),
    folded,
    foldedCount: thousands(places.length - Math.min(shown, places.length)),
    uncounted: rest > 0 ? thousands(rest) : '',
  };
}

export interface Share {
  readonly kind: string;
  readonly glyph: string;
  readonly amount: number;
  readonly words: string;
}

export interface BarView {
  readonly segments: readonly { readonly kind: string; readonly x: string; readonly width: string }[];
  readonly legend: readonly {
    readonly kind: string;
    readonly glyph: string;
    readonly amount: string;
    readonly words: string;
  }[];
}

const BAR = 1000;
/** So that one failing host among thousands can be seen. */
const LEAST = 8;

/** A stacked bar and its legend; the legend says everything the bar shows. */
export function bar(shares: readonly Share[]): BarView {
  const present = shares.filter(({ amount }) => amount > 0);
  const total = present.reduce((sum, { amount }) => sum + amount, 0);
  const raw = present.map(({ amount }) => Math.max(LEAST, (amount / total) * BAR));
  const scale = BAR / raw.reduce((sum, width) => sum + width, 0);
  let x = 0;
  const segments = present.map(({ kind }, index) => {
    const width = (raw[index] ?? 0) * scale;
    const segment = { kind, x: x.toFixed(1), width: Math.max(0, width - 2).toFixed(1) };
    x += width;
    return segment;
  });
  const legend = shares.map(({ kind, glyph, amount, words }) => ({ kind, glyph, words, amount: thousands(amount) }));
  return { segments, legend };
}

/** A size limit that is used up piece by piece. The size of a view's JSON stands for that of its HTML. */
export interface Budget {
  /** True, and charged, when the view still fits. */
  take(view: unknown): boolean;
}

/** Markup around the data: escaping, tags, classes. Measured on both fleets of the tests, rounded up. */
const MARKUP = 1.5;

export function budget(bytes: number): Budget {
  let left = bytes;
  return {
    take(view) {
      const cost = JSON.stringify(view).length * MARKUP;
      if (cost > left) return false;
      left -= cost;
      return true;
    },
  };
}

/** Our ids are made of these already; nothing else may become part of an address. */
export function anchor(prefix: string, id: string): string {
  return `${prefix}-${id.replace(/[^A-Za-z0-9-]/g, '-')}`;
}
