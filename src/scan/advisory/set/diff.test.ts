import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsUnpacked, temporaryFolder, unpacked } from '../../../../test/support/unpacked.ts';
import type { Advisory } from '../advisory.ts';
import { alpineSecdb } from '../alpine-secdb/index.ts';
import { buildAdvisorySet } from './build.ts';
import { diffAdvisorySets, diffEntries, diffFeeds } from './diff.ts';
import { advisorySetFromRecords } from './memory.ts';
import { openAdvisorySet, type StoredAdvisorySet } from './open.ts';

const BUILT = { builtAt: '2026-01-01T00:00:00Z' };
const BASE: Advisory = {
  feed: 'osv',
  id: 'GHSA-1',
  aliases: ['CVE-2020-0001'],
  related: [],
  namespace: 'npm',
  package: 'x',
  status: 'affected',
  ranges: [{}],
  fixState: 'not-fixed',
  severities: [],
};

function setOf(...advisories: readonly Advisory[]): StoredAdvisorySet {
  return advisorySetFromRecords({ advisories }, BUILT);
}

function changes(a: StoredAdvisorySet, b: StoredAdvisorySet): readonly string[] {
  return [...diffAdvisorySets(a, b)].map(({ kind, id, package: name, parts }) => [kind, name, id, ...parts].join(' '));
}

test('what changed in a record has a name', () => {
  const cases: readonly (readonly [Partial<Advisory>, Partial<Advisory>, string])[] = [
    [{}, { withdrawn: '2024-01-01' }, 'withdrawn'],
    [{ withdrawn: '2024-01-01' }, {}, 'reinstated'],
    [{}, { status: 'not-affected' }, 'status'],
    [{}, { severities: [{ kind: 'vendor', source: 'ghsa', raw: 'HIGH', level: 'high' }] }, 'rescored'],
    [{}, { ranges: [{ fixed: '1.2' }], fixState: 'fixed' }, 'range-changed fix-released'],
    [{ ranges: [{ fixed: '1.2' }], fixState: 'fixed' }, {}, 'range-changed fix-retracted'],
    [{ ranges: [{ fixed: '1.2' }] }, { ranges: [{ fixed: '1.3' }] }, 'range-changed'],
    [{}, { versions: ['1.0'] }, 'range-changed'],
    [{}, { fixState: 'will-not-fix' }, 'range-changed'],
    [{}, { aliases: [] }, 'aliases'],
    [{}, { modified: '2024-01-01' }, 'details'],
    [{}, { withdrawn: '2024-01-01', modified: '2024-01-01', aliases: [] }, 'withdrawn aliases'],
  ];
  for (const [before, after, parts] of cases) {
    assert.deepEqual(
      changes(setOf({ ...BASE, ...before }), setOf({ ...BASE, ...after })),
      [`changed x GHSA-1 ${parts}`],
      parts,
    );
  }
});

test('records come and go, among others that stay', () => {
  const stays = { ...BASE, id: 'GHSA-0' };
  const other = { ...BASE, package: 'y' };
  const a = setOf(stays, BASE);
  const b = setOf(stays, other);
  assert.deepEqual(changes(a, b), ['removed x GHSA-1', 'added y GHSA-1']);
  assert.deepEqual(changes(b, a), ['added x GHSA-1', 'removed y GHSA-1']);
  assert.deepEqual(changes(a, a), []);
});

test('enrichments, ends of life and whole feeds are compared, too', () => {
  const a = advisorySetFromRecords(
    { advisories: [BASE], kev: { 'CVE-1': '2022-01-01' }, epss: { 'CVE-1': 0.1, 'CVE-2': 0.2 } },
    BUILT,
  );
  const b = advisorySetFromRecords(
    { advisories: [], epss: { 'CVE-1': 0.5 }, endOfLife: { 'alpine:3.15': { date: '2023-11-01', source: 's' } } },
    BUILT,
  );
  assert.deepEqual(
    [...diffEntries(a, b)],
    [
      { table: 'kev', key: 'CVE-1', before: '2022-01-01' },
      { table: 'epss', key: 'CVE-1', before: 0.1, after: 0.5 },
      { table: 'epss', key: 'CVE-2', before: 0.2 },
      { table: 'end-of-life', key: 'alpine:3.15', after: '2023-11-01' },
    ],
  );
  assert.deepEqual(diffFeeds(a, b), { added: ['eol'], removed: ['kev', 'osv'] });
});

test('law: applying the difference to the first set gives the second', () => {
  const record = fc.record({
    id: fc.constantFrom('A', 'B', 'C'),
    package: fc.constantFrom('x', 'y', '\u{1f600}', '\uff5e'),
    feed: fc.constantFrom('f', 'g'),
    fixed: fc.constantFrom('1', '2', '3'),
  });
  const list = fc
    .array(record, { maxLength: 12 })
    .map((records) => records.map(({ fixed, ...rest }): Advisory => ({ ...BASE, ...rest, ranges: [{ fixed }] })));
  fc.assert(
    fc.property(list, list, (first, second) => {
      const [a, b] = [setOf(...first), setOf(...second)];
      let records = [...a.packages()].flatMap((row) => a.advisoriesOf(row));
      for (const { before, after } of diffAdvisorySets(a, b)) {
        if (before !== undefined)
          records = records.filter((advisory) => JSON.stringify(advisory) !== JSON.stringify(before));
        if (after !== undefined) records.push(after);
      }
      const result = setOf(...records);
      assert.deepEqual([...result.packages()], [...b.packages()]);
    }),
    { numRuns: 100 },
  );
});

test(
  'a year of Alpine 3.11: the database of July 2021 against the official one of June 2020',
  needsUnpacked(
    'data/vuln/alpine/derived-from-aports-secfixes.json.tar.xz',
    'data/vuln/alpine/official-alpine-secdb-2020-06-08-v3.3-v3.11.yaml.tar.xz',
  ),
  async () => {
    const older = join(unpacked('data/vuln/alpine/official-alpine-secdb-2020-06-08-v3.3-v3.11.yaml.tar.xz'), 'v3.11');
    const newer = join(unpacked('data/vuln/alpine/derived-from-aports-secfixes.json.tar.xz'), '2021-07/v3.11');
    const [a, b] = await Promise.all(
      [older, newer].map(async (path, index) => {
        const file = join(temporaryFolder(), `alpine-${index}.db`);
        await buildAdvisorySet([{ feed: alpineSecdb, path }], file, BUILT);
        return openAdvisorySet(file);
      }),
    );
    const found = changes(a ?? assert.fail(), b ?? assert.fail());
    assert.ok(found.includes('added apk-tools CVE-2021-30139'));
    assert.ok(found.includes('added openssl CVE-2020-1971'));
    assert.deepEqual(found.filter((line) => line.startsWith('removed')).length, 2);
  },
);
