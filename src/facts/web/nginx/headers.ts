import { type Fact, known, unknown } from '../../../model/fact.ts';
import type { ConfiguredHeader, ConfiguredHsts, LostHeader, Place } from '../../../model/facts/web.ts';
import type { Directive } from './tokens.ts';

export const HSTS_HEADER = 'strict-transport-security';

/** What `add_header` has come to at one level. */
export interface Headers {
  readonly all: readonly ConfiguredHeader[];
  /** Where the last level that has any begins; undefined when none has. */
  readonly place: Place | undefined;
  readonly inherit: 'on' | 'off' | 'merge';
  /** `more_set_headers` of the headers-more module: inherited, whatever a level adds. */
  readonly more: readonly ConfiguredHeader[];
}

export const NO_HEADERS: Headers = { all: [], place: undefined, inherit: 'on', more: [] };

/**
 * A level with one `add_header` of its own, whatever it adds, has none of the outer levels, unless
 * `add_header_inherit merge` (nginx 1.29.3) is in effect, which is inherited itself.
 * Source: nginx.org/en/docs/http/ngx_http_headers_module.html
 */
export function headersOf(block: readonly Directive[], outer: Headers): Headers {
  const mode = block.find(({ name }) => name === 'add_header_inherit')?.words[0];
  const inherit = mode === 'merge' || mode === 'off' || mode === 'on' ? mode : outer.inherit;
  const own = block.filter(({ name }) => name === 'add_header');
  const more = [...outer.more, ...block.flatMap(moreHeaders)];
  const first = own[0];
  if (first === undefined) {
    return { all: inherit === 'off' ? [] : outer.all, place: outer.place, inherit, more };
  }
  const inherited = inherit === 'merge' ? outer.all : [];
  return { all: [...inherited, ...own.flatMap(headerOf)], place: first.place, inherit, more };
}

/** An empty value sends nothing. */
function headerOf({ words, place }: Directive): ConfiguredHeader[] {
  const [name = '', value = '', always] = words;
  if (name.toLowerCase() !== HSTS_HEADER || value === '') return [];
  return [{ value, place, onErrors: always === 'always' }];
}

/** `more_set_headers "Strict-Transport-Security: max-age=31536000"`, for every status unless it says `-s`. */
function moreHeaders({ name, words, place }: Directive): ConfiguredHeader[] {
  if (name !== 'more_set_headers') return [];
  return words.flatMap((word) => {
    const [, header = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(word) ?? [];
    if (header.trim().toLowerCase() !== HSTS_HEADER || value === '') return [];
    return [{ value, place, onErrors: !words.includes('-s') }];
  });
}

/** What the start page of a server gets, and which parts of it go without. */
export function hstsOf(server: readonly Directive[], http: Headers, commented: readonly Place[]): Fact<ConfiguredHsts> {
  const outer = headersOf(server, http);
  const parts = partsOf(server, outer, '');
  const isAnsweredAtOnce = server.some(({ name }) => name === 'return');
  const start = isAnsweredAtOnce ? undefined : parts.find(({ part }) => /^location (?:=|\^~)? ?\/$/.test(part));
  const headers = sent(start?.headers ?? outer);
  const open = headers.find(({ value }) => value.includes('$'));
  if (open !== undefined) {
    const { path, line } = open.place;
    const message = `${path}:${line} takes the value of Strict-Transport-Security from a variable, so only what is sent can tell it.`;
    return unknown('not-observable', message);
  }
  const isSet = headers.length > 0 || sent(outer).length > 0;
  const lostIn = isSet && !isAnsweredAtOnce ? parts.flatMap(lost) : [];
  return known({ headers, lostIn, commented });
}

interface Part {
  readonly part: string;
  readonly headers: Headers;
  readonly place: Place;
}

function partsOf(block: readonly Directive[], outer: Headers, above: string): Part[] {
  return block.flatMap((directive) => {
    const { name, words, place } = directive;
    if (directive.block === null || (name !== 'location' && name !== 'if')) return [];
    if (name === 'location' && directive.block.some((inner) => inner.name === 'internal')) return [];
    const headers = headersOf(directive.block, outer);
    const part = `${above}${name} ${words.join(' ')}`;
    return [{ part, headers, place }, ...partsOf(directive.block, headers, `${part} `)];
  });
}

function sent({ all, more }: Headers): readonly ConfiguredHeader[] {
  // Of several lines of headers-more the last one replaces those before it.
  return [...all, ...more.slice(-1)];
}

function lost({ part, headers, place }: Part): LostHeader[] {
  return sent(headers).length > 0 ? [] : [{ part, place: headers.place ?? place }];
}
