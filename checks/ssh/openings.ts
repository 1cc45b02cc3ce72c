import type { SshContext, SshSettings } from '../../src/model/facts/ssh.ts';
import { correction } from './corrections.ts';

/** What is wrong with one context: a full sentence, and the observed value. */
export interface Opening {
  readonly because: string;
  readonly actual: string;
  /** The commands that close it; undefined: those of the check. */
  readonly correction?: string | undefined;
}

/**
 * Every way to complete a log-in, as lists of methods. sshd drops lists that name a method it has switched
 * off. Source: sshd_config(5), AuthenticationMethods; OpenSSH auth2.c.
 */
function waysIn(settings: SshSettings): readonly (readonly string[])[] {
  const enabled = [
    settings.pubkeyAuthentication ? 'publickey' : '',
    settings.passwordAuthentication ? 'password' : '',
    settings.kbdInteractiveAuthentication ? 'keyboard-interactive' : '',
    settings.gssapiAuthentication ? 'gssapi-with-mic' : '',
    settings.hostbasedAuthentication ? 'hostbased' : '',
  ].filter((method) => method !== '');
  if (settings.authenticationMethods.join() === 'any') return enabled.map((method) => [method]);
  return settings.authenticationMethods
    .map((list) => list.split(',').map((method) => method.split(':')[0] ?? method))
    .filter((list) => list.every((method) => enabled.includes(method)));
}

const SWITCH: Readonly<Record<string, readonly [string, string]>> = {
  password: ['PasswordAuthentication', 'Passwords are accepted'],
  'keyboard-interactive': [
    'KbdInteractiveAuthentication',
    'Keyboard-interactive log-in, which asks for the password, is accepted',
  ],
  'gssapi-with-mic': ['GSSAPIAuthentication', 'Kerberos tickets are accepted instead of a key'],
  hostbased: ['HostbasedAuthentication', "Trusted hosts are accepted instead of a person's key"],
};

/** What makes this context something else than key-only; empty when a private key is needed in every way. */
export function openingsOf(context: SshContext): readonly Opening[] {
  const { settings, who } = context;
  const ways = waysIn(settings);
  const open = [...new Set(ways.filter((way) => !way.includes('publickey')).map((way) => way[0] ?? ''))];
  const found = open.map((method): Opening => {
    const [keyword, sentence] = SWITCH[method] ?? [method, `${method} is accepted`];
    const isAny = settings.authenticationMethods.join() === 'any';
    const decisive = isAny ? keyword : 'AuthenticationMethods';
    return {
      because: `${sentence} for ${who}: ${decidedBy(context, decisive)}.`,
      actual: `${keyword} yes`,
      correction: correction(context, decisive, isAny ? 'no' : 'publickey'),
    };
  });
  if (settings.permitEmptyPasswords) {
    const because = `Empty passwords are permitted for ${who}: ${decidedBy(context, 'PermitEmptyPasswords')}.`;
    const shut = correction(context, 'PermitEmptyPasswords', 'no');
    found.push({ because, actual: 'PermitEmptyPasswords yes', correction: shut });
  }
  if (!ways.some((way) => way.includes('publickey'))) {
    const keyword = settings.pubkeyAuthentication ? 'AuthenticationMethods' : 'PubkeyAuthentication';
    const because = `Keys do not open the door for ${who}: ${decidedBy(context, keyword)}.`;
    const value = settings.pubkeyAuthentication ? 'publickey' : 'yes';
    found.push({ because, actual: 'no log-in by key', correction: correction(context, keyword, value) });
  }
  return found;
}

/** "/etc/ssh/sshd_config.d/50-cloud-init.conf line 1 sets PasswordAuthentication yes". */
export function decidedBy({ settings, origins }: SshContext, keyword: string): string {
  const key = `${keyword[0]?.toLowerCase()}${keyword.slice(1)}`.replace('gSSAPI', 'gssapi');
  const value = settings[key as keyof SshSettings];
  const flag = value ? 'yes' : 'no';
  const text = typeof value === 'boolean' ? flag : [value].flat().join(' ');
  const origin = origins[keyword.toLowerCase()] ?? 'sshd';
  return `${origin} ${origin.startsWith('the built-in') ? 'is' : 'sets'} ${keyword} ${text}`;
}
