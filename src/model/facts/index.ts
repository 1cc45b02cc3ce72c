import type { Fail2banFacts } from './fail2ban.ts';
import type { FirewallFacts } from './firewall.ts';
import type { HostFacts } from './host.ts';
import type { HttpFacts } from './http.ts';
import type { NamesFacts } from './names.ts';
import type { OutsideFacts } from './outside.ts';
import type { SecretsFacts } from './secrets.ts';
import type { SshFacts } from './ssh.ts';
import type { TlsFacts } from './tls.ts';
import type { UpdatesFacts } from './updates.ts';
import type { WebFacts } from './web.ts';

/** Every fact there is, by name. One interface per subject area. */
export interface FactTypes
  extends HostFacts,
    FirewallFacts,
    SshFacts,
    Fail2banFacts,
    UpdatesFacts,
    SecretsFacts,
    OutsideFacts,
    TlsFacts,
    WebFacts,
    HttpFacts,
    NamesFacts {}

export type FactName = keyof FactTypes;
