import { cannotTell } from '../../model/fact.ts';
import type { FailedLogin, JailTraces, LogFile } from '../../model/facts/fail2ban.ts';
import type { Probe } from '../../model/probe.ts';
import type { Outputs } from '../outputs.ts';
import { LOOK_AT_LOG } from './config.ts';

/**
 * Counts, times and addresses leave the host, messages do not. Failures from the host itself are left out, because
 * fail2ban never bans it (`ignoreself`). The journal and fail2ban's log are read only where the login user may.
 */
const SNIPPET = `
for tool in iptables nft ipset ufw firewall-cmd ip; do
  command -v "$tool" >/dev/null && echo "tool $tool"
done
stat -c 'started %Y' /run/fail2ban/fail2ban.sock 2>/dev/null
for file in /var/log/auth.log /var/log/secure; do
  ${LOOK_AT_LOG}
done
journalctl -q --no-pager -o short-unix -n 500 _COMM=sshd + _COMM=sshd-session 2>/dev/null |
  awk -v own=" 127.0.0.1 ::1 $(hostname -I 2>/dev/null) " '/: (Failed password for|Invalid user) / {
    from = "-"
    if (match($0, / from [0-9A-Fa-f:.]+ port [0-9]+( ssh2)?$/)) { from = substr($0, RSTART + 6); sub(/ .*/, "", from) }
    if (!index(own, " " from " ")) printf "failure %d %s\\n", $1, from
  }'
if [ -r /var/log/fail2ban.log ]; then
  tail -c 262144 /var/log/fail2ban.log | awk '
    /Jail .sshd. started/ { failed = 0 }
    / ERROR +Failed to execute ban jail .sshd./ { failed++ }
    END { print "failed-bans " failed + 0 }'
fi
:`;

export const tracesProbe: Probe = {
  id: 'fail2ban-traces',
  purpose:
    'Whether sshd writes the log that fail2ban reads, and whether bans can work: tools, counts, times and addresses only.',
  as: 'user',
  argv: ['stat', '-L', '-c', 'log %s %Y %n', '/var/log/auth.log', '/var/log/secure'],
  snippet: SNIPPET.trim(),
};

/** From `fail2ban-traces`, and the files of the configuration from `fail2ban-config` where that could be read. */
export function readTraces(outputs: Outputs): JailTraces {
  const lines = outputs.ran('fail2ban-traces').split('\n');
  const after = (word: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  return {
    tools: after('tool'),
    logs: [...after('log'), ...configured(outputs, 'log')].map(readLog),
    closedLogs: [...after('closed-log'), ...configured(outputs, 'closed-log')],
    startedAt: after('started').map(whole)[0] ?? null,
    failures: after('failure').map(readFailure),
    failedBans: after('failed-bans').map(whole)[0] ?? null,
  };
}

function configured(outputs: Outputs, word: 'log' | 'closed-log'): readonly string[] {
  const output = outputs.get('fail2ban-config');
  if (output.state !== 'ran') return [];
  return output.stdout
    .split('\n')
    .flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
}

/** `1795300002 203.0.113.66`; `-` where the message has no address. */
function readFailure(text: string): FailedLogin {
  const [at = '', from = '-'] = text.split(' ');
  return { at: whole(at), from: from === '-' ? null : from };
}

function readLog(text: string): LogFile {
  const match = /^(\d+) (\d+) (.+)$/.exec(text);
  if (match === null) return unreadable();
  return { bytes: whole(match[1] ?? ''), modified: whole(match[2] ?? ''), path: match[3] ?? '' };
}

function whole(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : unreadable();
}

function unreadable(): never {
  return cannotTell('unparseable', 'The traces of fail2ban on this host came back in an unknown form.');
}
