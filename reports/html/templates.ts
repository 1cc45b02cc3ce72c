import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { visible } from '../safe.ts';

const SECTIONS = [
  'head',
  'summary',
  'controls',
  'hosts',
  'matrix',
  'failed',
  'unknown',
  'passed',
  'checks',
  'method',
  'foot',
] as const;
type Section = (typeof SECTIONS)[number];

/** In the order of the cascade. */
const STYLES = ['theme', 'base', 'head', 'summary', 'tables', 'matrix', 'findings', 'modes', 'print'] as const;

const PARTIALS = ['bar', 'cases', 'commands', 'evidence', 'places', 'rich', 'steps'] as const;

export interface Templates {
  /** HTML of one section. Every string of `view` is made harmless first: active characters here, markup by Handlebars. */
  render(section: Section, view: Readonly<Record<string, unknown>>): string;
  readonly css: string;
  /** For `style-src`: the one style sheet of the page and nothing else (CSP level 3, hash source). */
  readonly cssHash: string;
}

let loaded: Templates | undefined;

/** Reads and compiles the templates beside this file, once. */
export function templates(): Templates {
  loaded ??= load();
  return loaded;
}

function load(): Templates {
  const css = STYLES.map((name) => read(`${name}.css`)).join('\n');
  const handlebars = Handlebars.create();
  for (const name of PARTIALS) handlebars.registerPartial(name, handlebars.compile(read(`${name}.hbs`), STRICT));
  const compiled = new Map(SECTIONS.map((name) => [name, handlebars.compile(read(`${name}.hbs`), STRICT)]));
  return {
    css,
    cssHash: createHash('sha256').update(css).digest('base64'),
    render(section, view) {
      const template = compiled.get(section);
      if (template === undefined) throw new Error(`The template ${section} is missing.`);
      return template(harmless(view));
    },
  };
}

/**
 * A name that a view lacks is an error, not an empty place in the report. Partials are not indented: that would
 * change the text of evidence.
 */
const STRICT = { strict: true, knownHelpersOnly: true, preventIndent: true } as const;

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

function harmless(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(harmless);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, harmless(member)]));
}
