import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * The house as data: who may import whom, and which package may be imported where. A row that no import
 * uses any more is an error too. Longest prefix wins.
 */
const ROOMS: Readonly<Record<string, { readonly rooms: readonly string[]; readonly packages: readonly string[] }>> = {
  'src/model': { rooms: [], packages: [] },
  'src/wire': { rooms: [], packages: ['tldts', 'node:crypto'] },
  'src/answers': { rooms: ['src/model'], packages: ['node:crypto'] },
  'src/facts': { rooms: ['src/model', 'src/wire', 'src/answers'], packages: [] },
  'src/evaluate': { rooms: ['src/model'], packages: [] },
  checks: { rooms: ['src/model'], packages: [] },
  'src/inputs': {
    rooms: ['src/model'],
    packages: ['ajv', 'picomatch', 'yaml', 'node:crypto', 'node:fs', 'node:path'],
  },
  'src/collect': {
    rooms: ['src/model', 'src/wire'],
    packages: [
      'p-limit',
      'ssh2',
      'node:crypto',
      'node:dns',
      'node:events',
      'node:fs',
      'node:http',
      'node:net',
      'node:path',
      'node:stream',
      'node:tls',
      'node:zlib',
    ],
  },
  'src/evidence': {
    rooms: ['src/model', 'src/wire', 'src/answers'],
    packages: ['node:crypto', 'node:fs', 'node:path'],
  },
  reports: { rooms: ['src/model'], packages: ['handlebars', 'node:crypto', 'node:fs'] },
  'src/demo': {
    rooms: ['src/model'],
    packages: ['ssh2', 'node:crypto', 'node:fs', 'node:https', 'node:net', 'node:os', 'node:path', 'node:url'],
  },
  'src/cli': {
    rooms: [
      'src/model',
      'src/facts',
      'src/evaluate',
      'src/inputs',
      'src/collect',
      'src/evidence',
      'src/demo',
      'checks',
      'reports',
    ],
    packages: [
      'yargs',
      'node:crypto',
      'node:fs',
      'node:module',
      'node:os',
      'node:path',
      'node:tty',
      'node:url',
      'node:v8',
    ],
  },
};

/** Rooms where nothing may touch the outside world: same facts, same verdicts. */
const PURE = ['src/model', 'src/wire', 'src/answers', 'src/facts', 'src/evaluate', 'checks'];
const IMPURE =
  /\bprocess\.(env|exit|argv|cwd|std\w+|hrtime|nextTick|getuid|on)\b|\bconsole\.|\b(setTimeout|setInterval|setImmediate|fetch|require)\(|\bglobalThis\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\basync\b|\bawait\b|\bPromise\b/;
const MOST_LINES = 300;
const MOST_CHECK_LINES = 60;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = Object.keys(ROOMS).flatMap((room) => sources(room).filter((file) => roomOf(file) === room));

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith('.ts'))
    .sort();
}

function roomOf(file: string): string | undefined {
  return Object.keys(ROOMS)
    .filter((room) => file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = /^(?:import|export)\s(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  return [...text.matchAll(statements)].map((match) => match[1] ?? match[2] ?? '');
}

function packageOf(specifier: string): string {
  if (builtinModules.includes(specifier.replace(/^node:/, '')))
    return `node:${specifier.replace(/^node:/, '').split('/')[0]}`;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const edges = files.flatMap((file) =>
  importsOf(file).map((specifier) => {
    if (!specifier.startsWith('.')) return { file, room: roomOf(file) ?? '', package: packageOf(specifier) };
    const target = relative(root, resolve(root, dirname(file), specifier));
    return { file, room: roomOf(file) ?? '', target: roomOf(target) ?? target };
  }),
);

describe('the house', () => {
  test('every source file of src, checks and reports is in a room', () => {
    const homeless = [...sources('src'), ...sources('checks'), ...sources('reports')].filter(
      (file) => roomOf(file) === undefined,
    );
    expect(homeless).toEqual([]);
    expect(files.length).toBeGreaterThan(40);
  });

  test('nobody imports what the table does not allow', () => {
    const wrong = edges.filter(({ room, target, package: name }) => {
      const allowed = ROOMS[room];
      if (target !== undefined) return target !== room && allowed?.rooms.includes(target) !== true;
      return name !== undefined && allowed?.packages.includes(name) !== true;
    });
    expect(wrong.map(({ file, target, package: name }) => `${file} imports ${target ?? name}`)).toEqual([]);
  });

  test('no row of the table is stale', () => {
    const stale = Object.entries(ROOMS).flatMap(([room, { rooms, packages }]) => [
      ...rooms
        .filter((name) => !edges.some((edge) => edge.room === room && edge.target === name))
        .map((name) => `${room} → ${name}`),
      ...packages
        .filter((name) => !edges.some((edge) => edge.room === room && edge.package === name))
        .map((name) => `${room} → ${name}`),
    ]);
    expect(stale).toEqual([]);
  });

  test('checks do not import each other', () => {
    const wrong = files
      .filter((file) => file.startsWith('checks/') && file !== 'checks/index.ts')
      .flatMap((file) =>
        importsOf(file).filter((name) => /^\.\/[a-z0-9-]+\.ts$/.test(name) && isCheck(join(dirname(file), name))),
      );
    expect(wrong).toEqual([]);
  });
});

function isCheck(file: string): boolean {
  return /\bdefine(?:Site)?Check\(/.test(readFileSync(join(root, file), 'utf8'));
}

describe('the pure core', () => {
  test.each(PURE)('%s has no clock, no process, no asynchrony', (room) => {
    const wrong = sources(room).flatMap((file) =>
      code(file)
        .split('\n')
        .flatMap((line, at) => (IMPURE.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
    );
    expect(wrong).toEqual([]);
  });
});

/** Without comments and string literals; a word in a sentence is no call. */
function code(file: string): string {
  return readFileSync(join(root, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, (text) => text.replace(/[^\n]/g, ''))
    .replace(/`(?:\\.|[^`\\])*`/g, (text) => text.replace(/[^\n]/g, ''))
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, '""')
    .replace(/\/\/.*$/gm, '');
}

describe('sizes', () => {
  test(`no file has more than ${MOST_LINES} lines`, () => {
    const long = [...files, ...sources('test')]
      .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > MOST_LINES);
    expect(long).toEqual([]);
  });

  test(`no check has more than ${MOST_CHECK_LINES} lines`, () => {
    const long = files
      .filter((file) => file.startsWith('checks/') && isCheck(file))
      .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > MOST_CHECK_LINES);
    expect(long).toEqual([]);
  });
});

describe('read-only by construction', () => {
  test('nothing in src/collect can upload, open a terminal or forward an agent', () => {
    const words = /\b(sftp|fastPut|createWriteStream|pty\s*:|\.shell\(|agentForward|writeFileSync?)\b/;
    const wrong = sources('src/collect').filter((file) => words.test(code(file)));
    expect(wrong).toEqual([]);
  });
});
