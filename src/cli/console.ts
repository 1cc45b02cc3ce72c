/** The one place that writes to a person or a pipe. */
export interface Console {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns of the terminal behind stdout; 80 where there is none. */
  readonly width: number;
  readonly colour: boolean;
  /** True when stderr is a terminal: a live line may be drawn there. */
  readonly live: boolean;
  /** Waits until stdout has everything; false when it could not take it. */
  readonly flushed: () => Promise<boolean>;
}

/** NO_COLOR (no-color.org) and CI switch colour off; CI and dumb terminals also switch the live line off. */
export function systemConsole(env: Readonly<Record<string, string | undefined>>): Console {
  const dumb = env.TERM === 'dumb';
  const plain = (env.NO_COLOR ?? '') !== '' || dumb;
  const ci = (env.CI ?? '') !== '' && env.CI !== 'false';
  let whole = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that went away (`| head`) has what it wanted.
    if (error.code !== 'EPIPE') whole = false;
  });
  // Nobody is left to be told.
  process.stderr.on('error', () => undefined);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    width: Math.max(40, Math.min(process.stdout.columns ?? 80, 120)),
    colour: process.stdout.isTTY === true && !plain && !ci,
    live: process.stderr.isTTY === true && !ci && !dumb,
    flushed: () => new Promise((resolve) => process.stdout.write('', () => setImmediate(() => resolve(whole)))),
  };
}
