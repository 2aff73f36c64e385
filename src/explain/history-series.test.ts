import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { needsShared, sharedPath } from '../../test/support/needs.ts';
import { importSeries } from './history-import.ts';
import { type Series, type SeriesPoint, seriesFlags } from './history-series.ts';

const BURN_DOWN = 'data/csm/sig/burn-down.csv';
const DAILY = 'data/csm/scan-status/daily-totals.csv';

function read(path: string): Series {
  return importSeries(readFileSync(sharedPath(path), 'utf8'), path);
}

function flagsOf(text: string): readonly string[] {
  return seriesFlags(importSeries(text, 'x.csv')).map(({ date, kind }) => `${date} ${kind}`);
}

describe('imported series', () => {
  it('of the minutes: only the line that cannot be rounding is flagged', needsShared(BURN_DOWN), () => {
    const series = read(BURN_DOWN);
    assert.deepEqual([series.points.length, series.points.at(-1)?.counts.total], [11, 4453]);
    assert.deepEqual(series.points[4]?.shares, { critical: 0.2, high: 1.7, medium: 46.3, low: 51.7 });
    assert.deepEqual(
      seriesFlags(series).map(({ name, kind, reason }) => [name, kind, reason]),
      [['1.2.0-beta.97', 'shares', 'the shares add to 102.6, 2.6 off 100; rounding of 4 classes allows 0.2']],
    );
  });

  it(
    'of the daily totals: the flap of 2022-04-09 and the day on which nearly nothing was read',
    needsShared(DAILY),
    () => {
      const series = read(DAILY);
      assert.equal(series.points.length, 315);
      const reasons = new Map(seriesFlags(series).map(({ date, reason }) => [date, reason]));
      assert.match(reasons.get('2022-04-09') ?? '', /^critical 12 → 42 → 12; .* perhaps a feed flap$/);
      assert.match(reasons.get('2022-07-30') ?? '', /214 of 236 images were not read: that is coverage$/);
    },
  );

  const wrong: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    ['no date', 'release,critical\nx,1\n', /names no date/],
    ['nothing to draw', 'date,constructor\n2022-04-06,1\n', /nothing to draw/],
    ['an empty file', '', /names no date/],
    ['no day', 'date,high\n2022-02-31,1\n', /line 2: "2022-02-31" is no date/],
    [
      'a word for a number',
      'date,high\n2022-04-06,1\n\n2022-04-07,"many\nmore"\n',
      /line 4: .* under high is no number/,
    ],
    ['half a count', 'date,high\n2022-04-06,1.5\n', /line 2: 1\.5 under high is no count/],
    ['a quote without an end', 'date,high\n"2022-04-06,1\n', /line 2: a quote/],
    ['text behind a quote', 'date,high\n"2022-04-06"x,1\n', /line 2: a quote/],
  ];
  for (const [what, text, message] of wrong) {
    it(`${what} is an error with its line`, () =>
      assert.throws(() => importSeries(text, 'x.csv'), { code: 'parse', message }));
  }

  it('takes quotes, CR LF, a byte order mark and lines in any order', () => {
    const text = '\ufeffdate,note,high\r\n2022-04-07,"a ""b"", c",2\r\n2022-04-06,,\r\n';
    assert.deepEqual(
      importSeries(text, 'x.csv').points.map(({ date, note, counts }) => [date, note, counts]),
      [
        ['2022-04-06', undefined, {}],
        ['2022-04-07', 'a "b", c', { high: 2 }],
      ],
    );
  });

  it('flags lines that contradict themselves', () => {
    const counts = 'date,critical,high,medium,low,total,fixable,images,images_with_critical_or_high\n';
    assert.deepEqual(flagsOf(`${counts}2022-04-06,1,2,3,4,10,10,5,5\n`), []);
    assert.deepEqual(flagsOf(`${counts}2022-04-06,1,2,3,4,11,0,5,0\n`), ['2022-04-06 counts']);
    assert.deepEqual(flagsOf(`${counts}2022-04-06,1,2,3,4,10,11,5,6\n`), ['2022-04-06 counts', '2022-04-06 counts']);
    assert.deepEqual(flagsOf('date,critical_pct,high_pct\n2022-04-06,-1,5\n'), ['2022-04-06 shares']);
    // Two shares do not claim to be all; 99.9 of four is honest.
    assert.deepEqual(flagsOf('date,critical_pct,high_pct\n2022-04-06,1,5\n'), []);
    assert.deepEqual(flagsOf('date,critical_pct,high_pct,medium_pct,low_pct\n2022-03-16,.2,1.7,46.3,51.7\n'), []);
  });

  it('takes a value for a spike only between lines of as many images', () => {
    const lines = (images: number) => `date,images,high\n2022-04-08,9,20\n2022-04-09,${images},60\n2022-04-10,9,22\n`;
    assert.deepEqual(flagsOf(lines(9)), ['2022-04-09 spike']);
    assert.deepEqual(flagsOf(lines(10)), []);
    assert.deepEqual(flagsOf('date,high\n2022-04-08,20\n2022-04-09,29\n2022-04-10,20\n'), []);
  });

  it('does not add the classes of the basis images', () => {
    const point: SeriesPoint = {
      date: '2022-04-06',
      name: '',
      counts: { critical: 1, high: 1, medium: 1, low: 1, total: 1 },
      shares: {},
    };
    const series = (basis: Series['basis']): Series => ({ name: '', kind: 'published', basis, points: [point] });
    assert.equal(seriesFlags(series('images')).length, 0);
    assert.equal(seriesFlags(series('distinct')).length, 1);
  });
});
