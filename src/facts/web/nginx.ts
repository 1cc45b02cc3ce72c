import type { Unknown } from '../../model/fact.ts';
import type { Place } from '../../model/facts/web.ts';
import type { WebFiles } from './files.ts';
import { HSTS_HEADER } from './nginx/headers.ts';
import { configurationOf } from './nginx/includes.ts';
import { type PassedOn, serversOf } from './nginx/servers.ts';
import type { Served } from './served.ts';

/** What one web server's configuration comes to. */
export interface Configured {
  readonly served: readonly Served[];
  readonly passedOn: readonly PassedOn[];
  readonly doubts: readonly Unknown[];
}

/** Reads nginx's configuration from its main file on. Never throws. */
export function readNginx(files: WebFiles, main: string): Configured {
  const { directives, used, doubts } = configurationOf(files, main);
  const base = main.slice(0, main.lastIndexOf('/'));
  return { ...serversOf(directives, base, commentedHsts(files, used, 'add_header')), doubts };
}

/** Lines that a comment keeps from setting HSTS. Such a line is no setting, but it is where people expect one. */
export function commentedHsts(files: WebFiles, paths: readonly string[], directive: string): Place[] {
  return paths.flatMap((path) =>
    (files.lines.get(path) ?? []).flatMap((text, index) => {
      const comment = /^\s*#+\s*(.*)$/.exec(text)?.[1]?.toLowerCase() ?? '';
      const isOne = comment.startsWith(directive) && comment.includes(HSTS_HEADER);
      return isOne ? [{ path, line: index + 1 }] : [];
    }),
  );
}
