import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareAssessments } from '../../explain/compare/compare.ts';
import { assessmentOf, finding } from '../../explain/test-assessment.ts';
import { digestOf } from '../../platform/canonical.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';
import type { Statement } from '../../statements/statement.ts';
import { reviewPack } from './pack.ts';
import { readProgramme } from './programme.ts';

const A = 'quay.io/a|linux/amd64';
const B = 'quay.io/b|linux/amd64';

function row(slot: string, vulnerability: string, more: Partial<Finding> = {}): Finding {
  return finding({ slot, vulnerability, severity: 'high', ...more });
}

function on(asOf: string, findings: readonly Finding[], more: Partial<Assessment> = {}): Assessment {
  return {
    ...assessmentOf({ findings, slots: [A, B] }),
    asOf,
    advisorySet: { ...assessmentOf({}).advisorySet, id: digestOf(asOf), builtAt: `${asOf}T00:00:00Z` },
    ...more,
  };
}

function exception(id: string, expires: string, vulnerability = '*', lines?: readonly string[]): Statement {
  return {
    id,
    scope: { vulnerability, images: ['quay.io/a*'], ...(lines === undefined ? {} : { lines }) },
    status: 'affected',
    exception: { reason: 'version-locked' },
    owner: 'us',
    author: 'x',
    approver: 'y',
    date: '2022-03-01',
    expires,
    renewals: 0,
    origin: { kind: 'site', file: 's.yaml', trusted: true },
  };
}

describe('the weekly pack', () => {
  it('lists what is newly critical or high: critical, then fixable, exploited, likely, widespread', () => {
    const before = on('2022-04-06', [row(A, 'CVE-OLD'), row(A, 'CVE-ROSE', { severity: 'medium' })]);
    const after = on('2022-04-13', [
      row(A, 'CVE-OLD'),
      row(A, 'CVE-ROSE'),
      row(A, 'CVE-WIDE'),
      row(B, 'CVE-WIDE'),
      row(A, 'CVE-FIX', { fixedIn: '2' }),
      row(A, 'CVE-KEV', { kev: true }),
      row(A, 'CVE-EPSS', { epss: 0.5 }),
      row(B, 'CVE-CRIT', { severity: 'critical' }),
      row(B, 'CVE-LOW', { severity: 'low' }),
      row(B, 'CVE-NOT', { statement: 'not_affected:component_not_present' }),
    ]);
    const comparison = compareAssessments({ assessment: before }, { assessment: after });
    const { newSevere } = reviewPack({ date: '2022-04-13', assessment: after, comparison });
    assert.deepEqual(
      newSevere.map(({ vulnerability }) => vulnerability),
      ['CVE-CRIT', 'CVE-FIX', 'CVE-KEV', 'CVE-EPSS', 'CVE-WIDE', 'CVE-ROSE'],
    );
    assert.equal(newSevere.at(-1)?.because, 'rescored');
    assert.deepEqual(newSevere.at(1)?.packages, ['zlib 1, fixed in 2']);
    const first = reviewPack({ date: '2022-04-13', assessment: after });
    assert.equal(first.newSevere.length, 7, 'without an earlier assessment all of them');
  });

  it('names every section that nobody made', () => {
    const { missing } = reviewPack({ date: '2022-04-13', assessment: on('2022-04-13', []) });
    assert.deepEqual(
      missing.map((line) => line.split(':', 1)[0]),
      ['what moved', 'late items', 'the watch list', 'planned rebuilds', 'initiatives', 'decisions and action items'],
    );
  });

  it('tells of exceptions how long they last and whether anything is left that they cover', () => {
    const assessment = on(
      '2022-04-13',
      [row(A, 'CVE-1'), row(A, 'CVE-1', { package: 'other' }), row(A, 'CVE-2', { severity: 'low' }), row(B, 'CVE-1')],
      {
        givenStatements: [
          exception('late', '2022-06-01'),
          exception('over', '2022-04-12', 'CVE-1'),
          exception('idle', '2022-04-13', 'CVE-9'),
          exception('other-line', '2022-05-01', '*', ['1.3']),
        ],
      },
    );
    const { exceptions } = reviewPack({ date: '2022-04-13', assessment });
    assert.deepEqual(
      exceptions.map(({ id, state, daysLeft, instances, severe }) => [id, state, daysLeft, instances, severe]),
      [
        ['over', 'expired', -1, 1, 1],
        ['idle', 'in-force', 0, 0, 0],
        ['late', 'in-force', 49, 2, 1],
      ],
    );
  });

  it('counts what a rebuild really removed and brought, also when that is nothing', () => {
    const before = on('2022-04-06', [row(A, 'CVE-1'), row(A, 'CVE-2', { severity: 'critical' })]);
    const after = on('2022-04-13', [row(A, 'CVE-3', { image: digestOf('new') })]);
    const rebuilt = {
      ...after,
      advisorySet: before.advisorySet,
      images: after.images.map((image) => ({ ...image, digest: digestOf(image.slot === A ? 'new' : 'newer') })),
      packages: after.packages.map((one) => ({
        ...one,
        image: one.image === after.images[0]?.digest ? digestOf('new') : digestOf('newer'),
      })),
    };
    const comparison = compareAssessments({ assessment: before }, { assessment: rebuilt });
    const { rebuilds } = reviewPack({ date: '2022-04-13', assessment: rebuilt, comparison });
    assert.deepEqual(rebuilds, [
      {
        image: A,
        removed: { critical: 1, high: 1, total: 2 },
        brought: { critical: 0, high: 1, total: 1 },
      },
      { image: B, removed: { critical: 0, high: 0, total: 0 }, brought: { critical: 0, high: 0, total: 0 } },
    ]);
  });
});

describe('programme.yaml', () => {
  it('is read by state, and strictly', () => {
    const text =
      'initiatives:\n  - {name: b, state: done, owner: x}\n  - {name: a, state: in-progress, owner: x, target: "1.10"}\n';
    assert.deepEqual(
      readProgramme(text, 'p').map(({ name }) => name),
      ['a', 'b'],
    );
    assert.deepEqual(readProgramme('', 'p'), []);
    assert.throws(() => readProgramme(text.replace('"1.10"', '1.10'), 'p'), {
      code: 'parse',
      message: /^p:3:.*in quotes/,
    });
    assert.throws(() => readProgramme(text.replace('state: done', 'state: late'), 'p'), {
      code: 'parse',
      message: /^p:2:/,
    });
    assert.throws(() => readProgramme(text.replace('owner: x}', 'boss: x}'), 'p'), { code: 'parse' });
  });
});
