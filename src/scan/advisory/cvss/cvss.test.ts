import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsUnpacked, unpacked } from '../../../../test/support/unpacked.ts';
import { scoreCvss } from './index.ts';

const VULNRICHMENT = 'data/vuln/vulnrichment/cisa-vulnrichment-2021-2022-20241024.tar.xz';

test('real vectors have the scores that NVD and their publishers state', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 'critical'], // CVE-2021-44228
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 7.5, 'high'], // CVE-2018-25032
    ['CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:U/C:H/I:H/A:H', 8, 'high'], // CVE-2022-0155
    ['CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1, 'low'], // POODLE in FIRST's CVSS v3.1 examples
    ['CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N', 0, 'negligible'],
    ['AV:N/AC:L/Au:N/C:P/I:P/A:P', 7.5, 'high'], // NVD's version 2 scale has no critical
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10, 'high'],
    ['AV:N/AC:L/Au:N/C:N/I:N/A:P', 5, 'medium'], // CVE-2022-23990
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10, 'critical'], // highest of the scale
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3, 'critical'],
  ];
  for (const [vector, score, level] of cases) {
    const found = scoreCvss(vector);
    assert.deepEqual([found?.score, found?.level], [score, level], vector);
  }
});

test('threat, temporal and environmental metrics do not change a base score', () => {
  assert.equal(scoreCvss('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H/E:U/RL:O/RC:C/MAV:P')?.score, 7.5);
  const four = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
  assert.equal(scoreCvss(`${four}/E:U`)?.score, 9.3);
});

test('text that is no vector has no score', () => {
  for (const text of [
    '',
    'HIGH',
    '7.5',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N',
    'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    'CVSS:3.1/AV:constructor/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    'CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    'CVSS:4.0/AV:N/AC:L/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
  ]) {
    assert.equal(scoreCvss(text), undefined, text);
  }
});

test("every base vector of versions 2, 3.0, 3.1 and 4.0 scores as in Red Hat's calculator", () => {
  // Digest of "vector<TAB>score" over all 110,889 base vectors, made with the Python package cvss 3.6.
  const hash = createHash('sha256');
  let count = 0;
  for (const vector of allBaseVectors()) {
    hash.update(`${vector}\t${scoreCvss(vector)?.score.toFixed(1)}\n`);
    count += 1;
  }
  assert.equal(count, 110_889);
  assert.equal(hash.digest('hex'), 'debd1003639a4de7dc670923a015d8f78e15a397ef374d44b6e053d1e34ba60f');
});

test('a score is never higher for a vector that is less severe in one metric', () => {
  const order = { AV: 'NALP', AC: 'LH', PR: 'NLH', UI: 'NR', S: 'CU', C: 'HLN', I: 'HLN', A: 'HLN' };
  const vector = fc.record(
    Object.fromEntries(Object.entries(order).map(([name, values]) => [name, fc.nat(values.length - 1)])),
  );
  const scoreOf = (steps: Record<string, number>): number =>
    scoreCvss(
      `CVSS:3.1/${Object.entries(order)
        .map(([name, values]) => `${name}:${values[steps[name] ?? 0]}`)
        .join('/')}`,
    )?.score ?? Number.NaN;
  fc.assert(
    fc.property(vector, fc.constantFrom('AV', 'AC', 'UI', 'C', 'I', 'A'), (steps, metric) => {
      const worse = { ...steps, [metric]: Math.max(0, (steps[metric] ?? 0) - 1) };
      return scoreOf(worse) >= scoreOf(steps);
    }),
  );
});

test("the vectors of CISA's vulnrichment have the base scores stated beside them", needsUnpacked(VULNRICHMENT), () => {
  // One publisher states temporal scores as base scores: vectors with more than base metrics are left out. One made a mistake.
  const wrong = new Set(['CVE-2022-46647']);
  let compared = 0;
  for (const file of globSync(join(unpacked(VULNRICHMENT), '**/*.json'))) {
    const text = readFileSync(file, 'utf8');
    for (const [, metrics = ''] of text.matchAll(/"cvssV3_1":\s*(\{[^}]*\})/g)) {
      const { vectorString, baseScore } = JSON.parse(metrics);
      if (vectorString?.split('/').length !== 9 || wrong.has(basename(file, '.json'))) continue;
      assert.equal(scoreCvss(vectorString)?.score, baseScore, `${file} ${vectorString}`);
      compared += 1;
    }
  }
  assert.ok(compared >= 200, `only ${compared} vectors`);
});

function* allBaseVectors(): Generator<string> {
  const two = ['AV:LAN', 'AC:HML', 'Au:MSN', 'C:NPC', 'I:NPC', 'A:NPC'];
  const three = ['AV:NALP', 'AC:LH', 'PR:NLH', 'UI:NR', 'S:UC', 'C:NLH', 'I:NLH', 'A:NLH'];
  const four = [
    'AV:NALP',
    'AC:LH',
    'AT:NP',
    'PR:NLH',
    'UI:NPA',
    'VC:HLN',
    'VI:HLN',
    'VA:HLN',
    'SC:HLN',
    'SI:HLN',
    'SA:HLN',
  ];
  yield* combinations('', two);
  yield* combinations('CVSS:3.0/', three);
  yield* combinations('CVSS:3.1/', three);
  yield* combinations('CVSS:4.0/', four);
}

function* combinations(prefix: string, metrics: readonly string[]): Generator<string> {
  const [first, ...rest] = metrics;
  if (first === undefined) {
    yield prefix.replace(/\/$/, '');
    return;
  }
  const [name, values = ''] = first.split(':');
  for (const value of values) yield* combinations(`${prefix}${name}:${value}/`, rest);
}
