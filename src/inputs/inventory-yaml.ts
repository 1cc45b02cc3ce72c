import path from 'node:path';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Params } from '../model/check.ts';
import type { Catalogue } from './catalogue.ts';
import { type Declarations, type DeclaredHost, defined } from './declared.ts';
import { InputError, type InputProblem, quote } from './error.ts';
import { validateFile } from './schema.ts';
import { canonicalSites, siteProblem } from './sites.ts';
import { didYouMean } from './suggest.ts';
import { expandPath, type Folders } from './text.ts';
import type { Path, YamlFile } from './yaml.ts';

/** The file as its schema guarantees it. */
interface Written {
  readonly hosts: readonly (Settings & {
    readonly name: string;
    readonly address?: string;
    readonly groups?: readonly string[];
  })[];
  readonly groups?: Readonly<Record<string, Settings | null>>;
  readonly defaults?: Settings | null;
}

interface Settings {
  readonly user?: string;
  readonly port?: number;
  readonly identity?: string | readonly string[];
  readonly jump?: string | readonly string[];
  readonly tags?: readonly string[];
  readonly sites?: readonly string[];
  readonly provider?: string;
  readonly params?: Readonly<Record<string, Params>>;
}

/** Settings of which a host has one; tags and sites add up. */
const SINGLE = ['user', 'port', 'identity', 'jump', 'provider'] as const;

/**
 * Reads our own inventory format. Throws `InputError` with every problem of the file: schema, duplicate names,
 * unknown groups, groups that disagree, unknown checks and parameters.
 */
export function readInventory(yaml: YamlFile, catalogue: Catalogue, folders: Folders): Declarations {
  const invalid = validateFile('inventory', yaml);
  if (invalid.length > 0) throw new InputError('data', invalid);
  // The schema has just vouched for the shape.
  const written = yaml.value as Written;
  const problems = [
    ...duplicateNames(written, yaml),
    ...unknownGroups(written, yaml),
    ...groupsThatDisagree(written, yaml),
    ...wrongParams(written, yaml, catalogue),
    ...wrongSites(written, yaml),
  ];
  if (problems.length > 0) throw new InputError('data', problems);
  const inFile = { ...folders, cwd: path.dirname(expandPath(yaml.file, folders)) };
  const defaults = written.defaults ?? {};
  return {
    hosts: written.hosts.map((host, index) => declare(host, layersOf(host, written), yaml, ['hosts', index], inFile)),
    groups: Object.keys(written.groups ?? {}),
    hopDefaults: defined({ user: defaults.user, identities: identitiesOf(defaults.identity, inFile) }),
    warnings: [],
  };
}

type WrittenHost = Written['hosts'][number];

/** Weakest first. */
function layersOf(host: WrittenHost, written: Written): Settings[] {
  return [written.defaults ?? {}, ...(host.groups ?? []).map((group) => written.groups?.[group] ?? {}), host];
}

function declare(
  host: WrittenHost,
  layers: readonly Settings[],
  yaml: YamlFile,
  at: Path,
  folders: Folders,
): DeclaredHost {
  const single = <K extends (typeof SINGLE)[number]>(key: K) =>
    layers.findLast((layer) => layer[key] !== undefined)?.[key];
  const union = (key: 'tags' | 'sites') => [...new Set(layers.flatMap((layer) => layer[key] ?? []))];
  const jump = single('jump');
  return {
    name: host.name,
    groups: host.groups ?? [],
    tags: union('tags'),
    sites: canonicalSites(union('sites')),
    params: paramsOf(layers),
    place: yaml.at([...at, 'name']),
    problems: [],
    ...defined({
      address: host.address,
      user: single('user'),
      port: single('port'),
      identities: identitiesOf(single('identity'), folders),
      jump: jump === undefined ? undefined : [jump].flat(),
      provider: single('provider'),
    }),
  };
}

function identitiesOf(identity: string | readonly string[] | undefined, folders: Folders): string[] | undefined {
  return identity === undefined ? undefined : [identity].flat().map((file) => expandPath(file, folders));
}

function paramsOf(layers: readonly Settings[]): DeclaredHost['params'] {
  const merged = new Map<string, Params>();
  for (const { params } of layers) {
    for (const [check, given] of Object.entries(params ?? {})) merged.set(check, { ...merged.get(check), ...given });
  }
  return Object.fromEntries(merged);
}

function duplicateNames({ hosts }: Written, yaml: YamlFile): InputProblem[] {
  const first = new Map<string, number>();
  return hosts.flatMap(({ name }, index) => {
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, index);
      return [];
    }
    const { line } = yaml.at(['hosts', other, 'name']);
    return [
      { ...yaml.at(['hosts', index, 'name']), what: `The host ${quote(name)} stands twice; first in line ${line}.` },
    ];
  });
}

function wrongSites({ hosts, groups, defaults }: Written, yaml: YamlFile): InputProblem[] {
  const places: [Path, Settings | null | undefined][] = [
    [['defaults'], defaults],
    ...Object.entries(groups ?? {}).map(([name, group]): [Path, Settings | null] => [['groups', name], group]),
    ...hosts.map((host, index): [Path, Settings] => [['hosts', index], host]),
  ];
  return places.flatMap(([path, settings]) =>
    (settings?.sites ?? []).flatMap((text, index) => {
      const wrong = siteProblem(text);
      return wrong === undefined ? [] : [{ ...yaml.at([...path, 'sites', index]), ...wrong }];
    }),
  );
}

function unknownGroups({ hosts, groups = {} }: Written, yaml: YamlFile): InputProblem[] {
  return hosts.flatMap((host, index) =>
    (host.groups ?? []).flatMap((group, position) => {
      if (Object.hasOwn(groups, group)) return [];
      const place = yaml.at(['hosts', index, 'groups', position]);
      const expected = `Expected a group of this file; "groups: { ${group}: {} }" declares one without settings.`;
      return [
        { ...place, what: `There is no group ${quote(group)}.`, expected, ...didYouMean(group, Object.keys(groups)) },
      ];
    }),
  );
}

/** Which of two groups wins would be an accident of their order, so the host has to say it. */
function groupsThatDisagree({ hosts, groups = {} }: Written, yaml: YamlFile): InputProblem[] {
  return hosts.flatMap((host, index) => {
    const settings = (host.groups ?? []).map((group) => ({ group, flat: flatten(groups[group] ?? {}) }));
    const own = flatten(host);
    const claims = new Map<string, { group: string; value: string }>();
    return settings.flatMap(({ group, flat }) =>
      [...flat].flatMap(([key, value]) => {
        const claim = claims.get(key);
        if (claim === undefined) claims.set(key, { group, value });
        if (claim === undefined || claim.value === value || own.has(key)) return [];
        const what = `The groups ${quote(claim.group)} and ${quote(group)} of ${host.name} disagree about ${key}.`;
        return [{ ...yaml.at(['hosts', index, 'groups']), what, expected: `Say it for the host itself.` }];
      }),
    );
  });
}

/** `user`, `params.updates-reboot.maxAge`, … → the value as comparable text. */
function flatten(settings: Settings): Map<string, string> {
  const flat = new Map<string, string>();
  for (const key of SINGLE) if (settings[key] !== undefined) flat.set(key, canonicalJson(settings[key]));
  for (const [check, params] of Object.entries(settings.params ?? {})) {
    for (const [name, value] of Object.entries(params)) flat.set(`params.${check}.${name}`, canonicalJson(value));
  }
  return flat;
}

function wrongParams(written: Written, yaml: YamlFile, catalogue: Catalogue): InputProblem[] {
  const places: [Path, Settings | null | undefined][] = [
    [['defaults'], written.defaults],
    ...Object.entries(written.groups ?? {}).map(([name, group]): [Path, Settings | null] => [['groups', name], group]),
    ...written.hosts.map((host, index): [Path, Settings] => [['hosts', index], host]),
  ];
  return places.flatMap(([at, settings]) =>
    Object.entries(settings?.params ?? {}).flatMap(([check, params]) =>
      catalogue.problems(check, params, yaml, [...at, 'params', check]),
    ),
  );
}
