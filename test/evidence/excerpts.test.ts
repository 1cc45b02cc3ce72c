import { describe, expect, test } from 'vitest';
import { checks } from '../../checks/index.ts';
import { builtinBaselines } from '../../src/cli/builtin.ts';
import { evaluateHost } from '../../src/evaluate/engine.ts';
import { excerptAround, needlesOf } from '../../src/evidence/excerpts.ts';
import { evidenceText } from '../../src/evidence/records.ts';
import { factsOf } from '../../src/facts/derive.ts';
import { recordNames } from '../../src/facts/evidence.ts';
import type { Evidence } from '../../src/model/finding.ts';
import { joined } from '../../src/model/utf8.ts';
import { recording } from '../cli/support.ts';

const lines = Array.from({ length: 400 }, (_, at) => `line ${at} of a long output`);

describe('excerptAround', () => {
  test.each([
    ['a short text is whole', 'short', ['ort'], 'short'],
    ['a text without a match is cut', 'x'.repeat(50), ['y'], 'x'.repeat(20)],
    ['a match in the start changes nothing', `needle${'x'.repeat(50)}`, ['needle'], `needle${'x'.repeat(14)}`],
  ])('%s', (_, text, needles, expected) => expect(excerptAround(text, 20, needles)).toBe(expected));

  test('quotes the lines that match, in their order, and counts what is left out', () => {
    const excerpt = excerptAround(lines.join('\n'), 500, ['line 300 ', 'line 200 ']);
    expect(excerpt.startsWith(lines.slice(0, 5).join('\n'))).toBe(true);
    expect(excerpt).toMatch(
      /characters left out\]\nline 200 of a long output\n\[\d+ characters left out\]\nline 300 of/,
    );
    const left = [...excerpt.matchAll(/\n?\[(\d+) characters left out\]\n?/g)];
    const kept = excerpt.length - left.reduce((sum, [mark]) => sum + mark.length, 0);
    expect(kept + left.reduce((sum, [, amount]) => sum + Number(amount), 0)).toBe(lines.join('\n').length);
    expect(excerpt.length).toBeLessThan(700);
  });

  test('quotes a part of a line that is long', () => {
    const excerpt = excerptAround(`${'a'.repeat(5000)} the rule ${'b'.repeat(5000)}`, 1000, ['the rule']);
    expect(excerpt).toContain('a the rule b');
    expect(excerpt.length).toBeLessThan(1100);
  });

  test('never takes more room than there is, however many match', () => {
    const needles = Array.from({ length: 300 }, (_, at) => `line ${at} `);
    expect(excerptAround(lines.join('\n'), 500, needles).length).toBeLessThan(1000);
  });
});

test('what a finding speaks of is found by place, by what it quotes, and by what was measured', () => {
  expect(
    needlesOf({
      because: 'Passwords are accepted: /etc/ssh/x.conf line 4 sets it, after "-A INPUT -j ACCEPT".',
      actual: 'PasswordAuthentication yes',
    }),
  ).toEqual(['/etc/ssh/x.conf:4:', '-A INPUT -j ACCEPT', 'PasswordAuthentication yes', 'passwordauthentication yes']);
});

describe('the evidence of a recorded host', () => {
  const capture = recording('web-2');
  const selected = builtinBaselines().flatMap(({ controls }) => controls.flatMap((control) => control.checks));
  const assignments = selected.flatMap(({ check: id, params }) => {
    const check = checks.find((candidate) => candidate.id === id && candidate.view !== 'network');
    return check === undefined ? [] : [{ check, params, severity: check.severity }];
  });
  const findings = evaluateHost(capture, assignments, factsOf(capture));
  const records: Evidence[] = JSON.parse(
    joined(evidenceText(capture, recordNames(capture), findings)).toString('utf8'),
  );
  const quotedBy = (check: string): string => {
    const ids = findings.filter((finding) => finding.check === check).flatMap(({ evidence }) => evidence);
    return records
      .filter(({ id }) => ids.includes(id))
      .map(({ stdout }) => stdout.excerpt)
      .join('\n');
  };

  test('quotes the line that lets passwords in', () => {
    expect(quotedBy('ssh-key-only')).toContain('60-exceptions.conf:4:    PasswordAuthentication yes');
  });

  test('quotes the rule that publishes a port', () => {
    expect(quotedBy('firewall-effective')).toContain('--dport 5432 -j DNAT --to-destination 172.17.0.2:5432');
  });
});
