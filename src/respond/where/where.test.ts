import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { listedFigures } from '../../explain/history.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { digestOf } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { openStore, type Store } from '../../platform/store.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS, saveAssessment } from '../../scan/assess/assessment-store.ts';
import { entriesOf, termsOf } from './entry.ts';
import { WHERE_MIGRATIONS } from './index-store.ts';
import { parseQuery } from './query.ts';
import { isInRange, parseRange } from './range.ts';
import { findWhere, type WhereResult } from './where.ts';

const sample = sampleAssessment();

/** The sample as another release: `before` knows nothing yet, `after` has no zlib in the image of the API. */
function releaseOf(version: string, asOf: string, change: Partial<Assessment> = {}): Assessment {
  return { ...sample, id: digestOf(`${version} ${asOf}`), asOf, release: { ...sample.release, version }, ...change };
}

const API = sample.images.find(({ slot }) => slot.includes('harbour/api'))?.digest;
const EARLIER = releaseOf('1.1.0', '2022-03-01', { findings: [] });
const OLD_LOOK = releaseOf('1.2.0', '2022-04-06', { findings: [] });
const LATEST = releaseOf('1.2.0', '2022-04-20', {
  packages: sample.packages.filter(({ name, image }) => name !== 'zlib' || image !== API),
  findings: sample.findings.filter((one) => one.package !== 'zlib' || one.image !== API),
});
const KEPT = [EARLIER, OLD_LOOK, LATEST];

describe('where', () => {
  let store: Store;
  before(async () => {
    store = await openStore(':memory:', [...ASSESSMENT_MIGRATIONS, ...WHERE_MIGRATIONS]);
    for (const assessment of KEPT) {
      await saveAssessment(store, assessment, listedFigures(assessment, statisticsOf(assessment)), new Date(0));
    }
  });
  after(() => store.close());

  const ask = (text: string, all = false): Promise<WhereResult> => findWhere(store, parseQuery(text), { all });
  const rows = ({ matches }: Pick<WhereResult, 'matches'>): readonly string[] =>
    matches.map(
      (match) =>
        `${match.release.version} ${match.slot} ${match.purl} ${match.vulnerabilities.map((one) => one.vulnerability)}`,
    );

  test('a vulnerability: every slot and package that the findings name, and nothing else', async () => {
    const ids = new Set(sample.findings.flatMap(({ vulnerability, aliases }) => [vulnerability, ...aliases]));
    for (const id of ids) {
      const expected = LATEST.findings
        .filter((one) => one.vulnerability === id || one.aliases.includes(id))
        .map((one) => `1.2.0 ${one.slot} ${one.purl} ${one.vulnerability}`);
      assert.deepEqual([...rows(await ask(id.toLowerCase()))].sort(), expected.sort(), id);
    }
  });

  test('a package: every slot that has it installed, with a CVE or without, by its own name and its source', async () => {
    for (const name of new Set(sample.packages.flatMap((one) => [one.name, one.source?.name ?? one.name]))) {
      const expected = [EARLIER, LATEST].flatMap(({ packages, images, release }) =>
        packages
          .filter((one) => one.name === name || one.source?.name === name)
          .flatMap((one) =>
            images
              .filter(({ digest }) => digest === one.image)
              .map(({ slot }) => `${release.version} ${slot} ${one.purl}`),
          ),
      );
      const found = (await ask(name)).matches.map((match) => `${match.release.version} ${match.slot} ${match.purl}`);
      assert.deepEqual(found.sort(), expected.sort(), name);
    }
  });

  test('of each version the latest assessment is asked, with --all every one', async () => {
    const latest = await ask('CVE-2022-90001');
    assert.deepEqual(
      latest.searched.map(({ release, asOf, matchingImages }) => [release.version, asOf, matchingImages]),
      [
        ['1.1.0', '2022-03-01', 0],
        ['1.2.0', '2022-04-20', 8],
      ],
    );
    const all = await ask('CVE-2022-90001', true);
    assert.deepEqual(
      all.searched.map(({ asOf }) => asOf),
      ['2022-03-01', '2022-04-06', '2022-04-20'],
    );
    assert.ok(all.searched.every(({ unreadImages, images }) => unreadImages === 1 && images === 11));
  });

  test('a range is judged by the scheme of each package, and by the version of the source that was named', async () => {
    const zlib = rows(await ask('zlib@<1.2.12')).filter((row) => row.startsWith('1.2.0'));
    assert.equal(zlib.filter((row) => row.includes('pkg:deb/debian/zlib1g@')).length, 4, 'the epoch is left aside');
    assert.equal(zlib.filter((row) => row.includes('pkg:apk/alpine/zlib@')).length, 4);
    assert.deepEqual(rows(await ask('zlib@>=1.2.12')), []);
    assert.deepEqual(rows(await ask('openssl@<1.1.1k')), []);
    const between = rows(await ask('openssl@>=1.1.1k,<1.1.1l'));
    assert.ok(between.length > 0 && between.every((row) => row.includes('pkg:deb/')));
  });

  test('a package URL: version, range, qualifiers, case and distribution', async () => {
    const amount = async (text: string): Promise<number> => (await ask(text)).matches.length;
    assert.equal(await amount('pkg:npm/minimist'), 4);
    assert.equal(await amount('pkg:npm/minimist@1.2.5'), 4);
    assert.equal(await amount('PKG:npm/Minimist@<1.2.6'), 4);
    assert.equal(await amount('pkg:npm/minimist@1.2.6'), 0);
    assert.equal(await amount('pkg:npm/elsewhere/minimist'), 0);
    assert.equal(await amount('pkg:pypi/minimist'), 0);
    assert.equal(await amount('pkg:apk/zlib'), 9);
    assert.equal(await amount('pkg:apk/alpine/zlib?distro=alpine-3.15'), 9);
    assert.equal(await amount('pkg:apk/alpine/zlib?distro=alpine-3.16'), 0);
  });

  test('a version that is none of its scheme is not passed over', async () => {
    const { matches, undecided } = await ask('minimist@<not-a-version');
    assert.equal(matches.length, 0);
    assert.deepEqual([...new Set(undecided.map(({ scheme, version }) => `${scheme} ${version}`))], ['npm 1.2.5']);
  });

  test('a name that nothing has brings up those that hold it', async () => {
    assert.deepEqual((await ask('ssl')).similar, ['openssl', 'libssl1.1']);
    assert.deepEqual((await ask('no-such-thing')).similar, []);
    assert.deepEqual((await ask('zlib')).similar, []);
  });

  test('a statement stands with the finding that it concerns', async () => {
    const { matches } = await ask('CVE-2021-90030');
    assert.ok(matches.length > 0);
    for (const { vulnerabilities } of matches) {
      assert.match(vulnerabilities[0]?.statement ?? '', /^not_affected:/);
    }
  });

  test('an assessment whose copy is damaged is named, the others are searched', async () => {
    const own = await openStore(':memory:', [...ASSESSMENT_MIGRATIONS, ...WHERE_MIGRATIONS]);
    for (const assessment of KEPT) {
      await saveAssessment(own, assessment, listedFigures(assessment, statisticsOf(assessment)), new Date(0));
    }
    await own.run('UPDATE assessment SET document = ? WHERE id = ?', new Uint8Array([1, 2, 3]), EARLIER.id);
    const told: number[] = [];
    const options = { all: false, onIndexing: (assessments: number) => told.push(assessments) };
    const first = await findWhere(own, parseQuery('zlib'), options);
    assert.deepEqual(
      first.unsearched.map(({ release }) => release.version),
      ['1.1.0'],
    );
    assert.equal(first.searched.length, 1);
    await findWhere(own, parseQuery('zlib'), options);
    assert.deepEqual(told, [2, 1], 'what is indexed stays so');
    await own.close();
  });

  test('a release that is judged again and again is in the index once', async () => {
    const own = await openStore(':memory:', [...ASSESSMENT_MIGRATIONS, ...WHERE_MIGRATIONS]);
    const [first] = KEPT;
    assert.ok(first !== undefined);
    const sizes: unknown[] = [];
    const answers: unknown[] = [];
    for (const day of [1, 2, 3]) {
      const assessment: Assessment = { ...first, id: digestOf(`day ${day}`), asOf: `2030-01-0${day}` };
      await saveAssessment(own, assessment, listedFigures(assessment, statisticsOf(assessment)), new Date(0));
      const { searched, matches } = await findWhere(own, parseQuery('zlib'), { all: false });
      assert.deepEqual(
        searched.map(({ asOf }) => asOf),
        [assessment.asOf],
      );
      answers.push(matches.map(({ assessment: _, ...match }) => match));
      sizes.push(
        await own.get(
          `SELECT (SELECT count(*) FROM where_assessment) AS assessments, (SELECT count(*) FROM where_block) AS blocks,
             (SELECT count(*) FROM where_term) AS terms`,
        ),
      );
    }
    assert.deepEqual(sizes, [sizes[0], sizes[0], sizes[0]]);
    assert.deepEqual(answers, [answers[0], answers[0], answers[0]]);
    assert.equal((await findWhere(own, parseQuery('zlib'), { all: true })).searched.length, 3);
    await own.close();
  });
});

test('law: entries lose no package, no finding and no image, and their words find them', () => {
  const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values]);
  fc.assert(
    fc.property(some(sample.packages), some(sample.findings), (packages, findings) => {
      const entries = entriesOf({ ...sample, packages, findings });
      const slots = (image: string): readonly number[] =>
        sample.images.flatMap(({ digest }, number) => (digest === image ? [number] : []));
      const installed = packages.flatMap(({ image, purl }) => slots(image).map((number) => `${number} ${purl}`));
      const found = findings.map(({ slot, purl, vulnerability }) => {
        return `${sample.images.findIndex((image) => image.slot === slot)} ${purl} ${vulnerability}`;
      });
      const inEntries = entries.flatMap(({ images, purl }) => images.map((number) => `${number} ${purl}`));
      const foundInEntries = entries.flatMap(({ images, purl, vulnerabilities }) =>
        vulnerabilities.flatMap((known) =>
          (known.images ?? images).map((number) => `${number} ${purl} ${known.vulnerability}`),
        ),
      );
      assert.deepEqual(new Set(foundInEntries), new Set(found));
      for (const row of installed) assert.ok(inEntries.includes(row), row);
      for (const entry of entries) {
        const terms = termsOf(entry);
        assert.ok(terms.includes(entry.name.toLowerCase()));
        for (const { vulnerability } of entry.vulnerabilities) assert.ok(terms.includes(vulnerability.toLowerCase()));
      }
    }),
    { numRuns: 60 },
  );
});

test('questions: what is a vulnerability, a package URL, a name, a range', () => {
  assert.deepEqual(parseQuery(' cve-2022-0778 '), { kind: 'vulnerability', id: 'cve-2022-0778' });
  assert.deepEqual(parseQuery('@babel/core'), { kind: 'name', name: '@babel/core', range: [] });
  assert.deepEqual(parseQuery('@babel/core@<7.1, >= 7'), {
    kind: 'name',
    name: '@babel/core',
    range: [
      { operator: '<', version: '7.1' },
      { operator: '>=', version: '7' },
    ],
  });
  assert.deepEqual(parseQuery('zlib@1.2.11'), {
    kind: 'name',
    name: 'zlib',
    range: [{ operator: '=', version: '1.2.11' }],
  });
  for (const wrong of [
    '',
    'zlib@',
    'zlib@<',
    'zlib@^1',
    'zlib@~1',
    'zlib@!=1',
    'zlib@<1,',
    'zlib@1 2',
    'pkg:',
    'pkg:npm',
  ]) {
    assert.throws(
      () => parseQuery(wrong),
      (error) => error instanceof PlimsollError && error.code === 'usage',
      wrong,
    );
  }
});

test('ranges: by scheme; what the bound does not name is left aside', () => {
  const cases: readonly (readonly [Parameters<typeof isInRange>[0], string, string, boolean | 'undecided'])[] = [
    ['apk', '1.2.11-r3', '<1.2.12', true],
    ['apk', '1.2.11-r3', '1.2.11', true],
    ['apk', '1.2.11-r3', '>1.2.11', false],
    ['apk', '1.2.11-r3', '<1.2.11-r4', true],
    ['apk', '1.2.11-r3', '<=1.2.11-r2', false],
    ['apk', '1.2.12_rc1-r0', '<1.2.12', true],
    ['deb', '1:1.2.11.dfsg-2', '<1.2.12', true],
    ['deb', '1:1.2.11.dfsg-2', '<0:1.2.12', false],
    ['deb', '1.1.1k-1+deb11u1', '1.1.1k', true],
    ['deb', '1.1.1k-1+deb11u1', '<1.1.1k-1+deb11u2', true],
    ['deb', '1.0~rc1-1', '<1.0', true],
    ['rpm', '1:1.1.1k-7.el8', '1.1.1k', true],
    ['rpm', '1.1.1k-7.el8', '>=1.1.1k-8', false],
    ['npm', '1.2.5', '<1.2.6', true],
    ['npm', '1.10.0', '<1.9.0', false],
    ['npm', '2.0.0-rc.1', '<2.0.0', true],
    ['go', 'v1.2.3', '<1.2.4', true],
    ['go', '(devel)', '<1.2.4', 'undecided'],
    ['pep440', '1.0rc1', '<1.0', true],
    ['maven', '2.14.1', '>=2.0,<2.15.0', true],
    ['maven', '2.15.0', '>=2.0,<2.15.0', false],
    ['gem', '2.2.3.1', '>=2.2,<2.2.4', true],
    ['gem', '3.0.0.rc1', '<3', true],
    ['nuget', '4.3.0.1', '>4.3,<=4.3.0.1', true],
    ['nuget', '12.0.1-beta', '>=12.0.1', false],
    ['npm', '3.21.2', '<4', true],
    ['npm', '4.0.0', '<4', false],
    ['npm', '4.1.2', '>=4.1,<4.2', true],
    ['semver', '1.0.200', '<v1.1', true],
    ['npm', '1.2.5', '<nonsense', 'undecided'],
    ['npm', '1.2.5', '<nonsense,>2', false],
    [undefined, '1.2.5', '1.2.5', true],
    [undefined, '1.2.5', '<1.2.6', 'undecided'],
  ];
  for (const [scheme, version, range, expected] of cases) {
    assert.equal(isInRange(scheme, version, parseRange(range)), expected, `${scheme} ${version} ${range}`);
  }
});
