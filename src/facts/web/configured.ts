import { Ignorance, type Unknown, unknown } from '../../model/fact.ts';
import type { WebServerName } from '../../model/facts/web.ts';
import { memoized } from '../memo.ts';
import type { Outputs } from '../outputs.ts';
import { readApache } from './apache.ts';
import { APACHE_CONFIG } from './apache-probe.ts';
import { readCaddy } from './caddy.ts';
import { CADDY_CONFIG } from './caddy-probe.ts';
import { readFiles, type WebFiles } from './files.ts';
import { type Configured, readNginx } from './nginx.ts';
import { NGINX_BUILD, NGINX_CONFIG } from './nginx-probe.ts';
import { WEB_SERVERS } from './server-probes.ts';

export const CONFIGURED_PROBES = [NGINX_BUILD, NGINX_CONFIG, APACHE_CONFIG, CADDY_CONFIG, WEB_SERVERS] as const;

interface Server {
  readonly software: WebServerName;
  readonly names: readonly string[];
  readonly probe: string;
  /** The main file that a command line (a blank in front) asks for; undefined: the usual one; null: one that it does not tell. */
  given(command: string): string | undefined | null;
  /** Main files in the order they are tried. */
  mains(outputs: Outputs): readonly string[];
  read(files: WebFiles, main: string): Configured;
}

const SERVERS: readonly Server[] = [
  {
    software: 'nginx',
    names: ['nginx', 'openresty'],
    probe: NGINX_CONFIG,
    given: (command) => absolute(/\s-c\s*(\S+)/.exec(command)?.[1]),
    mains: (outputs) => [builtFor(outputs), '/etc/nginx/nginx.conf', '/usr/local/openresty/nginx/conf/nginx.conf'],
    read: readNginx,
  },
  {
    software: 'Apache',
    names: ['apache2', 'httpd'],
    probe: APACHE_CONFIG,
    given(command) {
      const root = /\s-d\s*(\S+)/.exec(command)?.[1];
      const file = /\s-f\s*(\S+)/.exec(command)?.[1];
      if (root === undefined || file?.startsWith('/')) return absolute(file);
      return absolute(`${root.replace(/\/$/, '')}/${file ?? 'apache2.conf'}`);
    },
    mains: () => ['/etc/apache2/apache2.conf', '/etc/httpd/conf/httpd.conf', '/etc/apache2/httpd.conf'],
    read: readApache,
  },
  {
    software: 'Caddy',
    names: ['caddy'],
    probe: CADDY_CONFIG,
    // Without the option Caddy takes what is in its working directory; `--resume` takes what it ran with last.
    given(command) {
      const file = /\s--?(?:config|c)[ =](\S+)/.exec(command)?.[1];
      return file === undefined || /\s--?resume\b/.test(command) ? null : absolute(file);
    },
    mains: () => ['/etc/caddy/Caddyfile'],
    read: readCaddy,
  },
];

/** A relative path is relative to what the command line does not tell. */
function absolute(path: string | undefined): string | undefined | null {
  return path === undefined || path.startsWith('/') ? path : null;
}

/** Process names of the servers whose configuration is read. */
export const SERVER_PROCESSES = SERVERS.flatMap(({ names }) => names);

/**
 * What the configurations of all web servers that run on the host come to; one that does not run serves nothing.
 * Never throws: what could not be read is a doubt.
 */
export const readConfigured = memoized((outputs: Outputs): Configured => {
  const running = processesOf(outputs);
  return joined(SERVERS.map((server) => configuredBy(server, outputs, running)));
});

function joined(parts: readonly Configured[]): Configured {
  return {
    served: parts.flatMap(({ served }) => served),
    passedOn: parts.flatMap(({ passedOn }) => passedOn),
    doubts: parts.flatMap(({ doubts }) => doubts),
  };
}

const NOTHING: Configured = { served: [], passedOn: [], doubts: [] };

interface Process {
  readonly name: string;
  readonly command: string;
}

/** Undefined when that could not be seen: then every configuration counts. Those of containers are not ours. */
function processesOf(outputs: Outputs): readonly Process[] | undefined {
  const { state, exitCode, stdout } = outputs.get(WEB_SERVERS);
  if (state !== 'ran' || exitCode !== 0) return undefined;
  return stdout.split('\n').flatMap((line) => {
    const [, name = '', group = '', command = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
    return name === '' || /docker|containerd|kubepods|libpod|crio/.test(group) ? [] : [{ name, command }];
  });
}

function configuredBy(server: Server, outputs: Outputs, running: readonly Process[] | undefined): Configured {
  const { software, names } = server;
  const processes = running?.filter(({ name }) => names.includes(name));
  if (processes?.length === 0) return NOTHING;
  try {
    const files = readFiles(outputs, server.probe);
    const nothingThere = files.lines.size === 0 && files.closed.length === 0;
    if (nothingThere && processes === undefined) return NOTHING;
    const mains = server.mains(outputs).filter((path) => path !== '');
    const usual = mains.find((path) => files.lines.has(path));
    // Undefined processes: whatever runs is taken to have its usual main file.
    const asked = processes?.map(({ command }) => server.given(` ${command}`)) ?? [undefined];
    const parts = [...new Set(asked)].map((given): Configured => {
      if (given === null) return doubtful(elsewhere(software, 'that its command line does not tell'));
      const main = given ?? usual;
      if (main !== undefined)
        return files.lines.has(main) ? server.read(files, main) : doubtful(elsewhere(software, main));
      const [closed] = files.closed;
      return doubtful(closed === undefined ? elsewhere(software, mains[0] ?? '') : forbidden(software, closed));
    });
    return joined(parts);
  } catch (error) {
    if (!(error instanceof Ignorance)) throw error;
    return doubtful(error.fact);
  }
}

/** `--conf-path` of `nginx -V`, which speaks on standard error; relative to `--prefix`. */
function builtFor(outputs: Outputs): string {
  const { stderr } = outputs.get(NGINX_BUILD);
  const path = /--conf-path=(\S+)/.exec(stderr)?.[1] ?? '';
  if (path === '' || path.startsWith('/')) return path;
  return `${/--prefix=(\S+)/.exec(stderr)?.[1] ?? '/usr/local/nginx'}/${path}`;
}

function doubtful(doubt: Unknown): Configured {
  return { ...NOTHING, doubts: [doubt] };
}

function elsewhere(software: WebServerName, path: string): Unknown {
  const which = path.startsWith('/')
    ? `the configuration ${path}, which fleetproof does not read`
    : `a configuration ${path}`;
  return unknown(
    'not-observable',
    `${software} runs with ${which}, so its sites are not known.`,
    'Declare the sites of this host in the inventory.',
  );
}

function forbidden(software: WebServerName, path: string): Unknown {
  return unknown(
    'no-privilege',
    `${software} runs, and the login user may not read ${path}, so its sites are not known.`,
    'Let the login user read the configuration, or declare the sites of this host in the inventory.',
  );
}
