import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { type Digest, digestOf } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { openStore, type Store } from '../../platform/store.ts';
import type { Assessment } from './assessment.ts';
import {
  ASSESSMENT_MIGRATIONS,
  isAssessmentId,
  type ListedFigures,
  listAssessments,
  readAssessment,
  saveAssessment,
} from './assessment-store.ts';

const FIGURES: ListedFigures = {
  total: 66,
  critical: 7,
  high: 13,
  medium: 21,
  low: 17,
  negligible: 4,
  unknown: 4,
  fixable: 38,
  distinct: 17,
  images: 12,
  unreadImages: 1,
  imagesWithCriticalOrHigh: 9,
  gaps: 7,
  headline: false,
};

function assessment(id: Digest, version = '1.2.0-beta.7', asOf = '2022-04-06', name = 'harbour'): Assessment {
  const sample = sampleAssessment();
  return { ...sample, id, asOf, release: { ...sample.release, name, version } };
}

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(':memory:', ASSESSMENT_MIGRATIONS);
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

const MORNING = new Date('2022-04-06T08:00:00Z');
const EVENING = new Date('2022-04-06T20:00:00Z');

describe('the store of assessments', () => {
  it('gives back what was kept, by id and by the start of it', () =>
    withStore(async (store) => {
      const kept = assessment(digestOf('a'));
      await saveAssessment(store, kept, FIGURES, MORNING);
      for (const name of [kept.id, kept.id.slice(7), kept.id.slice(0, 20), kept.id.slice(7, 13)]) {
        assert.deepEqual(await readAssessment(store, name), kept);
      }
    }));

  it('knows nothing of other ids and of what is no id', () =>
    withStore(async (store) => {
      await saveAssessment(store, assessment(digestOf('a')), FIGURES, MORNING);
      for (const name of [digestOf('b'), 'report.json', '', 'sha256:', "' OR 1=1 --", 'ca9']) {
        assert.equal(await readAssessment(store, name), undefined);
      }
    }));

  it('refuses the start of several ids', () =>
    withStore(async (store) => {
      for (const end of ['1', '2']) {
        await saveAssessment(store, assessment(`sha256:${'a'.repeat(63)}${end}`), FIGURES, MORNING);
      }
      await assert.rejects(
        readAssessment(store, 'aaaaaaaa'),
        (error) => error instanceof PlimsollError && error.code === 'usage',
      );
      assert.equal((await readAssessment(store, `${'a'.repeat(63)}2`))?.id, `sha256:${'a'.repeat(63)}2`);
    }));

  it('keeps the first copy and its time', () =>
    withStore(async (store) => {
      const kept = assessment(digestOf('a'));
      await saveAssessment(store, kept, FIGURES, MORNING);
      await saveAssessment(store, { ...kept, asOf: '1999-01-01' }, { ...FIGURES, total: 0 }, EVENING);
      assert.deepEqual(await readAssessment(store, kept.id), kept);
      assert.deepEqual(
        (await listAssessments(store)).map(({ savedAt, figures }) => [savedAt, figures]),
        [['2022-04-06T08:00:00.000Z', FIGURES]],
      );
    }));

  it('lists by release name, date of judgement and time of keeping', () =>
    withStore(async (store) => {
      const rows: readonly [string, string, string, string, Date][] = [
        ['c', '1.2.0-beta.8', '2022-04-20', 'harbour', MORNING],
        ['b', '1.2.0-beta.7', '2022-04-06', 'harbour', EVENING],
        ['a', '1.2.0-beta.6', '2022-04-06', 'harbour', MORNING],
        ['d', '0.1', '2020-01-01', 'other', MORNING],
      ];
      for (const [seed, version, asOf, name, time] of rows) {
        await saveAssessment(store, assessment(digestOf(seed), version, asOf, name), FIGURES, time);
      }
      const versions = (name?: string) =>
        listAssessments(store, name).then((all) => all.map(({ release }) => release.version));
      assert.deepEqual(await versions(), ['1.2.0-beta.6', '1.2.0-beta.7', '1.2.0-beta.8', '0.1']);
      assert.deepEqual(await versions('other'), ['0.1']);
    }));

  it('says when its copy is damaged', () =>
    withStore(async (store) => {
      const kept = assessment(digestOf('a'));
      await saveAssessment(store, kept, FIGURES, MORNING);
      await store.run('UPDATE assessment SET document = ?', new Uint8Array([1, 2, 3]));
      await assert.rejects(
        readAssessment(store, kept.id),
        (error) => error instanceof PlimsollError && error.code === 'store',
      );
    }));
});

describe('what looks like an id', () => {
  const rows: readonly [string, boolean][] = [
    [digestOf('a'), true],
    ['sha256:abcdef', true],
    ['abcdef', true],
    ['abcde', false],
    ['ABCDEF', false],
    ['assessment.json', false],
    [`${'a'.repeat(65)}`, false],
  ];
  for (const [text, expected] of rows) it(`${text}: ${expected}`, () => assert.equal(isAssessmentId(text), expected));
});
