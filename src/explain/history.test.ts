import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import type { ListedAssessment } from '../scan/assess/assessment-store.ts';
import { latestOfVersions, listedFigures } from './history.ts';
import { statisticsOf } from './statistics.ts';

const sample = sampleAssessment();
const figures = listedFigures(sample, statisticsOf(sample));

function entry(
  id: string,
  version: string,
  asOf: string,
  savedAt = '2022-05-01T00:00:00.000Z',
  name = 'harbour',
): ListedAssessment {
  return { id, release: { name, version }, asOf, advisorySet: { id: 's', builtAt: 'b' }, savedAt, figures };
}

describe('the burn-down', () => {
  it('lists the figures of gross instances', () => {
    const { gaps, headline, ...counts } = figures;
    assert.deepEqual(counts, {
      total: 66,
      critical: 7,
      high: 13,
      medium: 21,
      low: 17,
      negligible: 4,
      unknown: 4,
      fixable: 38,
      distinct: 17,
      images: 11,
      unreadImages: 1,
      imagesWithCriticalOrHigh: 10,
    });
    assert.deepEqual([gaps, headline], [sample.gaps.length, false]);
  });

  it('keeps the latest assessment of each version, in the order of the listing', () => {
    const listed = [
      entry('a', 'beta.97', '2022-04-06'),
      entry('b', 'beta.106', '2022-04-20', '2022-05-02T00:00:00.000Z'),
      entry('c', 'beta.106', '2022-04-20', '2022-05-01T00:00:00.000Z'),
      entry('d', 'beta.97', '2022-05-11'),
      entry('e', 'beta.97', '2022-03-01', undefined, 'other'),
    ];
    assert.deepEqual(
      latestOfVersions(listed).map(({ id }) => id),
      ['b', 'd', 'e'],
    );
  });
});
