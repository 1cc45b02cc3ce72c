import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, startFleet, whyNoFleet } from '../fleet/fleet.ts';
import { compliant } from './expected.ts';
import { runIn, type ScanReport, scanFleet, scratch, verdictsOf } from './scan.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** All that may be in the package: what runs, what it reads, and what people read. */
const SHIPPED = [
  /^(package\.json|LICENSE|README\.md|CHANGELOG\.md)$/,
  /^bin\/fleetproof\.js$/,
  /^docs\/([a-z0-9-]+\/)*[A-Za-z0-9-]+\.(md|png)$/,
  /^dist\/(src|checks|reports)\/([a-z0-9-]+\/)*[a-z0-9-]+\.js$/,
  /^dist\/checks\/baselines\/[a-z]+\.yaml$/,
  /^dist\/reports\/html\/[a-z-]+\.(hbs|css)$/,
  /^dist\/(src\/inputs|reports)\/schemas\/[a-z0-9-]+\.schema\.json$/,
  /^dist\/src\/demo\/captures\/[a-z0-9-]+\.json$/,
];
const NEEDED = [
  'LICENSE',
  'README.md',
  'bin/fleetproof.js',
  'dist/src/cli/main.js',
  'dist/checks/baselines/cleavr.yaml',
  'dist/reports/schemas/report-v1.schema.json',
  'dist/src/inputs/schemas/inventory.schema.json',
  'dist/src/demo/captures/web-1.json',
  'docs/architecture.md',
];

describe.skipIf(whyNoFleet().length > 0)('the package, installed globally', () => {
  let fleet: Fleet;
  let home: string;
  let command: string;
  let files: readonly string[];
  let report: ScanReport;

  beforeAll(async () => {
    home = await scratch();
    // Not again what "npm test" has just built, and what other tests are running meanwhile.
    const packed = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', home]);
    const [tarball] = JSON.parse(packed) as { filename: string; files: { path: string }[] }[];
    files = tarball?.files.map(({ path }) => path) ?? [];
    const prefix = join(home, 'prefix');
    npm([
      'install',
      '-g',
      '--prefix',
      prefix,
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      join(home, tarball?.filename ?? ''),
    ]);
    command = join(prefix, 'bin/fleetproof');
    fleet = await startFleet(['bookworm bookworm compliant']);
    report = await scanFleet(fleet, ['--format', 'html'], { program: [command] });
  }, 300_000);

  afterAll(async () => {
    await fleet?.down();
  }, 120_000);

  /** npm wants a home for its cache, so it gets the tester's. */
  function npm(args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm ${args[0]} ended with ${status}: ${stderr}`);
    return stdout;
  }

  test('has what it needs and nothing for developers', () => {
    expect(files.filter((path) => !SHIPPED.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(NEEDED.filter((path) => !files.includes(path))).toEqual([]);
    const source = (folder: string) =>
      readdirSync(join(root, folder)).filter((name) => /\.(hbs|css|yaml|json)$/.test(name));
    for (const folder of [
      'reports/html',
      'reports/schemas',
      'checks/baselines',
      'src/inputs/schemas',
      'src/demo/captures',
    ])
      for (const name of source(folder)) expect(files).toContain(`dist/${folder}/${name}`);
    // Nothing is left from a source that is gone: every module of the package has its own.
    for (const path of files.filter((file) => /^dist\/.*\.js$/.test(file)))
      expect(existsSync(join(root, path.slice('dist/'.length).replace(/js$/, 'ts'))), path).toBe(true);
  });

  test('scans a real host', () => {
    expect(report.hosts).toMatchObject([{ outcome: 'assessed', privilege: 'sudo' }]);
    expect(verdictsOf(report, 'bookworm')).toEqual(compliant('bookworm'));
    // Nothing failed, but in a container nobody can see the provider.
    expect(report.exitCode).toBe(101);
    const html = readFileSync(join(report.folder, 'report.html'), 'utf8');
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain('bookworm');
  });

  test.each<[readonly string[], number, RegExp]>([
    [['--version'], 0, /^fleetproof \d/],
    [['checks', 'ssh-key-only'], 0, /How to fix it/],
    [['baselines', 'cleavr'], 0, /cleavr-3/],
    [['schema', 'report'], 0, /2020-12/],
    [['plan', '--script'], 0, /^# fleetproof collector/],
    [['demo'], 0, /demo ends with 0[\s\S]*report\.html/],
  ])('runs %j anywhere', async (args, code, output) => {
    const ran = await runIn(home, [command, ...args]);
    expect(ran.stdout).toMatch(output);
    expect(ran.exitCode, ran.stderr).toBe(code);
  });
});
