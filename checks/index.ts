import type { Check } from '../src/model/check.ts';
import { fail2banActive } from './fail2ban/fail2ban-active.ts';
import { fail2banSshdJail } from './fail2ban/fail2ban-sshd-jail.ts';
import { firewallActive } from './firewall/firewall-active.ts';
import { firewallAllowedPorts } from './firewall/firewall-allowed-ports.ts';
import { firewallDefaultDeny } from './firewall/firewall-default-deny.ts';
import { firewallEffective } from './firewall/firewall-effective.ts';
import { firewallLogging } from './firewall/firewall-logging.ts';
import { portsExposed } from './firewall/ports-exposed.ts';
import { providerKnown } from './host/provider-known.ts';
import { secretsPermissions } from './host/secrets-permissions.ts';
import { sshAuthorizedKeys } from './ssh/ssh-authorized-keys.ts';
import { sshCrypto } from './ssh/ssh-crypto.ts';
import { sshKeyOnly } from './ssh/ssh-key-only.ts';
import { sshOfferedAuth } from './ssh/ssh-offered-auth.ts';
import { sshRootLogin } from './ssh/ssh-root-login.ts';
import { tlsCertificate } from './tls/tls-certificate.ts';
import { tlsCiphers } from './tls/tls-ciphers.ts';
import { tlsProtocols } from './tls/tls-protocols.ts';
import { osSupported } from './updates/os-supported.ts';
import { updatesAutomatic } from './updates/updates-automatic.ts';
import { updatesPending } from './updates/updates-pending.ts';
import { updatesReboot } from './updates/updates-reboot.ts';
import { updatesRecent } from './updates/updates-recent.ts';
import { updatesSecurityOrigin } from './updates/updates-security-origin.ts';
import { httpDisclosure } from './web/http-disclosure.ts';
import { httpsHsts } from './web/https-hsts.ts';
import { httpsRedirect } from './web/https-redirect.ts';

/** Every check, in the order of the catalogue. An explicit list: adding a check means adding a line. */
export const checks: readonly Check[] = [
  fail2banActive,
  fail2banSshdJail,
  firewallActive,
  firewallDefaultDeny,
  firewallAllowedPorts,
  firewallLogging,
  firewallEffective,
  portsExposed,
  sshKeyOnly,
  sshRootLogin,
  sshAuthorizedKeys,
  sshCrypto,
  sshOfferedAuth,
  updatesAutomatic,
  updatesSecurityOrigin,
  updatesRecent,
  updatesPending,
  updatesReboot,
  osSupported,
  tlsCertificate,
  tlsProtocols,
  tlsCiphers,
  httpsRedirect,
  httpsHsts,
  httpDisclosure,
  secretsPermissions,
  providerKnown,
];
