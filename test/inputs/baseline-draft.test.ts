import { describe, expect, it } from 'vitest';
import { resolveBaseline } from '../../src/inputs/baseline.ts';
import { catalogueOf } from '../../src/inputs/catalogue.ts';
import { decodeInput } from '../../src/inputs/text.ts';
import { context, NEW, OWN, resolve, UNTITLED } from './baselines.ts';
import { messageOf } from './message.ts';

describe('what a baseline may not hold', () => {
  it.each([
    [
      'unknown key',
      `${OWN}control: {}\n`,
      'own.yaml:4:1: "control" is not a key of this file.',
      'Did you mean "controls"?',
    ],
    [
      'the name of a built-in baseline',
      'id: base\ntitle: T\nversion: 1\nextends: [base]\n',
      '65 own.yaml:1:5: "base" is the id of a built-in baseline. Expected an id of your own, which reports tell from it.',
    ],
    ['no id', 'title: T\nversion: 1\n', 'own.yaml:1:1: This file has no "id".'],
    ['bad id', 'id: Own_1\ntitle: T\nversion: 1\n', 'own.yaml:1:5: id is "Own_1". Expected an id of lower-case'],
    [
      'unknown check',
      `${NEW}    checks:\n      firewall-activ:\n`,
      'own.yaml:9:7: There is no check "firewall-activ". Did you mean "firewall-active"?',
    ],
    [
      'far-off check',
      `${NEW}    checks: { zzz: }\n`,
      'own.yaml:8:15: There is no check "zzz". "fleetproof checks" lists them.',
    ],
    [
      'unknown parameter',
      `${NEW}    checks:\n      updates-reboot: { maxage: 3d }\n`,
      'own.yaml:9:25: "maxage" is not a key of controls.own-1.checks.updates-reboot. Expected one of maxAge. Did you mean "maxAge"?',
    ],
    [
      'parameter where there is none',
      `${NEW}    checks: { firewall-active: { x: 1 } }\n`,
      'No keys are expected here.',
    ],
    [
      'bad duration',
      `${NEW}    checks:\n      updates-reboot: { maxAge: 2 weeks }\n`,
      'own.yaml:9:33: controls.own-1.checks.updates-reboot.maxAge is "2 weeks". Expected a duration such as 30s, 10m, 26h or 14d.',
    ],
    [
      'bad port',
      `${NEW}    checks:\n      firewall-allowed-ports:\n        allowed:\n          - 22/tcp\n          - 22/tcp from 10.0.0.1/8\n`,
      'own.yaml:12:13: controls.own-1.checks.firewall-allowed-ports.allowed[1] is "22/tcp from 10.0.0.1/8". Expected a port such as',
    ],
    [
      'bad choice',
      `${NEW}    checks: { firewall-logging: { levelAtLeast: hihg } }\n`,
      'Expected low, medium or high. Did you mean "high"?',
    ],
    [
      'bad severity',
      `${NEW}    checks: { firewall-active: { severity: severe } }\n`,
      'Expected critical, high, medium, low or info.',
    ],
    ['prototype key', `${NEW}    checks: { __proto__: { x: 1 } }\n`, 'There is no check "__proto__".'],
    [
      'prototype parameter',
      `${NEW}    checks: { updates-reboot: { __proto__: { x: 1 } } }\n`,
      '"__proto__" is not a key of',
    ],
    [
      'prototype control',
      `${OWN}controls: { __proto__: {} }\n`,
      'own.yaml:4:13: "__proto__" cannot be a key of controls.',
    ],
    [
      'half a control',
      `${OWN}extends: [base]\ncontrols:\n  base-11:\n    title: T\n`,
      'own.yaml:6:3: The control "base-11" is not an inherited one, and has no requirement or checks. Did you mean "base-1"',
    ],
    [
      'duplicate control',
      `${NEW}    checks: {}\n  own-1: {}\n`,
      'own.yaml:9:3: The key "own-1" stands twice in one mapping.',
    ],
    [
      'unknown drop',
      `${OWN}extends: [base]\ndrop: [base-2, base-9]\n`,
      'own.yaml:5:16: There is no control "base-9" to drop',
      'Did you mean "base-1", "base-2" or "base-3"?',
    ],
    [
      'dropped and declared',
      `${OWN}extends: [base]\ndrop: [base-2]\ncontrols:\n  base-2: { title: T }\n`,
      'own.yaml:5:8: The control "base-2" is both dropped and declared.',
    ],
    [
      'unknown parent',
      `${OWN}extends: [bose]\n`,
      'own.yaml:4:11: There is no built-in baseline "bose". Expected base or a file such as ./base.yaml. Did you mean "base"?',
    ],
    ['missing parent', `${OWN}extends: [./nope.yaml]\n`, '66 own.yaml:4:11: "nope.yaml": The file does not exist.'],
    [
      'nothing left',
      `${OWN}extends: [base]\ndrop: [base-1, base-2]\n`,
      'own.yaml:1:5: The baseline "own" selects no check.',
    ],
    ['no controls', OWN, 'The baseline "own" selects no check.'],
    [
      'one check twice',
      `${NEW}    checks:\n      updates-reboot: { maxAge: 3d }\n  own-2:\n    title: T\n    requirement: R\n    checks:\n      updates-reboot:\n`,
      'own.yaml:14:7: own-2 selects updates-reboot otherwise than own-1 does (own.yaml:9:7). Expected the same parameters',
    ],
    [
      'one check twice through a parent',
      `${OWN}extends: [base]\ncontrols:\n  own-1:\n    title: T\n    requirement: R\n    checks: { updates-reboot: { maxAge: 3d } }\n`,
      'own.yaml:9:15: own-1 selects updates-reboot otherwise than base-2 does (built-in base.yaml:16:15).',
    ],
  ])('%s', (_, text, ...messages) => {
    const said = messageOf(() => resolve(text));
    for (const message of messages) expect(said).toContain(message);
  });

  it('reports all problems at once, in the order of the lines', () => {
    const said = messageOf(() => resolve(`${NEW}    checks: { nope: , updates-reboot: { maxAge: 1 } }\ndrop: [x]\n`));
    expect(said.split('\n').map((line) => /own\.yaml:\d+/.exec(line)?.[0])).toEqual([
      'own.yaml:8',
      'own.yaml:8',
      'own.yaml:9',
    ]);
  });
});

describe('parameters whose schema has no words of its own', () => {
  it.each([
    ['flag: 1', 'flag is 1. Expected true or false.'],
    ['flag: ', 'flag is empty. Expected true or false.'],
    ['count: [1]', 'count is a list. Expected a whole number.'],
    ['count: 0', 'count is 0. It must be >= 1.'],
    ['names: {}', 'names is a mapping. Expected a list.'],
    ['names: []', 'names is an empty list. It must not have fewer than 1 items.'],
    ['names: [a, 1]', 'names[1] is 1. Expected text.'],
    ['either: 1', 'either is 1. Expected text or nothing.'],
  ])('%s', (param, message) => {
    const own = decodeInput('own.yaml', Buffer.from(`${NEW}    checks: { untitled: { ${param} } }\n`));
    const untitled = { ...context, catalogue: catalogueOf(UNTITLED) };
    expect(messageOf(() => resolveBaseline(own, untitled))).toContain(`controls.own-1.checks.untitled.${message}`);
  });
});
