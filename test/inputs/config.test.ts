import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/inputs/config.ts';
import { messageOf } from './message.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-config-'));
const folders = { cwd: folder, home: '/home/me' };
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => rmSync(path.join(folder, 'fleetproof.yaml'), { force: true }));

const EVERYTHING = `inventory: fleet.yaml
baseline: [cleavr, ./own.yaml, ~/base.yaml]
out: runs
format: html
limit: ["web-*", "!web-3"]
concurrency: 16
perJumpHost: 4
timeouts: { connect: 5s, handshake: 15s, host: 2m, run: 1h }
failOn: high
allowUnknown: true
acceptNewHostKeys: false
knownHosts: [known_hosts, /etc/ssh/known]
sshConfig: ssh_config
`;

const at = (line: number, column: number) => ({ file: 'fleetproof.yaml', line, column });

describe('loadConfig', () => {
  it('is empty where there is no file', () => {
    expect(loadConfig(undefined, folders)).toEqual({});
  });

  it('is not passed over where it leads nowhere or has another ending', () => {
    symlinkSync('nowhere', path.join(folder, 'fleetproof.yaml'));
    expect(messageOf(() => loadConfig(undefined, folders))).toBe('66 fleetproof.yaml: The file does not exist.');
    rmSync(path.join(folder, 'fleetproof.yaml'));
    writeFileSync(path.join(folder, 'fleetproof.yml'), 'failOn: low\n');
    expect(messageOf(() => loadConfig(undefined, folders))).toBe(
      '78 fleetproof.yml: A file of this name is not read. Expected fleetproof.yaml, or --config fleetproof.yml.',
    );
    expect(loadConfig('fleetproof.yml', folders)).toMatchObject({ failOn: 'low' });
    rmSync(path.join(folder, 'fleetproof.yml'));
  });

  it('reads fleetproof.yaml, with names relative to it and durations in seconds', () => {
    writeFileSync(path.join(folder, 'fleetproof.yaml'), EVERYTHING);
    expect(loadConfig(undefined, folders)).toEqual({
      inventory: `${folder}/fleet.yaml`,
      baseline: [
        { text: 'cleavr', place: at(2, 12) },
        { text: `${folder}/own.yaml`, place: at(2, 20) },
        { text: '/home/me/base.yaml', place: at(2, 32) },
      ],
      out: `${folder}/runs`,
      format: [{ text: 'html', place: at(4, 9) }],
      limit: [
        { text: 'web-*', place: at(5, 9) },
        { text: '!web-3', place: at(5, 18) },
      ],
      concurrency: 16,
      perJumpHost: 4,
      timeouts: { connect: 5, handshake: 15, host: 120, run: 3600 },
      failOn: 'high',
      allowUnknown: true,
      acceptNewHostKeys: false,
      knownHosts: [`${folder}/known_hosts`, '/etc/ssh/known'],
      sshConfig: `${folder}/ssh_config`,
    });
  });

  it('reads a named file in another folder, relative to that folder', () => {
    mkdirSync(path.join(folder, 'etc'));
    writeFileSync(path.join(folder, 'etc/scan.yaml'), 'inventory: fleet.yaml\n');
    expect(loadConfig('etc/scan.yaml', folders)).toEqual({ inventory: `${folder}/etc/fleet.yaml` });
  });

  it.each([
    [
      'conurrency: 3\n',
      '78 fleetproof.yaml:1:1: "conurrency" is not a key of this file.',
      'Did you mean "concurrency"?',
    ],
    [
      'timeouts: { hst: 3s }\n',
      '78 fleetproof.yaml:1:13: "hst" is not a key of timeouts. Expected one of connect, handshake, host or run. Did you mean "host"?',
    ],
    [
      'timeouts: { host: 120 }\n',
      'timeouts.host is 120. Expected a duration such as 30s, 10m or 2h, longer than zero.',
    ],
    ['timeouts: { host: 0s }\n', 'timeouts.host is "0s".'],
    ['concurrency: 0\n', 'concurrency is 0. Expected a whole number from 1 to 1000.'],
    ['concurrency: 1.5\n', 'concurrency is 1.5.'],
    [
      'failOn: hihg\n',
      'failOn is "hihg". Expected any, critical, high, medium, low, info or none. Did you mean "high"?',
    ],
    ['allowUnknown: yes\n', 'allowUnknown is "yes". Expected true or false.'],
    ['baseline: []\n', 'baseline is an empty list.'],
    ['baseline: [a, a]\n', 'baseline lists "a" twice.'],
    ['- a\n', 'This file is a list.'],
    ['a: [\n', '78 fleetproof.yaml:2:1: The YAML is malformed'],
    ['\n', '78 fleetproof.yaml:1:1: The file is empty.'],
  ])('refuses %j', (text, ...messages) => {
    writeFileSync(path.join(folder, 'fleetproof.yaml'), text);
    const said = messageOf(() => loadConfig(undefined, folders));
    for (const message of messages) expect(said).toContain(message);
  });

  it('misses a file that was named', () => {
    expect(messageOf(() => loadConfig('nope.yaml', folders))).toBe('66 nope.yaml: The file does not exist.');
  });
});
