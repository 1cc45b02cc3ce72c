import type { Group, Place } from '../digest.ts';
import { terminalText } from '../safe.ts';
import { type Instruction, instructionsOf, type Paint, padded, painter, widthOf, wrap, wrapCommand } from '../text.ts';
import { count } from '../words.ts';

/** Lines on their way to a terminal. Text that could come from a host goes through here, where it is made harmless. */
export interface Page {
  readonly width: number;
  readonly paint: Paint;
  readonly lines: string[];
  heading(text: string): void;
  /** Wrapped after `first`; following lines hang below its text. */
  text(text: string, first?: string): void;
  /** A labelled value, the labels in one column. */
  field(label: string, value: string): void;
  /** What to do: sentences wrapped, commands so that they can be copied. */
  steps(remediation: string): void;
}

const INDENT = ' '.repeat(6);
const LABEL = 10;

export function newPage(width: number, colour: boolean): Page {
  const lines: string[] = [];
  const paint = painter(colour);
  const below = INDENT + ' '.repeat(LABEL);
  const field = (label: string, value: string): void => {
    const name = `${INDENT}${paint(padded(label, LABEL), 'dim')}`;
    const [first = '', ...rest] = wrap(terminalText(shortened(value)), width, below);
    lines.push(`${name}${first.slice(below.length)}`, ...rest);
  };
  return {
    width,
    paint,
    lines,
    field,
    heading(text) {
      lines.push('', paint(text, 'bold'));
    },
    text(text, first = '') {
      lines.push(...wrap(terminalText(text), width, first));
    },
    steps(remediation) {
      const steps = instructionsOf(remediation);
      if (steps.length === 0) return;
      const fits = ({ kind, text }: Instruction) => kind === 'prose' || widthOf(below) + widthOf(text) <= width;
      // Commands stand in the column of the values, or further left where they need the room.
      const indent = steps.every(fits) ? below : `${INDENT}  `;
      const written = steps.flatMap(({ kind, text }) => {
        if (kind === 'prose') return wrap(terminalText(text), width, indent);
        // A file knows nothing of a shell's backslashes.
        const lines = kind === 'file' ? [indent + indented(text)] : wrapCommand(indented(text), width, indent);
        return lines.map((line) => paint(line, 'cyan'));
      });
      const label = `${INDENT}${paint(padded('to do', LABEL), 'dim')}`;
      const [first = '', ...rest] = written;
      // Only what stands in the values' column can stand beside the label.
      const opening = indent === below ? [first.replace(below, () => label)] : [label.trimEnd(), first];
      lines.push(...opening, ...rest);
    },
  };
}

/** More of one text is no sentence that anybody reads, but a host that fills the screen. Commands are never cut. */
const LONGEST = 2000;

/** What a host can make as long as it likes, cut where it is too long, which is said. */
export function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  // Not between the halves of one character.
  const kept = text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '');
  return `${kept} … (${count(text.length - kept.length, 'more character')}; report.json has them)`;
}

/** Leading blanks carry meaning in a configuration file. */
function indented(text: string): string {
  const lead = /^\s*/.exec(text)?.[0] ?? '';
  return ' '.repeat(lead.length) + terminalText(text);
}

/** `web-1, web-2 (account:alice) and 210 more`. */
export function placesText({ places, hosts }: Pick<Group, 'places' | 'hosts'>, most: number): string {
  const named = places.slice(0, most).map(placeText).join(', ');
  const more = places.length - Math.min(most, places.length);
  if (more === 0) return named;
  return `${count(hosts, 'host')}: ${named} and ${more} more`;
}

function placeText({ host, subject }: Place): string {
  return subject === '' ? host : `${host} (${subject})`;
}
