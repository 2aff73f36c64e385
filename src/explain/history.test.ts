import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import type { ListedAssessment } from '../scan/assess/assessment-store.ts';
import { firstOfVersions, latestOfVersions, listedFigures } from './history.ts';
import { type FlaggedSeries, releaseSeries } from './history-report.ts';
import { statisticsOf } from './statistics.ts';

const sample = sampleAssessment();
const statistics = statisticsOf(sample);
const figures = listedFigures(sample, statistics);

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
    const { gaps, headline, bases, ...counts } = figures;
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
    assert.deepEqual([bases?.distinct.total, bases?.images.total], [17, 10]);
    assert.deepEqual(
      [bases?.distinct.high, bases?.images.fixable],
      [statistics.distinct.high.count, statistics.images.fixable],
    );
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
    assert.deepEqual(
      firstOfVersions(listed).map(({ id }) => id),
      ['a', 'c', 'e'],
    );
  });

  it('draws what was published, and beside it what is known of the same versions now', () => {
    const listed = [
      entry('a', 'beta.97', '2022-04-06'),
      entry('b', 'beta.106', '2022-04-20'),
      entry('c', 'beta.97', '2022-05-11'),
    ];
    const drawn = (series: readonly FlaggedSeries[]) =>
      series
        .filter(({ basis }) => basis === 'distinct')
        .map(({ kind, points }) => `${kind} ${points.map(({ date, name }) => `${date} ${name}`).join(', ')}`);
    assert.deepEqual(drawn(releaseSeries(listed)), [
      'published 2022-04-06 beta.97, 2022-04-20 beta.106',
      'reassessed 2022-04-06 beta.97, 2022-04-20 beta.106',
    ]);
    assert.deepEqual(drawn(releaseSeries(listed.slice(0, 2))), ['published 2022-04-06 beta.97, 2022-04-20 beta.106']);
    assert.deepEqual(
      releaseSeries(listed).flatMap(({ flags }) => flags),
      [],
    );
  });
});
