/**
 * The expected verdict of every check on every variant of a real host. `compliant` is the base line; a
 * variant names only what differs from it, so everything it does not name must not have changed.
 */
export type Suite = 'bullseye' | 'bookworm' | 'trixie';

/** A verdict, or `unknown:<reason>`. */
export type Expected = Readonly<Record<string, string>>;

export const suites: readonly Suite[] = ['bullseye', 'bookworm', 'trixie'];

const PASS = 'pass';
const FAIL = 'fail';

export function compliant(suite: Suite): Expected {
  return {
    'fail2ban-active': PASS,
    'fail2ban-sshd-jail': PASS,
    'firewall-active': PASS,
    'firewall-default-deny': PASS,
    'firewall-allowed-ports': PASS,
    'firewall-logging': PASS,
    'firewall-effective': PASS,
    'ssh-key-only': PASS,
    'ssh-root-login': PASS,
    'ssh-authorized-keys': PASS,
    // OpenSSH 8.4 still offers signatures with SHA-1 by default.
    'ssh-crypto': suite === 'bullseye' ? FAIL : PASS,
    'updates-automatic': PASS,
    'updates-security-origin': PASS,
    'updates-recent': PASS,
    // No list of its frozen security archive is recent, so nobody knows what would be pending.
    'updates-pending': suite === 'bullseye' ? 'unknown:not-observable' : PASS,
    // A container shows the kernel of the machine below it.
    'updates-reboot': 'not-applicable',
    // The long-term support of bullseye ended on 2026-08-31.
    'os-supported': suite === 'bullseye' ? FAIL : PASS,
    'secrets-permissions': PASS,
    'provider-known': 'unknown:not-observable',
  };
}
