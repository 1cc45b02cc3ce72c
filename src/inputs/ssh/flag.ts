/**
 * What a flag of ssh_config(5) says: yes and true, no and false, in any case. Undefined for every other word, which
 * ssh(1) refuses. Source: OpenSSH readconf.c, multistate_flag.
 */
export function flagOf(word: string): boolean | undefined {
  if (/^(yes|true)$/i.test(word)) return true;
  return /^(no|false)$/i.test(word) ? false : undefined;
}
