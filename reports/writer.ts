import type { ReportSource } from '../src/model/finding.ts';

/** Where a report goes: a file, standard output, a string. Resolves when it is ready for more (back-pressure). */
export interface Sink {
  /** Bytes are text in UTF-8, and the writer's again when this resolves. */
  write(text: string | Uint8Array): Promise<void>;
}

/** One report format. */
export interface Writer {
  /** Of the file in the run's folder: `report.<extension>`. */
  readonly extension: string;
  readonly mediaType: string;
  /** Equal input gives equal bytes. Rejects only when the source or the sink does. */
  write(source: ReportSource, sink: Sink): Promise<void>;
}
