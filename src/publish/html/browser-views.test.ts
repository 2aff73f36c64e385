// The views of the report in Chromium that answer a question each: what is in the release, where is a package, where a vulnerability; and what
// holds for all of them: ids stay whole, axe has nothing to say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { needsPrograms } from '../../../test/support/needs.ts';
import { EVERY_VIEW, ReportBrowser, resultLine } from '../../../test/support/report-browser.ts';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { count } from '../words.ts';

const sample = sampleAssessment();
const statistics = statisticsOf(sample);
const needs = needsPrograms('chromium');

describe('views of the report in Chromium', () => {
  let reports: ReportBrowser;
  let address: string;

  before(async () => {
    if (needs.skip !== false) return;
    reports = await ReportBrowser.start();
    address = reports.write('report.html', sample);
  });

  after(async () => {
    if (needs.skip === false) await reports.stop();
  });

  test('a vulnerability by any id: its packages, its fixes and every image that has it', needs, async () => {
    const page = await reports.open(address, '#/cve/ghsa-AAAA-bbbb-cccc');
    assert.equal(await page.locator('.detail h2').textContent(), 'CVE-2021-90030');
    assert.equal(await page.locator('tr.selected td.col-vulnerability').textContent(), 'CVE-2021-90030');
    assert.deepEqual(await page.locator('.detail .tight tbody tr').allTextContents(), ['minimist 1.2.51.2.62']);
    const images = sample.findings.filter((one) => one.vulnerability === 'CVE-2021-90030').map(({ slot }) => slot);
    const shown = await page.locator('.detail .links .image-name').allTextContents();
    assert.deepEqual(
      shown,
      sample.images.filter(({ slot }) => images.includes(slot)).map(({ logical }) => logical),
    );
    await page.locator('.detail .links a').first().click();
    assert.match(page.url(), /#\/image\/registry\.example\/harbour\/api%7Clinux\/amd64$/);
    assert.match((await page.locator('.detail').textContent()) ?? '', /Digestsha256:/);
    await page.goBack();
    assert.match(page.url(), /#\/cve\/ghsa-AAAA-bbbb-cccc$/);
    assert.equal(await page.locator('.detail h2').textContent(), 'CVE-2021-90030');
    await reports.close(page);
  });

  test('vulnerabilities are filtered and counted on the basis `distinct`', needs, async () => {
    const page = await reports.open(address, '#/cves');
    assert.equal(await resultLine(page), '17 vulnerabilities of 17 basis: distinct');
    for (const level of SEVERITY_LEVELS) {
      const chip = page.getByRole('button', { name: new RegExp(`^${level}`) });
      assert.equal((await chip.textContent())?.match(/\d+/)?.[0], count(statistics.distinct[level].count), level);
    }
    await page.keyboard.press('/');
    await page.keyboard.type('libssl');
    await page.getByRole('button', { name: 'Fixable' }).click();
    assert.equal(await resultLine(page), '2 vulnerabilities of 17 basis: distinct');
    await page.waitForURL(/#\/cves\?q=libssl&fixable=1$/);
    await reports.close(page);
  });

  test('packages are found, also those of which nothing is known, and lead to their images', needs, async () => {
    const page = await reports.open(address, '#/packages');
    assert.equal(await resultLine(page), '13 packages of 13');
    await page.keyboard.press('/');
    await page.keyboard.type('minimist npm');
    assert.equal(await resultLine(page), '1 package of 13');
    await page.locator('tbody button').click();
    assert.match((await page.locator('.detail').textContent()) ?? '', /pkg:npm\/minimist@1\.2\.5.*In 2 images/);
    await page.locator('.detail .links .image-name').first().click();
    await page.getByRole('link', { name: '5 packages' }).click();
    assert.equal(await resultLine(page), '5 packages of 13');
    assert.match(await page.locator('.image-chip').innerText(), /harbour\/api:1\.4\.0/);
    await reports.close(page);
  });

  test('the release names its charts and systems, and they lead to their images', needs, async () => {
    const page = await reports.open(address, '#/release');
    const chart = page.locator('.charts tbody tr', { hasText: 'harbour-api' });
    assert.deepEqual(await chart.locator('td').allTextContents(), [
      '1.4.0',
      'platform',
      'services/harbour-api',
      '2',
      '1',
      '4',
      '9',
      '9',
    ]);
    const unread = page.locator('tr', { hasText: 'not read' }).locator('td');
    assert.deepEqual(await unread.allTextContents(), ['1', 'n/a', 'n/a', 'n/a', 'n/a']);
    await page.getByRole('link', { name: 'alpine 3.11' }).click();
    assert.equal(await resultLine(page), '1 image of 12 basis: instances');
    await reports.close(page);
  });

  test('an address that names what the report has not says so', needs, async () => {
    for (const hash of ['#/cve/CVE-1999-0001', '#/image/__proto__', '#/package/pkg:npm/left-pad', '#/finding/9999']) {
      const page = await reports.open(address, hash);
      assert.match(
        (await page.locator('.not-here').textContent()) ?? '',
        /^There is no \w+ \S+ in this report\./,
        hash,
      );
      assert.equal(await page.locator('.detail').count(), 0);
      await page.getByRole('button', { name: 'Show the list' }).click();
      assert.equal(await page.locator('.not-here').count(), 0);
      await reports.close(page);
    }
  });

  test('an id is never broken in two', needs, async () => {
    for (const width of [360, 800, 1101, 1400]) {
      const page = await reports.open(address, '', { viewport: { width, height: 780 } });
      for (const hash of ['#/summary', '#/cves', '#/findings', '#/cve/CVE-2022-90001', '#/finding/3']) {
        await page.evaluate(`location.hash = '${hash}'`);
        await page.waitForTimeout(50);
        const lines = `[...document.querySelectorAll('.id')].map((id) => { const range = document.createRange(); range.selectNodeContents(id); return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size; })`;
        assert.deepEqual([...new Set(await page.evaluate<number[]>(lines))], [1], `${hash} at ${width}`);
      }
      await reports.close(page);
    }
  });

  test('end of life is flagged from the day after it', needs, async () => {
    for (const [asOf, flags] of [
      ['2021-11-01', 0],
      ['2021-11-02', 1],
    ] as const) {
      const page = await reports.open(reports.write('dated.html', { ...sample, asOf }), '#/images');
      assert.equal(await page.locator('.flag', { hasText: 'EOL' }).count(), flags, asOf);
      await reports.close(page);
    }
  });

  test('axe finds nothing to mend in any view: light, dark and narrow', { ...needs, timeout: 120_000 }, async () => {
    const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
    const looks: readonly BrowserContextOptions[] = [
      {},
      { colorScheme: 'dark' },
      { viewport: { width: 400, height: 860 } },
    ];
    for (const look of looks) {
      const page = await reports.open(address, '', { ...look, bypassCSP: true });
      await page.evaluate(axe);
      for (const hash of [...EVERY_VIEW, '#/cve/CVE-1', '#/findings?q=nothing']) {
        await page.evaluate(`location.hash = '${hash}'`);
        await page.waitForTimeout(100);
        const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
        );
        const told = found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        assert.deepEqual(told, [], `${hash} ${JSON.stringify(look)}`);
      }
      await page.context().close();
    }
  });
});
