import type { Expected, Suite } from './expected.ts';

export interface Variant {
  /** What differs from a compliant host. */
  readonly expect: (suite: Suite) => Expected;
  /** Only on these releases. */
  readonly on?: readonly Suite[];
}

const differs = (expected: Expected, on?: readonly Suite[]): Variant => ({
  expect: () => expected,
  ...(on === undefined ? {} : { on }),
});

const FAIL = 'fail';
const DENIED = 'unknown:no-privilege';

/** What needs root; the rest is judged without it. */
const WITHOUT_ROOT: Expected = {
  'fail2ban-sshd-jail': DENIED,
  'firewall-active': DENIED,
  'firewall-allowed-ports': DENIED,
  'firewall-default-deny': DENIED,
  'firewall-effective': DENIED,
  'firewall-logging': DENIED,
  'ssh-crypto': DENIED,
  'ssh-authorized-keys': DENIED,
  'ssh-key-only': DENIED,
  'ssh-root-login': DENIED,
};

/** Names of `test/fleet/variants`; each proves its defect with a command of its own before it is scanned. */
export const variants: Readonly<Record<string, Variant>> = {
  compliant: differs({}),

  'ufw-inactive': differs({
    'firewall-active': FAIL,
    'firewall-default-deny': FAIL,
    'firewall-allowed-ports': FAIL,
    'firewall-logging': FAIL,
    'firewall-effective': FAIL,
  }),
  'ufw-removed': differs({
    'firewall-active': FAIL,
    'firewall-default-deny': FAIL,
    'firewall-allowed-ports': FAIL,
    'firewall-logging': FAIL,
    'firewall-effective': FAIL,
  }),
  'ufw-extra-port-v4': differs({ 'firewall-allowed-ports': FAIL }),
  'ufw-extra-port-v6': differs({ 'firewall-allowed-ports': FAIL }),
  'ufw-default-allow': differs({
    'firewall-active': FAIL,
    'firewall-default-deny': FAIL,
    'firewall-allowed-ports': FAIL,
    'firewall-effective': FAIL,
    'firewall-logging': FAIL,
  }),
  'ufw-logging-off': differs({ 'firewall-logging': FAIL }),
  'ufw-not-at-boot': differs({ 'firewall-active': FAIL }),
  'ufw-unit-masked': differs({ 'firewall-active': FAIL }),
  'ufw-files-not-loaded': differs({ 'firewall-allowed-ports': FAIL }),
  'ufw-before-rules-edited': differs({ 'firewall-allowed-ports': FAIL, 'firewall-effective': FAIL }),
  'docker-dnat': differs({ 'firewall-effective': FAIL }),
  'dnat-own-address': differs({ 'firewall-effective': FAIL }),
  'iptables-input-flushed': differs({
    'firewall-active': FAIL,
    'firewall-default-deny': FAIL,
    'firewall-allowed-ports': FAIL,
    'firewall-effective': FAIL,
    'firewall-logging': FAIL,
  }),
  'iptables-rule-outside': differs({ 'firewall-allowed-ports': FAIL, 'firewall-effective': FAIL }),
  'raw-drop': differs({}),

  'sshd-cloud-init-password': differs({ 'ssh-key-only': FAIL }),
  'sshd-match-password': differs({ 'ssh-key-only': FAIL }),
  'sshd-opts-password': differs({ 'ssh-key-only': FAIL }),
  'sshd-stale': differs({
    'ssh-key-only': 'unknown:not-observable',
    'ssh-root-login': 'unknown:not-observable',
  }),
  'sshd-root-yes': differs({ 'ssh-root-login': FAIL }),
  'weak-authorized-key': differs({ 'ssh-authorized-keys': FAIL }),

  'fail2ban-stopped': differs({ 'fail2ban-active': FAIL, 'fail2ban-sshd-jail': FAIL }),
  'fail2ban-removed': differs({ 'fail2ban-active': FAIL, 'fail2ban-sshd-jail': FAIL }),
  'fail2ban-disabled-at-boot': differs({ 'fail2ban-active': FAIL }),
  'fail2ban-jail-disabled': differs({ 'fail2ban-sshd-jail': FAIL }),
  'fail2ban-blind-log': differs({ 'fail2ban-sshd-jail': FAIL }),
  'fail2ban-ignoreip-all': differs({ 'fail2ban-sshd-jail': FAIL }),
  'fail2ban-no-action': differs({ 'fail2ban-sshd-jail': FAIL }),
  'fail2ban-blocktype-accept': differs({ 'fail2ban-sshd-jail': FAIL }),
  'fail2ban-ignoreregex': differs({ 'fail2ban-sshd-jail': 'unknown:not-observable' }),
  'fail2ban-wrong-port': differs({ 'fail2ban-sshd-jail': FAIL }),
  'fail2ban-banned': differs({}),

  'uu-removed': differs({ 'updates-automatic': FAIL, 'updates-security-origin': FAIL, 'updates-recent': FAIL }),
  'uu-periodic-0': differs({ 'updates-automatic': FAIL }),
  'uu-timers-masked': differs({ 'updates-automatic': FAIL }),
  'uu-timers-monthly': differs({ 'updates-automatic': FAIL }),
  'uu-no-security-origin': differs({ 'updates-security-origin': FAIL }),
  'uu-default-release': differs({ 'updates-security-origin': FAIL }),
  'uu-pending': differs({ 'updates-pending': FAIL }),
  'uu-empty-lists': differs({
    'updates-pending': 'unknown:not-observable',
    'updates-recent': FAIL,
    'updates-security-origin': 'unknown:not-observable',
  }),
  'uu-stamps-failed': differs({ 'updates-recent': FAIL, 'updates-pending': FAIL }),
  'reboot-required': differs({ 'updates-reboot': FAIL }),

  'secret-world-readable': differs({ 'secrets-permissions': FAIL }),

  'no-sudo': differs(WITHOUT_ROOT),
  'sudo-password': differs(WITHOUT_ROOT),
  'partial-sudo': differs(WITHOUT_ROOT),
  'sudo-noexec': differs({}),
  'tmp-noexec': differs({}),
  'readonly-root': differs({}),
  'shell-zsh': differs({}),
  'shell-bash-chatty': differs({}),
  'shell-busybox': differs({}),
  'locale-fr': differs({}),
  'hang-command': differs({ 'fail2ban-sshd-jail': 'unknown:timeout' }),
};
