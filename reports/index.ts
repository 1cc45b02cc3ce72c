import { html } from './html.ts';
import { json } from './json.ts';
import type { Writer } from './writer.ts';

/** Every report format, by the name that `--format` takes. An explicit list: nothing registers itself. */
export const formats = { json, html } as const satisfies Readonly<Record<string, Writer>>;

/** JSON Schema (2020-12) of report.json. */
export { default as reportSchema } from './schemas/report-v1.schema.json' with { type: 'json' };
