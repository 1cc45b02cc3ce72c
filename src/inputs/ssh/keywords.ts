/** ssh_config(5) of OpenSSH 8.4 to 9.9. */
const CURRENT = `
  AddKeysToAgent AddressFamily BatchMode BindAddress BindInterface CanonicalDomains CanonicalizeFallbackLocal
  CanonicalizeHostname CanonicalizeMaxDots CanonicalizePermittedCNAMEs CASignatureAlgorithms CertificateFile
  ChannelTimeout CheckHostIP Ciphers ClearAllForwardings Compression ConnectionAttempts ConnectTimeout
  ControlMaster ControlPath ControlPersist DynamicForward EnableEscapeCommandline EnableSSHKeysign EscapeChar
  ExitOnForwardFailure FingerprintHash ForkAfterAuthentication ForwardAgent ForwardX11 ForwardX11Timeout
  ForwardX11Trusted GatewayPorts GlobalKnownHostsFile GSSAPIAuthentication GSSAPIDelegateCredentials
  HashKnownHosts Host HostbasedAcceptedAlgorithms HostbasedAuthentication HostKeyAlgorithms HostKeyAlias
  HostName IdentitiesOnly IdentityAgent IdentityFile IgnoreUnknown Include IPQoS KbdInteractiveAuthentication
  KbdInteractiveDevices KexAlgorithms KnownHostsCommand LocalCommand LocalForward LogLevel LogVerbose MACs Match
  NoHostAuthenticationForLocalhost NumberOfPasswordPrompts ObscureKeystrokeTiming PasswordAuthentication
  PermitLocalCommand PermitRemoteOpen PKCS11Provider Port PreferredAuthentications ProxyCommand ProxyJump
  ProxyUseFdpass PubkeyAcceptedAlgorithms PubkeyAuthentication RekeyLimit RemoteCommand RemoteForward RequestTTY
  RequiredRSASize RevokedHostKeys SecurityKeyProvider SendEnv ServerAliveCountMax ServerAliveInterval
  SessionType SetEnv StdinNull StreamLocalBindMask StreamLocalBindUnlink StrictHostKeyChecking SyslogFacility
  Tag TCPKeepAlive Tunnel TunnelDevice UpdateHostKeys User UserKnownHostsFile VerifyHostKeyDNS VisualHostKey
  XAuthLocation
`;

/** Old names, and what was dropped: ssh(1) still takes them. Source: OpenSSH readconf.c, `keywords`. */
const OLD = `
  afstokenpassing challengeresponseauthentication cipher compressionlevel dsaauthentication fallbacktorsh
  globalknownhostsfile2 hostbasedkeytypes identityfile2 keepalive kerberosauthentication kerberostgtpassing
  protocol pubkeyacceptedkeytypes rhostsauthentication rhostsrsaauthentication rsaauthentication
  skeyauthentication smartcarddevice tisauthentication useprivilegedport userknownhostsfile2 useroaming usersh
`;

/** What the clients of Debian, Red Hat and macOS know besides, and set in the files they ship. */
const VENDORS = `
  gssapiclientidentity gssapikexalgorithms gssapikeyexchange gssapirenewalforcesrekey gssapiserveridentity
  gssapitrustdns protocolkeepalives rsaminsize setuptimeout useblacklistedkeys usekeychain
`;

const ALIASES: Readonly<Record<string, string>> = { identityfile2: 'identityfile', smartcarddevice: 'pkcs11provider' };

/** Every keyword that a client knows, as the manual writes it. */
export const KEYWORDS: readonly string[] = `${CURRENT}${OLD}${VENDORS}`.trim().split(/\s+/);

const KNOWN: ReadonlySet<string> = new Set(KEYWORDS.map((keyword) => keyword.toLowerCase()));

export function isKeyword(word: string): boolean {
  return KNOWN.has(word.toLowerCase());
}

/** Lower case, with the name of today where there are two. */
export function canonicalKeyword(word: string): string {
  const keyword = word.toLowerCase();
  return ALIASES[keyword] ?? keyword;
}

/** Of those that are followed or warned about, the keywords that take one value; ssh(1) refuses a second one. */
export const ONE_VALUE: ReadonlySet<string> = new Set([
  'addressfamily',
  'bindaddress',
  'bindinterface',
  'canonicalizehostname',
  'certificatefile',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'ignoreunknown',
  'pkcs11provider',
  'port',
  'proxyjump',
  'revokedhostkeys',
  'stricthostkeychecking',
  'user',
]);
