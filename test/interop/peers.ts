import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** True where the peer is installed; else its comparison is skipped, loudly. */
export function has(tool: string): boolean {
  if (spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0) return true;
  console.error(`!!! ${tool} is not installed: the comparison with it is skipped.`);
  return false;
}

function run(command: string, args: readonly string[], seconds: number): string {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: seconds * 1000, input: '' });
  if (error !== undefined) throw new Error(`${command} did not end: ${error.message}; ${stderr}`);
  return stdout;
}

export interface SslscanView {
  /** `TLSv1.0` … → whether it is offered. */
  readonly versions: ReadonlyMap<string, boolean>;
  /** `TLSv1.2 c030`. */
  readonly suites: readonly string[];
}

export function sslscan(port: number): SslscanView {
  const xml = run('sslscan', ['--xml=-', '--no-colour', `127.0.0.1:${port}`], 120);
  const attribute = (text: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? '';
  return {
    versions: new Map(
      [...xml.matchAll(/<protocol [^>]*>/g)].map(([text]) => [
        versionOf(attribute(text, 'type'), attribute(text, 'version')),
        attribute(text, 'enabled') === '1',
      ]),
    ),
    suites: [...xml.matchAll(/<cipher [^>]*>/g)].map(
      ([text]) =>
        `${versionOf('tls', attribute(text, 'sslversion').replace('TLSv', ''))} ${attribute(text, 'id').replace(/^0x/i, '').toLowerCase().padStart(4, '0')}`,
    ),
  };
}

function versionOf(type: string, version: string): string {
  return type === 'ssl' ? `SSLv${version}` : `TLSv${version}`;
}

/** testssl.sh's findings of its protocol section, by id: `TLS1_2` → `offered`. */
export function testssl(port: number): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-testssl-'));
  const file = join(folder, 'out.json');
  try {
    run(
      'testssl',
      ['--quiet', '--color', '0', '--warnings', 'batch', '-p', '--jsonfile', file, `127.0.0.1:${port}`],
      300,
    );
    if (!existsSync(file)) throw new Error('testssl.sh wrote no JSON.');
    const findings = JSON.parse(readFileSync(file, 'utf8')) as { id: string; finding: string }[];
    return new Map(findings.map(({ id, finding }) => [id, finding]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface SshAuditView {
  /** Name → the worst note, by list. */
  readonly lists: Readonly<Record<'kex' | 'key' | 'enc' | 'mac', ReadonlyMap<string, 'fail' | 'warn' | 'ok'>>>;
  /** Type → bits, of the keys that it measures. */
  readonly keySizes: ReadonlyMap<string, number>;
}

/** ssh-audit knows two outputs: JSON lists what is offered, the text says what it thinks of it. */
export function sshAudit(port: number): SshAuditView {
  const json = JSON.parse(run('ssh-audit', ['-j', '-p', String(port), '127.0.0.1'], 120)) as {
    key: { algorithm: string; keysize?: number }[];
  };
  const text = run('ssh-audit', ['-n', '-v', '-p', String(port), '127.0.0.1'], 120);
  const list = (name: string) => {
    const notes = new Map<string, 'fail' | 'warn' | 'ok'>();
    for (const [, algorithm = '', level = ''] of text.matchAll(
      new RegExp(`^\\(${name}\\) (\\S+)(?: \\([^)]*\\))?\\s+-- \\[(fail|warn|info)\\]`, 'gm'),
    )) {
      const before = notes.get(algorithm) ?? 'ok';
      notes.set(algorithm, level === 'fail' || before === 'fail' ? 'fail' : level === 'warn' ? 'warn' : before);
    }
    return notes;
  };
  return {
    lists: { kex: list('kex'), key: list('key'), enc: list('enc'), mac: list('mac') },
    keySizes: new Map(
      json.key.flatMap(({ algorithm, keysize }) => (keysize === undefined ? [] : [[algorithm, keysize] as const])),
    ),
  };
}
