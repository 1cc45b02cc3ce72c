import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a certificate is to be. */
export interface Wish {
  readonly subject?: string;
  /** subjectAltName, as in `DNS:a.test,IP:127.0.0.1`; empty for none. */
  readonly names: string;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  /** `self`, or the name of one that was made before: `root`, `intermediate`, `other`, `old`, or an authority of the test's own. */
  readonly issuer?: string;
  /** `ec` (default), `rsa:1024`, … */
  readonly key?: string;
  readonly digest?: string;
  /** It may issue others. */
  readonly authority?: boolean;
  /** Further lines of extensions. */
  readonly extensions?: readonly string[];
}

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface Pki {
  readonly folder: string;
  readonly root: string;
  readonly intermediate: string;
  readonly old: string;
  issue(name: string, wish: Wish): Issued;
  remove(): void;
}

const DAY = 86_400_000;
const CONFIG = `[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
policy = any
email_in_dn = no
string_mask = utf8only
utf8 = yes
[any]
commonName = optional
organizationName = optional
`;

/** A certificate authority in a temporary folder: root, intermediate, one that nobody trusts, an expired intermediate. */
export function makePki(): Pki {
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-pki-'));
  const run = (args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe', timeout: 30_000 });
  writeFileSync(join(folder, 'ca.cnf'), CONFIG);
  writeFileSync(join(folder, 'index.txt'), '');
  mkdirSync(join(folder, 'out'));
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const sign = (name: string, wish: Wish, own: readonly string[]): Issued => {
    const {
      subject = `/CN=${name}`,
      from = -1,
      to = 89,
      issuer = 'intermediate',
      key = 'ec',
      digest = 'sha256',
    } = wish;
    const [kind, size = '2048'] = key.split(':');
    const algorithm =
      kind === 'ec' ? ['ec', '-pkeyopt', `ec_paramgen_curve:${size === '2048' ? 'P-256' : size}`] : [`rsa:${size}`];
    run([
      'req',
      '-new',
      '-newkey',
      ...algorithm,
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-utf8',
      '-subj',
      subject,
    ]);
    const names = wish.names === '' ? [] : [`subjectAltName=${wish.names}`];
    writeFileSync(join(folder, `${name}.ext`), [...own, ...names, ...(wish.extensions ?? [])].join('\n'));
    const signer =
      issuer === 'self'
        ? ['-selfsign', '-keyfile', `${name}.key`]
        : ['-cert', `${issuer}.crt`, '-keyfile', `${issuer}.key`];
    const dates = ['-startdate', stamp(from), '-enddate', stamp(to)];
    run([
      'ca',
      '-batch',
      '-config',
      'ca.cnf',
      '-notext',
      '-md',
      digest,
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.crt`,
      '-extfile',
      `${name}.ext`,
      ...dates,
      ...signer,
    ]);
    return { cert: read(`${name}.crt`), key: read(`${name}.key`) };
  };
  const authority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
  const make = (name: string, wish: Omit<Wish, 'names'>): string =>
    sign(name, { names: '', to: 3650, ...wish }, authority).cert;
  const root = make('root', { subject: '/CN=Test Root', issuer: 'self', from: -3650 });
  make('other', { subject: '/CN=Other Root', issuer: 'self' });
  const intermediate = make('intermediate', { subject: '/CN=Test Intermediate', issuer: 'root' });
  const old = make('old', { subject: '/CN=Old Intermediate', issuer: 'root', from: -300, to: -3 });
  return {
    folder,
    root,
    intermediate,
    old,
    issue: (name, wish) => sign(name, wish, [`basicConstraints=CA:${wish.authority === true ? 'TRUE' : 'FALSE'}`]),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `20261122084500Z`, so many days from now. */
function stamp(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().replace(/[-:T]|\.\d+/g, '');
}
