import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { resolveIdentities } from './identity.ts';

interface Identified {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly related: readonly string[];
}

function record(id: string, aliases: readonly string[] = [], related: readonly string[] = []): Identified {
  return { id, aliases, related };
}

/** Reported ids of every record, in order. */
function reported(records: readonly Identified[]): readonly (readonly string[])[] {
  const identities = resolveIdentities(records.map(asAdvisory));
  return records.map((entry) => identities.reportedIds(asAdvisory(entry)));
}

function asAdvisory(entry: Identified) {
  return {
    ...entry,
    feed: 'osv',
    namespace: 'npm',
    package: 'p',
    status: 'affected',
    ranges: [],
    fixState: 'unknown',
    severities: [],
  } as const;
}

const GHSA = 'GHSA-aaaa-bbbb-cccc';
const OTHER_GHSA = 'GHSA-dddd-eeee-ffff';

describe('the reported id', () => {
  const rows: readonly [string, readonly Identified[], readonly (readonly string[])[]][] = [
    ['is the CVE', [record('CVE-2022-23648')], [['CVE-2022-23648']]],
    ['is the CVE among the aliases', [record('GO-2022-0344', ['CVE-2022-23648', GHSA])], [['CVE-2022-23648']]],
    ['is the GHSA where no CVE is known', [record('GO-2022-1', [GHSA])], [[GHSA]]],
    ['is the own id where neither is known', [record('XSA-403')], [['XSA-403']]],
    [
      'ignores what only looks like a CVE',
      [record('CVE-2021-27219 GHSL-2021-045')],
      [['CVE-2021-27219 GHSL-2021-045']],
    ],
    [
      'comes from another record with an alias in common',
      [record(GHSA, ['GO-2022-1']), record('GO-2022-1', ['CVE-2022-1111'])],
      [['CVE-2022-1111'], ['CVE-2022-1111']],
    ],
    [
      'comes over several aliases',
      [record('A-1', ['B-1']), record('B-1', ['C-1']), record('C-1', ['CVE-2022-1111'])],
      [['CVE-2022-1111'], ['CVE-2022-1111'], ['CVE-2022-1111']],
    ],
    [
      'is one for each CVE that an advisory names',
      [record('GO-2022-2', ['CVE-2022-2222', 'CVE-2022-1111'])],
      [['CVE-2022-1111', 'CVE-2022-2222']],
    ],
    [
      'is one for each related CVE of a notice (DSA, USN)',
      [record('DSA-5111-1', [], ['CVE-2022-2222', 'CVE-2022-1111'])],
      [['CVE-2022-1111', 'CVE-2022-2222']],
    ],
    ['is the upstream CVE at Ubuntu', [record('UBUNTU-CVE-2018-25032', [], ['CVE-2018-25032'])], [['CVE-2018-25032']]],
    [
      'prefers an explicit CVE to a related one',
      [record(GHSA, ['CVE-2022-1111'], ['CVE-2022-9999'])],
      [['CVE-2022-1111']],
    ],
    [
      'never merges two CVEs over a common alias',
      [record('CVE-2022-1111', [GHSA]), record('CVE-2022-2222', [GHSA])],
      [['CVE-2022-1111'], ['CVE-2022-2222']],
    ],
    [
      'expands a record that two CVEs both call an alias',
      [record('CVE-2022-1111', [GHSA]), record('CVE-2022-2222', [GHSA]), record(GHSA)],
      [['CVE-2022-1111'], ['CVE-2022-2222'], ['CVE-2022-1111', 'CVE-2022-2222']],
    ],
    [
      'does not join over related ids',
      [record('USN-1', [], [GHSA]), record(GHSA), record('USN-2', [], ['USN-1'])],
      [['USN-1'], [GHSA], ['USN-2']],
    ],
    [
      'is the same for all of a group without CVE and GHSA',
      [record('PYSEC-2', ['PYSEC-1']), record('PYSEC-1')],
      [['PYSEC-1'], ['PYSEC-1']],
    ],
  ];
  for (const [name, records, expected] of rows) it(name, () => assert.deepEqual(reported(records), expected));
});

describe('aliases of a reported id', () => {
  function aliases(records: readonly Identified[], vulnerability: string): readonly string[] {
    return resolveIdentities(records.map(asAdvisory)).aliasesOf(vulnerability);
  }

  it('are all other ids of its records, sorted', () => {
    const records = [record('GO-2022-0344', ['CVE-2022-23648']), record(OTHER_GHSA, ['CVE-2022-23648', GHSA])];
    assert.deepEqual(aliases(records, 'CVE-2022-23648'), [GHSA, OTHER_GHSA, 'GO-2022-0344']);
  });

  it('of several CVEs hold the common record but not the ids nobody assigned', () => {
    const records = [
      record('GO-1', ['CVE-2022-1111', 'CVE-2022-2222', GHSA, OTHER_GHSA]),
      record(GHSA, ['CVE-2022-1111']),
    ];
    assert.deepEqual(aliases(records, 'CVE-2022-1111'), [GHSA, 'GO-1']);
    assert.deepEqual(aliases(records, 'CVE-2022-2222'), ['GO-1']);
  });

  it('never hold a notice that is only related', () => {
    assert.deepEqual(aliases([record('DSA-5111-1', [], ['CVE-2018-25032'])], 'CVE-2018-25032'), []);
  });
});

describe('laws of identity', () => {
  const plainId = fc.constantFrom('A-1', 'A-2', 'B-1', 'B-2', GHSA, OTHER_GHSA);
  const cve = fc.constantFrom('CVE-2022-1111', 'CVE-2022-2222', 'CVE-2022-3333');
  const anyId = fc.oneof(plainId, cve);
  const records = fc.array(
    fc.record({ id: anyId, aliases: fc.array(anyId, { maxLength: 3 }), related: fc.array(cve, { maxLength: 2 }) }),
    { minLength: 1, maxLength: 8 },
  );

  it('the order of records does not matter', () => {
    fc.assert(
      fc.property(records, (given) => {
        assert.deepEqual(reported(given.toReversed()), reported(given).toReversed());
      }),
    );
  });

  it('no CVE that is named is lost, and none is merged into another', () => {
    fc.assert(
      fc.property(records, (given) => {
        for (const [index, ids] of reported(given).entries()) {
          const named = [given[index]?.id ?? '', ...(given[index]?.aliases ?? [])].filter((id) =>
            id.startsWith('CVE-'),
          );
          if (named.length > 0) assert.deepEqual([...ids], [...new Set(named)].sort());
        }
      }),
    );
  });

  it('an alias that is no CVE never splits: what was reported together stays together, and the number of ids does not grow', () => {
    const withoutRelated = records.map((given) => given.map((entry) => ({ ...entry, related: [] })));
    fc.assert(
      fc.property(withoutRelated, fc.nat(), plainId, (given, position, alias) => {
        const index = position % given.length;
        const changed = given.map((entry, at) =>
          at === index ? { ...entry, aliases: [...entry.aliases, alias] } : entry,
        );
        const before = reported(given);
        const after = reported(changed);
        for (const [i, first] of before.entries()) {
          for (const [j, second] of before.entries()) {
            if (!first.some((id) => second.includes(id))) continue;
            assert.ok(
              after[i]?.some((id) => after[j]?.includes(id)),
              `records ${i} and ${j} were split`,
            );
          }
        }
        assert.ok(new Set(after.flat()).size <= new Set(before.flat()).size);
      }),
    );
  });

  it('a vulnerability is no alias of itself, and no CVE is an alias', () => {
    fc.assert(
      fc.property(records, (given) => {
        const identities = resolveIdentities(given.map(asAdvisory));
        for (const id of reported(given).flat()) {
          for (const alias of identities.aliasesOf(id)) {
            assert.notEqual(alias, id);
            assert.doesNotMatch(alias, /^CVE-/);
          }
        }
      }),
    );
  });
});
