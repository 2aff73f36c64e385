// The comparison page in Chromium: it adds up, shows the cells behind each bar, asks for nothing and has nothing that axe would mend.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { buildPage } from '../../../scripts/report-page.ts';
import { needsPrograms } from '../../../test/support/needs.ts';
import { ReportBrowser } from '../../../test/support/report-browser.ts';
import { HOSTILE_PACKAGE, sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { compareAssessments } from '../../explain/compare/compare.ts';
import { signed } from '../../explain/narrative/words.ts';
import { digestOf } from '../../platform/canonical.ts';
import { comparisonDocument } from '../json/comparison.ts';
import { count } from '../words.ts';
import { comparisonHtml } from './comparison.ts';
import { comparisonData } from './comparison-data.ts';
import { openComparison, waterfall } from './page/comparison/comparison.ts';
import { formatState, MEASURES, parseState, START } from './page/comparison/state.ts';

const now = sampleAssessment();
const removed = now.images.at(0)?.slot;
const earlier = {
  ...now,
  id: digestOf('earlier'),
  asOf: '2022-04-01',
  advisorySet: { ...now.advisorySet, id: digestOf('earlier set'), builtAt: '2022-04-01T00:00:00Z' },
  findings: now.findings.filter((row) => row.vulnerability !== 'CVE-2022-90001' && row.package !== HOSTILE_PACKAGE),
};
const later = {
  ...now,
  images: now.images.filter(({ slot }) => slot !== removed),
  findings: now.findings.filter(({ slot }) => slot !== removed),
};
const comparison = compareAssessments({ assessment: earlier }, { assessment: later });
const opened = openComparison(JSON.stringify(comparisonData(comparisonDocument(comparison))));

test('the waterfall begins at A, ends at B and adds up, for every measure on every basis', () => {
  for (const basis of ['instances', 'distinct', 'images'] as const) {
    for (const measure of MEASURES) {
      const steps = waterfall(opened, basis, measure);
      const causes = steps.filter(({ kind }) => kind === 'cause');
      assert.equal(
        steps.at(-1)?.end,
        (steps[0]?.end ?? 0) + comparison.difference[basis][measure],
        `${basis} ${measure}`,
      );
      assert.equal(causes.at(-1)?.end ?? steps[0]?.end, steps.at(-1)?.end, `${basis} ${measure}`);
      for (const { begin, end, came, went } of causes) assert.equal(end - begin, came - went, `${basis} ${measure}`);
    }
  }
});

test('the cells behind a bar are those that came and went', () => {
  for (const measure of MEASURES) {
    for (const { cause, came, went } of waterfall(opened, 'instances', measure).filter(
      ({ kind }) => kind === 'cause',
    )) {
      const rows = opened.chosen({ ...START, measure, cause });
      assert.ok(rows.length >= Math.max(came, went), `${measure} ${cause}`);
    }
  }
  assert.equal(opened.chosen(START).length, comparison.changes.filter(({ basis }) => basis === 'instances').length);
});

test('an address says the state, and nonsense says the start', () => {
  const state = {
    ...START,
    basis: 'images',
    measure: 'high',
    cause: 2,
    query: 'a b&c',
    descending: true,
    shown: 7,
  } as const;
  assert.deepEqual(parseState(formatState(state)), state);
  assert.deepEqual(parseState('#basis=all&measure=x&cause=-1&change=1e9&sort=constructor'), START);
});

/** On every test: a suite that is skipped as a whole would not be named. */
const needs = needsPrograms('chromium');

describe('the comparison in Chromium', () => {
  let browser: ReportBrowser;
  let address: string;

  before(async () => {
    if (needs.skip !== false) return;
    browser = await ReportBrowser.start();
    address = browser.writeText(
      'comparison.html',
      comparisonHtml(comparisonDocument(comparison), await buildPage('comparison')),
    );
  });
  after(async () => {
    if (needs.skip === false) await browser.stop();
  });

  const open = (hash = '', options: BrowserContextOptions = {}): Promise<Page> =>
    browser.open(address, hash, options, '.waterfall');

  test('shows both figures, and the cells of the bar that is chosen', needs, async () => {
    const page = await open();
    const ends = await page.locator('.waterfall .end td.number:last-child').allTextContents();
    const { from, to } = comparison.figures;
    assert.deepEqual(ends, [count(from.instances.total), count(to.instances.total)]);
    assert.equal(
      await page.locator('.measures [aria-pressed=true] strong').textContent(),
      signed(comparison.difference.instances.total),
    );
    const published = page.getByRole('button', { name: 'vulnerabilities published', exact: true });
    await published.focus();
    await page.keyboard.press('Enter');
    assert.equal(await published.getAttribute('aria-pressed'), 'true');
    const cells = comparison.changes.filter(({ basis, label }) => basis === 'instances' && label === 'published');
    assert.match((await page.locator('.result').textContent()) ?? '', new RegExp(`^${cells.length} cells?`));
    await page.keyboard.press('/');
    await page.keyboard.type('no such word');
    assert.match((await page.locator('.nothing').textContent()) ?? '', /No changed cell matches/);
    await page.keyboard.press('Escape');
    await page.locator('tbody .row-name').first().click();
    assert.match((await page.locator('.detail').textContent()) ?? '', /vulnerabilities published.*Packages after/s);
    await page.goBack();
    await page.waitForFunction(`document.querySelector('.waterfall [aria-pressed=true]') === null`);
    await browser.close(page);
  });

  test('hostile names are text', needs, async () => {
    const page = await open(`#q=${encodeURIComponent('window.breach')}`);
    // Rows are drawn when they come into view.
    await page.locator('table').last().scrollIntoViewIfNeeded();
    assert.match((await page.locator('tbody td.col-package').first().textContent()) ?? '', /script/);
    assert.ok(HOSTILE_PACKAGE.includes('script'));
    await browser.close(page);
  });

  test('axe finds nothing to mend: light, dark and narrow', { ...needs, timeout: 120_000 }, async () => {
    const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
    for (const options of [{}, { colorScheme: 'dark' }, { viewport: { width: 390, height: 800 } }] as const) {
      const page = await open('#cause=0&change=0', options);
      await page.evaluate(axe);
      const found = (await page.evaluate(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
      )) as readonly string[];
      assert.deepEqual(found, [], JSON.stringify(options));
      const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      assert.equal(wide, false, 'no scrolling to the side');
      await browser.close(page);
    }
  });
});
