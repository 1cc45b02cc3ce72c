import type { Facts, Problem } from '../../src/model/check.ts';
import type { SshMethods } from '../../src/model/facts/outside.ts';
import type { SshContext, SshLogins, SshSettings } from '../../src/model/facts/ssh.ts';
import { attempt } from '../outside.ts';
import { correction, correctionsOf, FIRST_A_KEY } from './corrections.ts';
import { decidedBy } from './openings.ts';

const KEYWORDS: Readonly<Record<string, readonly [keyword: string, setting: keyof SshSettings]>> = {
  password: ['PasswordAuthentication', 'passwordAuthentication'],
  'keyboard-interactive': ['KbdInteractiveAuthentication', 'kbdInteractiveAuthentication'],
  hostbased: ['HostbasedAuthentication', 'hostbasedAuthentication'],
  'gssapi-with-mic': ['GSSAPIAuthentication', 'gssapiAuthentication'],
};

const RELOAD = 'sshd -t && systemctl reload ssh   # then scan again; else find out what answers on this port';

/** Everything but keys that is offered to a stranger, each with what the configuration says of it. */
export function offeredProblems(
  from: string,
  { user, methods, letIn }: SshMethods,
  logins: SshLogins | undefined,
): readonly Problem[] {
  if (letIn) {
    const because = `${from} lets the user ${user} in without any proof (method "none").`;
    return [{ because, actual: 'log-in without any proof' }];
  }
  return methods
    .filter((method) => method !== 'publickey')
    .map((method) => {
      const contradiction = refusedBy(method, user, logins);
      const because = `${from} offers ${method} to the user ${user}.${contradiction}`;
      const steps = contradiction === '' ? correctionsFor(method, user, logins) : RELOAD;
      return { because, actual: `${method} offered`, ...(steps === undefined ? {} : { remediation: steps }) };
    });
}

/** What closes a method in all contexts that allow it, where it is known which lines do. */
function correctionsFor(method: string, user: string, logins: SshLogins | undefined): string | undefined {
  const [keyword, setting] = KEYWORDS[method] ?? [];
  if (keyword === undefined || setting === undefined) return undefined;
  const open = contextsFor(user, logins).filter(
    ({ settings }) => settings[setting] === true && settings.authenticationMethods.join() === 'any',
  );
  const all = open.flatMap((context) => correction(context, keyword, 'no') ?? []);
  return all.length > 0 && all.length === open.length ? correctionsOf(all, FIRST_A_KEY) : undefined;
}

/** The sentence that the host's own configuration says otherwise; empty when it does not, or cannot be read. */
function refusedBy(method: string, user: string, logins: SshLogins | undefined): string {
  const [keyword, setting] = KEYWORDS[method] ?? [];
  const contexts = contextsFor(user, logins);
  const [first] = contexts;
  if (logins === undefined || keyword === undefined || setting === undefined || first === undefined) return '';
  if (contexts.some(({ settings }) => settings[setting] !== false)) return '';
  const stale = logins.doubts.find(({ message }) => message.includes('after sshd last read its configuration'));
  const evidence = stale === undefined ? '' : ` ${stale.message}`;
  return ` But by the host's configuration it must not: ${decidedBy(first, keyword)}. The running sshd works by older settings, or something else answers.${evidence}`;
}

/** The contexts that may hold for this user: which Match blocks fit the scanner's address is sshd's to say. */
function contextsFor(user: string, logins: SshLogins | undefined): readonly SshContext[] {
  const isOther = ({ criteria = '' }: SshContext) =>
    criteria.split(',').some((one) => one.startsWith('user=') && one !== `user=${user}`);
  return (logins?.contexts ?? []).filter((context) => !isOther(context));
}

/** Passwords that the configuration allows to everybody and sshd does not offer: it works by other settings. */
export function withheldText({ methods }: SshMethods, user: string, logins: SshLogins | undefined): string {
  const contexts = contextsFor(user, logins);
  const [first] = contexts;
  const everywhere = contexts.every(
    ({ settings }) => settings.passwordAuthentication && settings.authenticationMethods.join() === 'any',
  );
  if (first === undefined || !everywhere || methods.includes('password')) return '';
  return ` The host's configuration says otherwise, so the running sshd works by other settings, or something else answers: ${decidedBy(first, 'PasswordAuthentication')}.`;
}

export function loginsOf(facts: Facts<'sshLogins'>): SshLogins | undefined {
  const logins = attempt(() => facts.get('sshLogins'));
  return 'value' in logins ? logins.value : undefined;
}
