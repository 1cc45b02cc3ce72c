/**
 * A probe is one read-only command with fixed words. All probes together are the closed set of
 * what can ever run on a host: `plan` prints them, the sudoers file is generated from them.
 */

/** A word of a command line: literal text, or a glob that the login user's shell expands. */
export type Word = string | { readonly glob: string };

export interface Probe {
  /** kebab-case, unique; evidence ids are `<host>/<probe id>`. */
  readonly id: string;
  /** One sentence for `plan` and the comment in the sudoers file: what is read, and why. */
  readonly purpose: string;
  /** `root`: sent as `sudo -n -- <argv>` unless the login user is root. */
  readonly as: 'user' | 'root';
  /** The command. Its first word is a bare tool name, looked up in the fixed PATH of the collector. */
  readonly argv: readonly [string, ...Word[]];
  /**
   * Runs the command once for every line that this fixed POSIX sh snippet prints, with that line as
   * one more last argument. Lines with a byte outside [A-Za-z0-9_./:@=,+-] or with `..` are skipped
   * and counted; at most `limit` lines. The snippet runs as the login user unless it calls `priv`,
   * and every `priv` argv in it must be listed in `alsoPrivileged`.
   */
  readonly each?: {
    readonly snippet: string;
    readonly limit: number;
    /** True: one call with all lines as arguments, instead of one call per line. */
    readonly together?: boolean;
    /** What sudoers lets stand for the lines: absolute paths, or exactly one word; absent = cannot be granted narrowly. */
    readonly grant?: 'paths' | 'word';
  };
  /** What the snippet of `each` runs through `priv`: fixed argvs, for `plan` and the sudoers file. */
  readonly alsoPrivileged?: readonly (readonly [string, ...string[]])[];
  /** Instead of `argv` alone: a fixed POSIX sh snippet (unprivileged); `argv` then documents its main command. */
  readonly snippet?: string;
  /** Seconds; the item is killed after that and is `unknown(timeout)`. Default 10. */
  readonly timeoutSeconds?: number;
  /** Bytes of standard output kept; more is `unknown(truncated)`. Default 256 KiB. */
  readonly maxBytes?: number;
  /** Patterns whose capture group 1 is replaced before anything is stored or hashed. */
  readonly redact?: readonly RegExp[];
  /** Set with `redact` where standard output is lines of fields between colons: no secret goes on into the next field. */
  readonly records?: true;
}

/** What one probe brought back, as recorded in a capture. Plain JSON. */
export interface Output {
  readonly probe: string;
  /**
   * `ran`: the command ran to its own end. `missing`: no such tool on the host. `denied`: sudo refused.
   * `timeout`: killed at its deadline. `truncated`: output cut at its cap, or the stream ended inside it.
   * `not-run`: never reached.
   */
  readonly state: 'ran' | 'missing' | 'denied' | 'timeout' | 'truncated' | 'not-run';
  /** What ran, absolute, as the host resolved it (with `sudo -n --` in front where used). */
  readonly argv: readonly string[];
  /** 0 or the login user's; null where nothing ran. */
  readonly uid: number | null;
  readonly exitCode: number | null;
  /** Seconds since the epoch on the host's clock. */
  readonly startedAt: number | null;
  readonly ms: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Bytes of stdout and stderr as the host counted or we received them. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** How many secrets were replaced by `[redacted]`. */
  readonly redactions: number;
}
