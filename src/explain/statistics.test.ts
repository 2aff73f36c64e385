import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import { canonicalJson } from '../platform/canonical.ts';
import { SEVERITY_LEVELS } from '../scan/advisory/advisory.ts';
import type { Assessment, Finding } from '../scan/assess/assessment.ts';
import { type BasisFigures, type Statistics, slotCounts, statisticsOf } from './statistics.ts';
import { assessmentOf, finding, imageDigest, imageOf, packageOf } from './test-assessment.ts';

const A = 'quay.io/a|linux/amd64';
const B = 'quay.io/b|linux/amd64';
const C = 'quay.io/c|linux/amd64';

/** zlib in two images, openssl as two packages of one, an unfixed critical: seven rows. */
const ROWS: readonly Finding[] = [
  finding({ slot: A, vulnerability: 'CVE-2018-25032', severity: 'high', fixedIn: '2', severitySource: 'nvd:nvd' }),
  finding({
    slot: A,
    vulnerability: 'CVE-2022-0778',
    severity: 'medium',
    package: 'libcrypto',
    fixedIn: '2',
    severitySource: 'z:vendor',
  }),
  finding({ slot: A, vulnerability: 'CVE-2022-0778', severity: 'high', package: 'libssl', severitySource: 'nvd:nvd' }),
  finding({ slot: B, vulnerability: 'CVE-2018-25032', severity: 'low', severitySource: 'debian-tracker:vendor' }),
  finding({ slot: B, vulnerability: 'CVE-2022-1111', severity: 'critical', fixState: 'will-not-fix' }),
  finding({ slot: B, vulnerability: 'CVE-2022-2222', fixState: 'subscription' }),
  finding({ slot: B, vulnerability: 'CVE-2022-2222', package: 'other' }),
];

function figures(findings: readonly Finding[], slots: readonly string[] = [A, B, C]): Statistics {
  return statisticsOf(assessmentOf({ findings, slots }));
}

/** `total critical high medium low negligible unknown fixable fully`. */
function row(basis: BasisFigures): readonly number[] {
  return [basis.total, ...SEVERITY_LEVELS.map((level) => basis[level].count), basis.fixable, basis.fullyFixable];
}

describe('the three bases', () => {
  const statistics = figures(ROWS);

  it('instances: a cell a slot and vulnerability, the highest severity of its packages', () => {
    assert.deepEqual(row(statistics.instances), [5, 1, 2, 0, 1, 0, 1, 2, 1]);
  });

  it('distinct: the highest severity over slots, fixable in any, fully fixable only in all', () => {
    assert.deepEqual(row(statistics.distinct), [4, 1, 2, 0, 0, 0, 1, 2, 0]);
  });

  it('images: slots that have at least one, with shares of the scanned images', () => {
    assert.deepEqual(row(statistics.images), [2, 1, 1, 0, 1, 0, 1, 1, 1]);
    assert.deepEqual([statistics.images.high.percent, statistics.images.high.fixable], [33.3, 1]);
  });

  it('shares of instances and distinct add to 100', () => {
    assert.deepEqual(
      SEVERITY_LEVELS.map((level) => statistics.instances[level].percent),
      [20, 40, 0, 20, 0, 20],
    );
    assert.deepEqual(
      SEVERITY_LEVELS.map((level) => statistics.distinct[level].percent),
      [25, 50, 0, 0, 0, 25],
    );
  });

  it('fixable by severity', () => {
    assert.deepEqual(
      SEVERITY_LEVELS.map((level) => [statistics.instances[level].fixable, statistics.instances[level].fullyFixable]),
      [
        [0, 0],
        [2, 1],
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    );
  });

  it('an image with an already counted vulnerability is one instance more and no distinct', () => {
    const more = figures([...ROWS, finding({ slot: C, vulnerability: 'CVE-2022-1111', severity: 'critical' })]);
    assert.equal(more.instances.total - statistics.instances.total, 1);
    assert.equal(more.distinct.total - statistics.distinct.total, 0);
  });
});

describe('what else is counted', () => {
  const statistics = figures(ROWS);

  it('the four classes among themselves', () => {
    assert.deepEqual(statistics.fourClasses, {
      total: 4,
      critical: { count: 1, percent: 25 },
      high: { count: 2, percent: 50 },
      medium: { count: 0, percent: 0 },
      low: { count: 1, percent: 25 },
    });
  });

  it('instances by fix state, the subscription before the unfixed', () => {
    assert.deepEqual(statistics.fixStates, {
      fixed: 2,
      subscription: 1,
      deferred: 0,
      'will-not-fix': 1,
      'not-fixed': 1,
      unknown: 0,
    });
  });

  it('where severities come from: of the row that gave the level', () => {
    assert.deepEqual(
      statistics.severitySources,
      [
        { source: 'nvd:nvd', count: 2, percent: 40 },
        { source: 'none', count: 2, percent: 40 },
        { source: 'debian-tracker:vendor', count: 1, percent: 20 },
      ].sort((a, b) => b.count - a.count || (a.source < b.source ? -1 : 1)),
    );
  });

  it('the fixable share of each feed by its own fixes', () => {
    const rows = [
      finding({
        slot: A,
        vulnerability: 'CVE-2022-1',
        fixedIn: '2',
        advisories: ['ghsa/G', 'osv/O'],
        fixes: { osv: '2' },
      }),
      finding({ slot: A, vulnerability: 'CVE-2022-2', fixedIn: '2', advisories: ['ghsa/G'] }),
      finding({ slot: A, vulnerability: 'CVE-2022-3', advisories: ['ghsa/G'] }),
    ];
    assert.deepEqual(figures(rows).feeds, [
      { feed: 'ghsa', count: 3, fixable: 1, fixablePercent: 33.3 },
      { feed: 'osv', count: 1, fixable: 1, fixablePercent: 100 },
    ]);
  });

  it('own and third-party images apart, adding up', () => {
    const assessment = assessmentOf({ findings: ROWS, slots: [A, B, C] });
    const images = [imageOf(A), { ...imageOf(B), origin: 'third-party' as const }, imageOf(C)];
    const { origins, instances } = statisticsOf({ ...assessment, images });
    assert.deepEqual([origins.own.instances.total, origins['third-party'].instances.total], [2, 3]);
    assert.equal(origins.own.instances.total + origins['third-party'].instances.total, instances.total);
    assert.deepEqual([origins.own.scannedImages, origins['third-party'].scannedImages], [2, 1]);
  });

  it('images with critical or high, and images by number of instances', () => {
    assert.equal(statistics.imagesWithCriticalOrHigh, 2);
    const filled = (bucket: Statistics) => bucket.histogram.filter(({ images }) => images > 0);
    assert.deepEqual(filled(statistics), [
      { bucket: '0', images: 1 },
      { bucket: '1-5', images: 2 },
    ]);
    assert.deepEqual(
      statistics.histogram.map(({ bucket }) => bucket),
      ['0', '1-5', '6-10', '11-25', '26-50', '51-100', '>100'],
    );
    for (const [count, bucket] of [
      [5, '1-5'],
      [6, '6-10'],
      [25, '11-25'],
      [100, '51-100'],
      [101, '>100'],
    ] as const) {
      const rows = Array.from({ length: count }, (_, index) =>
        finding({ slot: A, vulnerability: `CVE-2022-${1000 + index}` }),
      );
      assert.deepEqual(filled(figures(rows, [A])), [{ bucket, images: 1 }]);
    }
  });

  it('net leaves out what is stated not to be affected, on each basis by its own rule; exceptions lower nothing', () => {
    const stated = ROWS.map((entry) =>
      entry.slot === A && entry.vulnerability === 'CVE-2018-25032'
        ? { ...entry, statement: 'not_affected:component_not_present' }
        : entry,
    );
    const { net, instances, distinct } = figures(stated);
    assert.deepEqual([instances.total, net.instances.total], [5, 4]);
    // The vulnerability is still there in slot B, and low there.
    assert.deepEqual([distinct.total, net.distinct.total, net.distinct.low.count], [4, 4, 1]);
    const excepted = figures(ROWS.map((entry) => ({ ...entry, statement: 'exception:pinned' })));
    assert.deepEqual(excepted.net.instances, excepted.instances);
    const half = figures(
      ROWS.map((entry) => (entry.package === 'libssl' ? { ...entry, statement: 'not_affected' } : entry)),
    );
    assert.equal(half.net.instances.total, 5);
  });

  it('cells of every slot', () => {
    const counts = slotCounts(assessmentOf({ findings: ROWS, slots: [A, B, C] }));
    assert.deepEqual(
      [...counts].map(([slot, { total, critical, high, fixable }]) => [slot, total, critical, high, fixable]),
      [
        [A, 2, 0, 2, 2],
        [B, 3, 1, 0, 0],
        [C, 0, 0, 0, 0],
      ],
    );
  });

  it('an image that was not read is in no denominator', () => {
    const assessment = assessmentOf({ findings: ROWS, slots: [A, B, C] });
    const images = assessment.images.map(({ digest, ...image }) =>
      image.slot === C ? image : { ...image, ...(digest && { digest }) },
    );
    const { scannedImages, unreadImages, images: basis, histogram } = statisticsOf({ ...assessment, images });
    assert.deepEqual([scannedImages, unreadImages, basis.high.percent, histogram[0]?.images], [2, 1, 50, 0]);
  });
});

describe('the headline', () => {
  const covered = (count: number) => Array.from({ length: count }, () => packageOf(imageDigest(A)));
  const headline = (packages: Assessment['packages'], more: Partial<Assessment> = {}) =>
    statisticsOf({ ...assessmentOf({ slots: [A] }), packages, ...more }).headline;
  const uncovered = packageOf(imageDigest(A), 'npm');

  it('stands when main feeds cover the packages, up to 5 % aside', () => {
    assert.equal(headline(covered(20)), true);
    assert.equal(headline([...covered(19), uncovered]), true);
    assert.equal(headline([...covered(18), uncovered]), false);
  });

  it('does not count packages that belong to another, and counts those of unknown distributions as uncovered', () => {
    assert.equal(headline([...covered(1), { ...uncovered, ownedBy: 'pkg:apk/alpine/npm@1' }]), true);
    const { namespace: _, ...homeless } = uncovered;
    assert.equal(headline([...covered(1), homeless]), false);
  });

  it('counts the packages of an image for every slot that has it', () => {
    const twin = { ...imageOf(B), digest: imageDigest(A) };
    const other = imageOf(C);
    const packages = [...covered(10), packageOf(imageDigest(C), 'npm')];
    assert.equal(headline(packages, { images: [imageOf(A), other] }), false);
    assert.equal(headline(packages, { images: [imageOf(A), twin, other] }), true);
  });

  it('falls with a partial feed, the starter set, and without any package', () => {
    const { advisorySet } = assessmentOf({});
    const partial = advisorySet.feeds.map((feed) => ({ ...feed, partial: true }));
    const part = advisorySet.feeds.map((feed) => ({ ...feed, partialNamespaces: ['alpine:3.15'] }));
    assert.equal(headline(covered(1), { advisorySet: { ...advisorySet, feeds: partial } }), false);
    assert.equal(headline(covered(1), { advisorySet: { ...advisorySet, feeds: part } }), false);
    assert.equal(headline(covered(1), { advisorySet: { ...advisorySet, starter: true } }), false);
    assert.equal(headline([]), false);
  });

  it('says why', () => {
    const reason = (packages: Assessment['packages']) =>
      statisticsOf({ ...assessmentOf({ slots: [A] }), packages }).headlineReason;
    assert.equal(
      reason([...covered(1), uncovered]),
      '1 of 2 packages have no whole main feed (npm (main feed absent): 1); more than 5 %',
    );
    assert.equal(reason([...covered(19), uncovered]), '1 of 20 packages have no whole main feed; up to 5 % is borne');
    assert.equal(reason(covered(3)), 'main feeds cover all 3 packages');
  });
});

describe('laws of counting', () => {
  const anyFinding = fc
    .record({
      slot: fc.constantFrom(A, B, C),
      vulnerability: fc.constantFrom('CVE-2022-1', 'CVE-2022-2', 'CVE-2022-3', 'CVE-2022-4'),
      severity: fc.constantFrom(...SEVERITY_LEVELS),
      severitySource: fc.constantFrom('nvd:nvd', 'osv:cvss', 'none'),
      package: fc.constantFrom('x', 'y', 'z'),
      fixState: fc.constantFrom('fixed', 'not-fixed', 'subscription', 'deferred'),
      advisories: fc.subarray(['alpine-secdb/1', 'osv/2'], { minLength: 1 }),
    })
    .map((fields) => finding({ ...fields, ...(fields.fixState === 'fixed' ? { fixedIn: '2' } : {}) }));
  const findings = fc.array(anyFinding, { maxLength: 25 });

  it('classes add to the total on instances and distinct; sources, fix states and origins too', () => {
    fc.assert(
      fc.property(findings, (rows) => {
        const statistics = figures(rows);
        for (const basis of [statistics.instances, statistics.distinct]) {
          const sum = (field: 'count' | 'fixable' | 'fullyFixable') =>
            SEVERITY_LEVELS.reduce((total, level) => total + basis[level][field], 0);
          assert.deepEqual(
            [sum('count'), sum('fixable'), sum('fullyFixable')],
            [basis.total, basis.fixable, basis.fullyFixable],
          );
          assert.ok(basis.fullyFixable <= basis.fixable && basis.fixable <= basis.total);
          const tenths = SEVERITY_LEVELS.reduce((total, level) => total + Math.round(basis[level].percent * 10), 0);
          assert.equal(tenths, basis.total === 0 ? 0 : 1000);
        }
        const add = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
        assert.equal(add(Object.values(statistics.fixStates)), statistics.instances.total);
        assert.equal(add(statistics.severitySources.map(({ count }) => count)), statistics.instances.total);
        assert.equal(add(statistics.histogram.map(({ images }) => images)), statistics.scannedImages);
        assert.equal(
          statistics.origins.own.instances.total + statistics.origins['third-party'].instances.total,
          statistics.instances.total,
        );
      }),
    );
  });

  it('the order of findings does not matter, nor does a row that says the same again', () => {
    fc.assert(
      fc.property(findings, fc.nat(), (rows, position) => {
        const whole = canonicalJson(figures(rows));
        assert.equal(canonicalJson(figures(rows.toReversed())), whole);
        const again = rows[position % Math.max(1, rows.length)];
        if (again !== undefined) assert.equal(canonicalJson(figures([...rows, again])), whole);
      }),
    );
  });

  it('distinct is at most instances, images at most the slots, and one more row lowers no count', () => {
    fc.assert(
      fc.property(findings, anyFinding, (rows, extra) => {
        const before = figures(rows);
        const after = figures([...rows, extra]);
        assert.ok(before.distinct.total <= before.instances.total);
        assert.ok(before.images.total <= before.scannedImages);
        assert.ok(after.instances.total >= before.instances.total && after.distinct.total >= before.distinct.total);
      }),
    );
  });

  it('counts by slot add to the instances', () => {
    fc.assert(
      fc.property(findings, (rows) => {
        const assessment = assessmentOf({ findings: rows, slots: [A, B, C] });
        const totals = [...slotCounts(assessment).values()].map(({ total }) => total);
        assert.equal(
          totals.reduce((sum, total) => sum + total, 0),
          statisticsOf(assessment).instances.total,
        );
      }),
    );
  });
});

describe('the sample release', () => {
  it('has the figures that were counted by hand', () => {
    const { instances, distinct, images, imagesWithCriticalOrHigh, unreadImages } = statisticsOf(sampleAssessment());
    assert.deepEqual(row(instances), [66, 7, 13, 21, 17, 4, 4, 38, 38]);
    assert.deepEqual(row(distinct), [17, 3, 2, 5, 5, 1, 1, 10, 10]);
    assert.deepEqual([images.total, imagesWithCriticalOrHigh, unreadImages], [10, 10, 1]);
  });
});
