import { CONTROL_RESULTS, REASONS, STATUSES } from '../src/model/verdict.ts';
import { digestOf } from './digest.ts';
import { commandsView } from './html/commands.ts';
import { evidenceBook } from './html/evidence.ts';
import { failedView, passedView, unknownView } from './html/findings.ts';
import { hostsView, matrixView, OUTCOME } from './html/fleet.ts';
import { checksView, controlsView, headView, summaryView } from './html/overview.ts';
import { budget, spans } from './html/parts.ts';
import { templates } from './html/templates.ts';
import { CONTROL, REASON, STATUS } from './words.ts';
import type { Writer } from './writer.ts';

/** What the parts that grow with the fleet may take, in bytes; the whole stays at about 5 MB. */
const ROOM = { failed: 1_800_000, unknown: 700_000, hosts: 500_000, matrix: 900_000, passed: 900_000 };

/**
 * `report.html`: one self-contained page without script, for people and for print. Equal input gives equal
 * bytes. Large fleets are aggregated, and what is left out is counted and said.
 */
export const html: Writer = {
  extension: 'html',
  mediaType: 'text/html; charset=utf-8',
  async write(source, sink) {
    const digest = await digestOf(source);
    const { render, css, cssHash } = templates();
    const commands = commandsView(digest.head.commands);
    const book = evidenceBook(new Set(commands.map(({ id }) => id)));
    await sink.write(render('head', headView(digest, css, cssHash)));
    await sink.write(render('summary', summaryView(digest)));
    await sink.write(render('controls', controlsView(digest)));
    await sink.write(render('hosts', hostsView(digest, budget(ROOM.hosts))));
    await sink.write(render('matrix', matrixView(digest, budget(ROOM.matrix))));
    await sink.write(render('failed', failedView(digest, { book, budget: budget(ROOM.failed) })));
    await sink.write(render('unknown', unknownView(digest, { book, budget: budget(ROOM.unknown) })));
    await sink.write(render('passed', passedView(digest, { book, budget: budget(ROOM.passed) })));
    await sink.write(render('checks', checksView(digest)));
    await sink.write(render('method', { ...METHOD, commands }));
    await sink.write(render('foot', { run: digest.head.run.id, tool: digest.head.run.tool }));
  },
};

const METHOD = {
  outcomes: Object.values(OUTCOME),
  statuses: STATUSES.map((status) => ({ kind: status, ...STATUS[status] })),
  results: CONTROL_RESULTS.map((result) => CONTROL[result]),
  reasons: REASONS.map((reason) => ({ reason, means: REASON[reason].means, next: spans(REASON[reason].next) })),
};
