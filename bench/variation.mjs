// Hosts of a fleet are set up alike but are not the same: what differs between real ones differs here.

/**
 * The recording as the `number`th host of the farm would have given it: its own process ids, times, packet counters,
 * account of a person (with home, key file and group), addresses, host keys and container address. What packages and configuration management
 * put there (rules, sshd's files, release) stays as recorded.
 */
export function asHost(capture, number) {
  const change = (text) => CHANGES.reduce((changed, [pattern, to]) => changed.replace(pattern, to(number)), text);
  return {
    ...capture,
    hostEpoch: capture.hostEpoch + number,
    outputs: capture.outputs.map((output) => {
      const stdout = OWN.reduce(
        (text, [probe, pattern, to]) => (probe.test(output.probe) ? text.replace(pattern, to(number)) : text),
        change(output.stdout),
      );
      const stderr = change(output.stderr);
      return {
        ...output,
        argv: output.argv.map((word) => (word.includes('\n') ? word : change(word))),
        startedAt: output.startedAt === null ? null : output.startedAt + number,
        stdout,
        stderr,
        stdoutBytes: output.stdoutBytes + Buffer.byteLength(stdout) - Buffer.byteLength(output.stdout),
        stderrBytes: output.stderrBytes + Buffer.byteLength(stderr) - Buffer.byteLength(output.stderr),
      };
    }),
  };
}

const pid = (number) => (text) => String(Number(text) + number);

const hex = (number, digits) => number.toString(16).padStart(digits, '0');

/** What differs in the output of these probes only. The files that rules are loaded from have no counters of their own. */
const OWN = [
  [/^ssh-processes$/, /^\d+(?= )/gm, pid],
  [/tables-(legacy-)?save$/, /\[\d+:\d+\]$/gm, (number) => () => `[${number * 7}:${number * 420}]`],
  [/tables-(legacy-)?save$/, /(?<=^# (?:Generated|Completed) .*)\d\d:\d\d:\d\d/gm, (number) => () => clock(number)],
];

const clock = (number) => new Date(1000 * number).toISOString().slice(11, 19);

const CHANGES = [
  [/(?<=\bpid=|\bMainPID=(?!0\b)|^pidfile )\d+/gm, pid],
  // Seconds since the epoch, and the same as a date: everything moves with the host's clock.
  [/\b1[78]\d{8}\b/g, pid],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, (number) => (text) => later(text, number)],
  [/"packets": \d+, "bytes": \d+/g, (number) => () => `"packets": ${number * 7}, "bytes": ${number * 420}`],
  // Addresses: IPv6 by the hardware's, as in if_inet6 and ipv6_route; of the scanner and the host in a session.
  [/(?<=\bfe80[0-9a-f]{20})[0-9a-f]{8}\b/g, (number) => () => hex(number, 8)],
  [/\b10\.77\.0\.\d+\b/g, (number) => () => `10.77.${number >> 8}.${number & 255}`],
  // Fingerprints of host keys.
  [/(?<=\bSHA256:)[A-Za-z0-9+/]{43}/g, (number) => (text) => `${hex(number, 8)}${text.slice(8)}`],
  [/\balice\b/g, (number) => () => `alice${number}`],
  [/\b172\.17\.0\.2\b/g, (number) => () => `172.17.0.${2 + (number % 250)}`],
];

function later(text, seconds) {
  const date = new Date(`${text.replace(' ', 'T')}Z`);
  return new Date(date.getTime() + 1000 * seconds).toISOString().slice(0, 19).replace('T', ' ');
}
