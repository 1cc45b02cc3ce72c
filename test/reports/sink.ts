import type { Sink, Writer } from '../../reports/writer.ts';
import type { ReportSource } from '../../src/model/finding.ts';

/** The whole report as one string. */
export async function written(writer: Writer, source: ReportSource): Promise<string> {
  let text = '';
  const sink: Sink = {
    async write(piece) {
      text += typeof piece === 'string' ? piece : Buffer.from(piece).toString();
    },
  };
  await writer.write(source, sink);
  return text;
}
