import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type OwnOutputs, outputsOf } from '../../../src/facts/outputs.ts';
import { probes } from '../../../src/facts/web.ts';
import type { Capture } from '../../../src/model/host.ts';
import type { Output } from '../../../src/model/probe.ts';
import { captureOf } from '../../checks/recorded.ts';
import { output, RECORDED_AT } from '../recorded.ts';

export type Files = Readonly<Record<string, string>>;

const ROOTS = /\/(?:etc\/(?:nginx|apache2|httpd|caddy)|usr\/local\/(?:nginx|openresty\/nginx)\/conf)(?![\w-])/g;

/** What the probe's own snippet prints on a host that has these files below its configuration directories. */
export function printed(probe: string, files: Files, shell = 'dash', prepare?: (folder: string) => void): string {
  const { snippet, each } = probes.find(({ id }) => id === probe) ?? {};
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-web-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    prepare?.(folder);
    const script = (each?.snippet ?? snippet ?? '').replace(ROOTS, (root) => `${folder}${root}`);
    const [command = 'sh', ...words] = shell.split(' ');
    const run = spawnSync(command, [...words, '-c', script], {
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (run.status !== 0 || run.stderr !== '') throw new Error(`${probe} ended with ${run.status}: ${run.stderr}`);
    return run.stdout.replaceAll(folder, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Situation {
  readonly files?: Files;
  /** Lines of `web-servers`; default: each software of which there are files runs. */
  readonly processes?: readonly string[];
  /** Lines of ss; default: what listens is port 22. */
  readonly listeners?: readonly string[];
  readonly sites?: readonly string[];
  readonly address?: string;
  readonly others?: readonly Output[];
}

const RUNNING = {
  nginx: 'nginx 0::/system.slice/nginx.service nginx: master process /usr/sbin/nginx -g daemon on; master_process on;',
  apache2: 'apache2 0::/system.slice/apache2.service /usr/sbin/apache2 -k start ',
  httpd: 'httpd 0::/system.slice/httpd.service /usr/sbin/httpd -DFOREGROUND ',
  caddy: 'caddy 0::/system.slice/caddy.service /usr/bin/caddy run --environ --config /etc/caddy/Caddyfile ',
};

/** A host with these files, as a capture of it. */
export function captureWith({
  files = {},
  processes,
  listeners,
  sites = [],
  address = '192.0.2.1',
  others = [],
}: Situation): Capture {
  const found = Object.entries(RUNNING).filter(([name]) =>
    Object.keys(files).some((path) => path.includes(`/${name}/`)),
  );
  const running = processes ?? found.map(([, line]) => line);
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  const records = [
    output('nginx-config', printed('nginx-config', files)),
    output('apache-config', printed('apache-config', files)),
    output('caddy-config', printed('caddy-config', files)),
    output('web-servers', text(running)),
    output('ssh-listeners', text(listeners ?? ['LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))'])),
  ];
  const ids = new Set(others.map(({ probe }) => probe));
  const capture = captureOf({
    now: RECORDED_AT,
    outputs: [...records.filter(({ probe }) => !ids.has(probe)), ...others],
  });
  return { ...capture, host: { ...capture.host, address, sites: [...sites], source: 'fleet.yaml:12' } };
}

/** The same as the readers of facts see it. */
export function hostWith(situation: Situation): OwnOutputs {
  return outputsOf(captureWith(situation), () => '');
}
