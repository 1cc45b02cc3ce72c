import { cannotTell } from '../../model/fact.ts';
import type { SshSettings } from '../../model/facts/ssh.ts';
import { byText } from '../memo.ts';

/** Values by keyword in lower case, as `sshd -T` prints them or as a file gives them. */
export type Values = ReadonlyMap<string, readonly string[]>;

/** The keywords that decide how a log-in can be completed. */
export const KEYWORDS = [
  'passwordauthentication',
  'kbdinteractiveauthentication',
  'pubkeyauthentication',
  'hostbasedauthentication',
  'gssapiauthentication',
  'permitemptypasswords',
  'permitrootlogin',
  'authenticationmethods',
] as const;
export type Keyword = (typeof KEYWORDS)[number];

/** What holds where no file says anything. Source: sshd_config(5), the same in OpenSSH 8.2 to 10.0. */
export const DEFAULTS: Readonly<Record<Keyword, string>> = {
  passwordauthentication: 'yes',
  kbdinteractiveauthentication: 'yes',
  pubkeyauthentication: 'yes',
  hostbasedauthentication: 'no',
  gssapiauthentication: 'no',
  permitemptypasswords: 'no',
  permitrootlogin: 'prohibit-password',
  authenticationmethods: 'any',
};

/** Reads the output of `sshd -T`: `keyword value` per line, list keywords repeated. Many hosts print the same. */
export const readEffective = byText(256, (text): Values => {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const match = /^([a-z0-9]+) (.*)$/.exec(line);
    if (match?.[1] === undefined) continue;
    const list = values.get(match[1]) ?? [];
    list.push((match[2] ?? '').trim());
    values.set(match[1], list);
  }
  if (!values.has('passwordauthentication')) cannotTell('unparseable', '"sshd -T" printed no settings.');
  return values;
});

/**
 * OpenSSH 8.6 and older know ChallengeResponseAuthentication as a keyword of its own, which forces
 * KbdInteractiveAuthentication on; newer ones take it for another name of it.
 */
export function isLegacy(effective: Values): boolean {
  return effective.has('challengeresponseauthentication');
}

/** The spelling in which values are compared. */
export function normalValue(keyword: string, args: readonly string[]): string {
  const value = args.join(' ').toLowerCase();
  return keyword === 'permitrootlogin' && value === 'without-password' ? 'prohibit-password' : value;
}

function rawValue(values: Values, keyword: Keyword): string | undefined {
  const value = values.get(keyword);
  return value === undefined ? undefined : normalValue(keyword, value);
}

/** Typed settings. GSSAPI and host-based log-in may be left out of the build; the others are always there. */
export function settingsOf(values: Values): SshSettings {
  const flag = (keyword: Keyword, missing?: boolean): boolean => {
    const value = rawValue(values, keyword);
    if (value === undefined && missing !== undefined) return missing;
    if (value !== 'yes' && value !== 'no')
      cannotTell('unparseable', `sshd says ${keyword} "${value}", which is neither yes nor no.`);
    return value === 'yes';
  };
  return {
    passwordAuthentication: flag('passwordauthentication'),
    kbdInteractiveAuthentication: flag('kbdinteractiveauthentication'),
    pubkeyAuthentication: flag('pubkeyauthentication'),
    hostbasedAuthentication: flag('hostbasedauthentication', false),
    gssapiAuthentication: flag('gssapiauthentication', false),
    permitEmptyPasswords: flag('permitemptypasswords'),
    permitRootLogin: rootLogin(rawValue(values, 'permitrootlogin')),
    authenticationMethods: (rawValue(values, 'authenticationmethods') ?? 'any').split(/\s+/).filter(Boolean),
  };
}

function rootLogin(value: string | undefined): SshSettings['permitRootLogin'] {
  if (value === 'yes' || value === 'no' || value === 'prohibit-password' || value === 'forced-commands-only')
    return value;
  return cannotTell('unparseable', `sshd says permitrootlogin "${value}", which fleetproof does not know.`);
}
