import { cannotTell } from '../../model/fact.ts';
import type { Family } from '../../model/facts/firewall.ts';

interface Block {
  /** What stands before the brace, e.g. `table inet filter`. */
  readonly head: string;
  readonly body: string;
}

/** Rules that end a chain for every packet that comes so far. */
const LAST =
  /^(?:(?:counter(?: packets \d+ bytes \d+)?|log(?: (?:prefix|level|flags|group) \S+)*) )*(drop|reject|accept)(?: with [^;]*| comment "")*$/;

/**
 * Whether the text, loaded by `nft -f`, denies incoming packets of this family that no rule lets in. Only what stands in
 * the file itself: what it includes is not followed, and rules that are added by commands of their own are not read.
 * Source: nft(8), "INPUT FILE FORMATS", "TABLES", "CHAINS".
 */
export function fileDenies(text: string, family: Family, path: string): boolean {
  const code =
    withoutComments(text)
      .split(/\bflush ruleset\b/)
      .at(-1) ?? '';
  const blocks = blocksOf(code).filter((block) => concerns(block.head, family));
  if (blocks.some((block) => tableDenies(block) || commandDenies(block))) return true;
  const rules = blocks.map(({ body }) => body).join('\n');
  const unread = /^\s*include\b/m.test(code)
    ? 'includes other files, which are not read'
    : /\bpolicy\s+\$/.test(rules)
      ? 'names the policy of a chain by a variable, which is not read'
      : /^\s*(?:jump|goto)\s/m.test(rules) && 'leads to other chains, which are not followed';
  if (unread) cannotTell('not-observable', `${path} ${unread}.`);
  return false;
}

/** Of a table, or of a chain that a command of its own makes; without a family it is one of IPv4. */
function concerns(head: string, family: Family): boolean {
  const kind = /^(?:(?:add|create) )?(?:table|chain) (inet|ip6|arp|bridge|netdev) /.exec(head)?.[1] ?? 'ip';
  return kind === 'inet' || kind === (family === 'IPv4' ? 'ip' : 'ip6');
}

/** Strings are emptied: they may hold braces, semicolons and what looks like a comment. */
function withoutComments(text: string): string {
  return text.replace(/"[^"\n]*"|#.*$/gm, (found) => (found.startsWith('"') ? '""' : ''));
}

function tableDenies({ head, body }: Block): boolean {
  if (!/^(?:(?:add|create) )?table /.test(head) || /\bflags\b[^;\n]*\bdormant\b/.test(outsideOf(body))) return false;
  return blocksOf(body).some((chain) => chain.head.startsWith('chain ') && chainDenies(chain.body));
}

/** `add chain inet filter input { … }`, outside of a table. */
function commandDenies({ head, body }: Block): boolean {
  return /^(?:(?:add|create) )?chain \S+ \S+/.test(head) && chainDenies(body);
}

function chainDenies(body: string): boolean {
  const statements = outsideOf(body)
    .split(/[;\n]/)
    .map((statement) => statement.trim().replace(/\s+/g, ' '))
    .filter((statement) => statement !== '');
  if (!statements.some((one) => /^type filter hook (input|prerouting) /.test(one))) return false;
  const end = statements.map((one) => LAST.exec(one)?.[1]).find((verdict) => verdict !== undefined);
  return end === undefined ? statements.includes('policy drop') : end !== 'accept';
}

/** The blocks of the text, not those inside of them. */
function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let depth = 0;
  let start = 0;
  let head = '';
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === '{' && depth++ === 0) {
      head = text.slice(start, index).split(/[;\n]/).at(-1)?.trim().replace(/\s+/g, ' ') ?? '';
      start = index + 1;
    } else if (brace === '}' && --depth === 0) {
      blocks.push({ head, body: text.slice(start, index) });
      start = index + 1;
    }
  }
  return blocks;
}

/** The text without its blocks; a set within a rule leaves a pair of braces. */
function outsideOf(text: string): string {
  let depth = 0;
  return [...text]
    .filter((character) => {
      if (character === '{') return depth++ === 0;
      if (character === '}') return --depth === 0;
      return depth === 0;
    })
    .join('');
}
