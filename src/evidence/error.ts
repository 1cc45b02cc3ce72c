/** The run folder could not be written or read. `kind` chooses the exit code: 73 create, 74 i/o, 66 missing, 65 data. */
export class RunError extends Error {
  readonly kind: 'create' | 'io' | 'missing' | 'data';

  constructor(kind: RunError['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'RunError';
    this.kind = kind;
  }
}

/** The system's own word for what went wrong, for the end of a sentence. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Does what writes `path`; what goes wrong with it is `RunError('io')`. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RunError('io', `${path} could not be written: ${causeOf(error)}.`, error);
  }
}

/** When one fails, the others end first: nothing may still be writing into a folder that is taken away. */
export async function allWritten<T>(writes: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(writes);
  return Promise.all(writes);
}
