import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chartSvg, fittedLine } from './plot.ts';
import { simulate } from './portfolio.ts';
import { portfolioCharts } from './portfolio-plots.ts';
import type { PortfolioResult } from './portfolio-result.ts';

/** What does not depend on the machine. */
function facts({ packages, days }: PortfolioResult): unknown {
  return [packages, days.map(({ day, names, findings, storeBytes }) => [day, names, findings, storeBytes])];
}

describe('a small portfolio', async () => {
  const options = { images: 40, imagesPerRelease: 20, days: 3, knownShare: 0.05, storeFile: ':memory:' } as const;
  const result = await simulate(options);

  it('is the same every time', async () => {
    assert.deepEqual(facts(await simulate(options)), facts(result));
  });

  it('grows less in a day than a day of whole assessments takes', () => {
    const growth = result.days
      .slice(1)
      .map(({ storeBytes }, index) => storeBytes - (result.days[index]?.storeBytes ?? 0));
    const [, small] = growth;
    assert.ok(small !== undefined && small < result.wholeBytesADay * 0.6, `${small} of ${result.wholeBytesADay}`);
    assert.ok(result.days.every(({ findings }) => findings > 0));
  });

  it('gives charts', () => {
    for (const chart of Object.values(portfolioCharts(result))) {
      const svg = chartSvg(chart);
      assert.match(svg, /^<svg .*<\/svg>\n$/s);
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    }
  });
});

describe('a fitted line', () => {
  it('goes through points on a line, and between others', () => {
    assert.deepEqual(
      fittedLine([
        [0, 1],
        [1, 3],
        [2, 5],
      ]),
      { base: 1, slope: 2 },
    );
    assert.deepEqual(
      fittedLine([
        [0, 0],
        [0, 2],
      ]),
      { base: 1, slope: 0 },
    );
  });
});
