/** Facts of this subject area: fact name → shape. */
export interface SecretsFacts {
  secretFiles: SecretFiles;
}

/** Where secrets are known to lie. The collector looks at these places and nowhere else; metadata only. */
export const SECRET_PLACES = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/ssh/ssh_host_*_key',
  '/etc/ssl/private',
  '/etc/ssl/private/*',
  '/etc/letsencrypt/archive/*/privkey*.pem',
  '/etc/nginx/*.key',
  '/etc/nginx/*/*.key',
  '/etc/apache2/*/*.key',
  '/etc/wireguard/*.conf',
  '/etc/mysql/debian.cnf',
  ...['/root', '/home/*'].flatMap((home) => [
    `${home}/.ssh/id_*`,
    `${home}/.pgpass`,
    `${home}/.my.cnf`,
    `${home}/.netrc`,
    `${home}/.git-credentials`,
    `${home}/.aws/credentials`,
    `${home}/.kube/config`,
    `${home}/*.key`,
  ]),
  ...['/root', '/home/*', '/home/*/*', '/home/*/*/*', '/var/www', '/var/www/*', '/var/www/*/*'].flatMap(envFiles),
  ...['/srv', '/srv/*', '/srv/*/*', '/opt/*', '/opt/*/*'].flatMap(envFiles),
  ...['/home/*/*', '/home/*/*/*', '/var/www', '/var/www/*', '/var/www/*/*', '/srv/*', '/srv/*/*'].map(
    (folder) => `${folder}/wp-config.php`,
  ),
  ...['/home/*/*', '/srv/*', '/opt/*'].map((folder) => `${folder}/terraform.tfstate`),
] as readonly string[];

/** Further places that the web servers' own settings name. */
export const TLS_KEYS = 'tls-keys';
export const DOCUMENT_ROOTS = 'document-roots';

function envFiles(folder: string): string[] {
  return [`${folder}/.env`, `${folder}/.env.*`];
}

export interface SecretFiles {
  readonly files: readonly SecretFile[];
  /** Directories and settings that could not be looked into, and paths in settings that cannot be followed. */
  readonly closed: readonly ClosedPlace[];
  /** What could not be looked at, as full sentences. */
  readonly troubles: readonly string[];
}

export interface SecretFile {
  readonly path: string;
  /** The entries of `SECRET_PLACES` (or `tls-keys`, `document-roots`) that led to it. */
  readonly places: readonly string[];
  readonly isDirectory: boolean;
  /** Permission bits. */
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  /**
   * Who can read it, with the directories above it taken into account. `owner`: also the one service whose group
   * it is; `group`: further people; `unsure`: its group has members of whom nothing more is known.
   */
  readonly readableBy: 'owner' | 'group' | 'everyone' | 'unsure';
  /** An access control list may let more accounts in than the mode shows. */
  readonly hasAcl: boolean;
  /** The document root of a web server that it lies in. */
  readonly documentRoot: string | null;
}

export interface ClosedPlace {
  readonly path: string;
  /** What may lie behind it, as in `SecretFile.places`. */
  readonly places: readonly string[];
  /** True: other accounts than its owner may get through, so what lies behind it is not known to be closed. */
  readonly isOpenToOthers: boolean;
  /** One full sentence. */
  readonly because: string;
  /** What to do so that it can be judged. */
  readonly remedy: string;
}
