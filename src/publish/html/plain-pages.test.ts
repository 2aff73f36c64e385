// The history and the review as pages: hostile words are text, and in Chromium they ask for nothing and have nothing that axe would mend.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildPage } from '../../../scripts/report-page.ts';
import { needsPrograms } from '../../../test/support/needs.ts';
import { ReportBrowser } from '../../../test/support/report-browser.ts';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { importSeries } from '../../explain/history-import.ts';
import { flagged } from '../../explain/history-report.ts';
import { reviewPack } from '../../respond/review/pack.ts';
import { historyHtml } from './history.ts';
import { lineChart } from './line-chart.ts';
import { reviewHtml } from './review.ts';

const HOSTILE = '"><img src=x onerror=window.breach=1>';
const CSV = `date,release,note,critical,high\n2022-04-08,a,,12,20\n2022-04-09,"${HOSTILE.replaceAll('"', '""')}","</script>",42,20\n2022-04-10,c,,12,21\n`;
const history = { assessments: [], series: [flagged(importSeries(CSV, `${HOSTILE}.csv`))] };
const pack = reviewPack({
  date: '2022-04-13',
  assessment: sampleAssessment(),
  initiatives: [{ name: HOSTILE, state: 'planned', owner: '</main>' }],
  late: [
    {
      owner: HOSTILE,
      vulnerability: 'CVE-2022-1',
      severity: 'high',
      fixable: true,
      reason: 'fixable',
      images: [HOSTILE],
      due: '2022-04-01',
      daysLate: 12,
    },
  ],
});

test('a chart begins at zero, says itself in words, and rings what is doubtful', () => {
  const points = [
    { date: '2022-04-08', name: 'a', value: 0 },
    { date: '2022-04-18', name: 'b', value: 10, doubt: 'why' },
  ];
  const svg = lineChart({ title: 'high', ink: 'high', unit: ' %', lines: [{ title: 'as printed', points }] });
  assert.match(svg, /aria-label="high: as printed from 0 % on 2022-04-08 to 10 % on 2022-04-18"/);
  assert.match(svg, /d="M6 86L314 22"/);
  assert.equal(svg.match(/class="doubt"/g)?.length, 1);
  assert.match(svg, /<title>2022-04-18 b: 10 %; why<\/title>/);
  assert.equal(lineChart({ title: '', ink: '', unit: '', lines: [{ title: '', points: points.slice(1) }] }), '');
});

/** On every test: a suite that is skipped as a whole would not be named. */
const needs = needsPrograms('chromium');

describe('plain pages in Chromium', () => {
  let browser: ReportBrowser;
  const addresses: string[] = [];

  before(async () => {
    if (needs.skip !== false) return;
    browser = await ReportBrowser.start();
    const page = await buildPage('plain');
    addresses.push(
      browser.writeText('history.html', historyHtml(history, page)),
      browser.writeText('review.html', reviewHtml(pack, page)),
    );
  });
  after(async () => {
    if (needs.skip === false) await browser.stop();
  });

  test('axe finds nothing to mend, the colours can be switched, hostile words are text', {
    ...needs,
    timeout: 120_000,
  }, async () => {
    const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
    for (const address of addresses) {
      for (const options of [{}, { colorScheme: 'dark' }, { viewport: { width: 390, height: 800 } }] as const) {
        const page = await browser.open(address, '', options, '.theme');
        for (const details of await page.locator('summary').all()) await details.click();
        await page.evaluate(axe);
        const found = (await page.evaluate(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
        )) as readonly string[];
        assert.deepEqual(found, [], `${address} ${JSON.stringify(options)}`);
        assert.equal(
          await page.evaluate('document.documentElement.scrollWidth > innerWidth'),
          false,
          'no scrolling to the side',
        );
        assert.equal(await page.locator('img').count(), 0);
        const theme = () => page.evaluate('document.documentElement.dataset.theme');
        const first = await theme();
        await page.locator('.theme').click();
        assert.notEqual(await theme(), first);
        await browser.close(page);
      }
    }
  });
});
