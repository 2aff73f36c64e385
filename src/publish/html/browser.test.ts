import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { largeAssessment } from '../../../bench/large-assessment.ts';
import { needsPrograms } from '../../../test/support/needs.ts';
import { EVERY_VIEW, ReportBrowser, resultLine } from '../../../test/support/report-browser.ts';
import { HOSTILE_IMAGE, HOSTILE_PACKAGE, sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { formatPercent } from '../../explain/shares.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { BASES, count } from '../words.ts';
import { VIEWS } from './page/view-state.ts';

const sample = sampleAssessment();
const statistics = statisticsOf(sample);

/** On every test: a suite that is skipped as a whole would not be named. */
const needs = needsPrograms('chromium');

describe('the report in Chromium', () => {
  let reports: ReportBrowser;
  let address: string;
  let largeAddress: string;

  before(async () => {
    if (needs.skip !== false) return;
    reports = await ReportBrowser.start();
    address = reports.write('report.html', sample);
    largeAddress = reports.write('large.html', largeAssessment(300, 50_000));
  });

  after(async () => {
    if (needs.skip === false) await reports.stop();
  });

  const open = (hash = '', options: BrowserContextOptions = {}, file = address): Promise<Page> =>
    reports.open(file, hash, options);
  const close = (page: Page): Promise<void> => reports.close(page);

  test('every view opens without a word on the console and without a request', needs, async () => {
    const page = await open();
    for (const view of [...VIEWS.slice(1), 'summary']) {
      await page.locator(`#tab-${view}`).click();
      assert.equal(await page.locator('[role=tab][aria-selected=true]').getAttribute('id'), `tab-${view}`);
      assert.match(page.url(), new RegExp(`#/${view}$`));
    }
    await page.goBack();
    assert.match(page.url(), /#\/sources$/);
    await page.waitForSelector('#feeds-title');
    await close(page);
  });

  test('the figures of every basis are those of the statistics', needs, async () => {
    const page = await open();
    for (const basis of BASES) {
      await page.getByRole('radio', { name: basis }).check();
      const rows = await page.locator('.bars tbody tr').all();
      const shown = await Promise.all(rows.map((row) => row.locator('.badge-word, td.number').allTextContents()));
      const expected = SEVERITY_LEVELS.map((level) => {
        const figure = statistics[basis][level];
        return [level, count(figure.count), `${formatPercent(figure)} %`, count(figure.fixable)];
      });
      assert.deepEqual(shown, expected, basis);
    }
    await page.waitForURL(/#\/summary\?basis=images$/);
    await close(page);
  });

  test('without a catalogue of exploited vulnerabilities the report says that it cannot tell', needs, async () => {
    const feeds = sample.advisorySet.feeds.filter((feed) => feed.id !== 'kev');
    const findings = sample.findings.map((finding) => ({ ...finding, kev: false }));
    const without = { ...sample, findings, advisorySet: { ...sample.advisorySet, feeds } };
    const page = await open('', {}, reports.write('without.html', without));
    assert.match(
      (await page.locator('.funnel').textContent()) ?? '',
      /\?known to be exploited.*the advisory set has no KEV feed/,
    );
    await close(page);
  });

  test('where no image was read the summary shows no zeros, and leads to the reasons', needs, async () => {
    const images = sample.images.map(({ digest: _digest, os: _os, ...image }) => image);
    const unread = { ...sample, images, inventories: [], packages: [], findings: [] };
    const page = await reports.open(reports.write('unread.html', unread));
    const text = (await page.locator('main').textContent()) ?? '';
    assert.match(text, /No image was read/);
    assert.doesNotMatch(text, /0 instances|0\.0 %|No vulnerability/);
    await page.getByRole('main').getByRole('link', { name: 'what was not covered' }).click();
    await page.waitForURL(/#\/gaps$/);
    await reports.close(page);
  });

  test('images carry the counts of the JSON, and an unread one carries none', needs, async () => {
    const page = await open('#/images?sort=image');
    const rows = await page.locator('tbody tr:not(.filler)').all();
    assert.equal(rows.length, sample.images.length);
    const cells = async (name: string): Promise<readonly string[]> =>
      page.locator('tbody tr', { hasText: name }).locator('td').allTextContents();
    assert.deepEqual((await cells('ledger:1.4.0')).slice(2), [
      '5 packages',
      '1',
      '1',
      '4',
      '4',
      '1',
      '0',
      '11',
      '4',
      '0 gaps',
    ]);
    assert.deepEqual((await cells('telemetry')).slice(2, 5), ['n/a', 'n/a', 'n/a']);
    await page.locator('tbody button', { hasText: 'boot-tools' }).click();
    assert.match((await page.locator('.detail').textContent()) ?? '', /end of life 2021-11-01/);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.detail').count(), 0);
    await close(page);
  });

  test('the filter finds, the chips narrow, the address keeps it all', needs, async () => {
    const page = await open('#/findings');
    assert.equal(await resultLine(page), '74 rows of 74: 66 instances, 17 vulnerabilities, 10 images');
    await page.keyboard.press('/');
    await page.keyboard.type('ZLIB proxy');
    assert.equal(await resultLine(page), '1 row of 74: 1 instance, 1 vulnerability, 1 image');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Exploited' }).click();
    assert.equal(await resultLine(page), '4 rows of 74: 4 instances, 1 vulnerability, 4 images');
    await page.getByRole('button', { name: 'Exploited' }).click();
    await page.getByRole('button', { name: /^critical/i }).click();
    await page.getByRole('button', { name: 'Fixable' }).click();
    await page.waitForURL(/severity=critical&fixable=1/);
    const kept = await resultLine(page);
    await page.reload();
    assert.equal(await resultLine(page), kept);
    assert.equal(await page.getByRole('button', { name: 'Fixable' }).getAttribute('aria-pressed'), 'true');
    await close(page);
  });

  test('columns sort both ways and say so', needs, async () => {
    const page = await open('#/findings');
    const header = page.locator('th', { hasText: 'Vulnerability' });
    const first = async (): Promise<string> =>
      (await page.locator('tbody td.col-vulnerability').first().textContent()) ?? '';
    await header.getByRole('button').click();
    assert.equal(await header.getAttribute('aria-sort'), 'ascending');
    assert.match(await first(), /^CVE-2010-90011/);
    await header.getByRole('button').click();
    assert.equal(await header.getAttribute('aria-sort'), 'descending');
    assert.match(await first(), /^GHSA-/);
    await close(page);
  });

  test('hostile names are text: nothing is marked up, run or hidden', needs, async () => {
    const page = await open(`#/findings?q=${encodeURIComponent('</script>')}`);
    assert.equal(await page.locator('td.col-package').textContent(), HOSTILE_PACKAGE);
    await page.locator('tbody button').click();
    const detail = (await page.locator('.detail').textContent()) ?? '';
    for (const text of [
      '"><img src=x onerror=window.breach=1>',
      '"><svg onload=window.breach=1>',
      HOSTILE_IMAGE,
      '\\u{202e}gpj.exe',
      '\\u{1b}[2J',
    ]) {
      assert.ok(detail.includes(text), text);
    }
    assert.equal(await page.locator('img, svg[onload], iframe').count(), 0);
    await page.locator('#tab-gaps').click();
    assert.match((await page.locator('.gaps').textContent()) ?? '', /digest mismatch \\u\{1b\}\[31mred/);
    await close(page);
  });

  test('the policy stops what someone puts into the file', needs, async () => {
    const html = readFileSync(join(reports.folder, 'report.html'), 'utf8');
    const added = `<script>window.breach = 1</script><p onclick="window.breach = 1">x</p><img src="https://example.invalid/x.png">`;
    const page = await open('', {}, reports.writeText('changed.html', html.replace('</body>', `${added}</body>`)));
    await page.getByText('x', { exact: true }).click();
    assert.equal(await page.evaluate('window.breach'), undefined);
    assert.equal(
      reports.complaints.filter((line) => /Content Security Policy/.test(line)).length,
      3,
      reports.complaints.join('\n'),
    );
    await page.context().close();
  });

  test('the keyboard reaches everything: tabs by arrows, rows by arrows, details by Enter', needs, async () => {
    const page = await open();
    await page.locator('#tab-summary').focus();
    for (let step = 0; step < 5; step += 1) await page.keyboard.press('ArrowRight');
    assert.match(page.url(), /#\/findings$/);
    await page.locator('tbody button').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('tr.selected').getAttribute('aria-rowindex'), '3');
    assert.match((await page.locator('.detail h2').textContent()) ?? '', /^CVE-2022-90013$/);
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate("document.activeElement.closest('tr').getAttribute('aria-rowindex')"), '3');
    await close(page);
  });

  test('an address with a row opens its details, in view', needs, async () => {
    const page = await open('#/finding/73');
    assert.match((await page.locator('.detail').textContent()) ?? '', /GHSA-<b>x<\/b>-0000|CVE-/);
    assert.ok(await page.locator('tr.selected').isVisible());
    const box = await page.locator('tr.selected').boundingBox();
    assert.ok(box !== null && box.y > 0 && box.y < 900, JSON.stringify(box));
    await close(page);
  });

  test('on a narrow screen nothing sticks out sideways', needs, async () => {
    for (const width of [360, 760, 1100]) {
      const page = await open('', { viewport: { width, height: 780 } });
      for (const hash of EVERY_VIEW) {
        await page.evaluate(`location.hash = '${hash}'`);
        await page.waitForTimeout(50);
        const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        assert.equal(over, 0, `${hash} at ${width}`);
      }
      await close(page);
    }
  });

  test('dark follows the system until the reader chooses, and the choice stays', needs, async () => {
    const page = await open('', { colorScheme: 'dark' });
    const theme = (): Promise<string | null> => page.locator('html').getAttribute('data-theme');
    assert.equal(await theme(), 'dark');
    await page.getByRole('button', { name: 'Show in light colours' }).click();
    assert.equal(await theme(), 'light');
    await page.reload();
    assert.equal(await theme(), 'light');
    await close(page);
  });

  test('50,000 findings: only rows near the window are in the page, and the last can be reached', needs, async () => {
    const page = await open('#/findings', {}, largeAddress);
    assert.ok((await page.locator('tbody tr').count()) < 80);
    await page.keyboard.press('End');
    await page.waitForSelector('tr[aria-rowindex="50001"]');
    assert.ok((await page.locator('tbody tr').count()) < 80);
    await page.locator('#tab-packages').click();
    assert.equal(await resultLine(page), '4,200 packages of 4,200');
    assert.ok((await page.locator('tbody tr').count()) < 80);
    await page.locator('#tab-findings').click();
    await page.locator('input[type=search]').fill('no such thing');
    await page.waitForSelector('.nothing');
    await page.getByRole('button', { name: 'Show all' }).click();
    assert.match(await resultLine(page), /^50,000 rows of 50,000/);
    await close(page);
  });

  test('on paper the rows are printed, the controls are not', needs, async () => {
    const page = await open('#/findings', {}, largeAddress);
    const pdf = await page.pdf({ format: 'A4', landscape: true });
    assert.ok(pdf.length > 50_000);
    assert.ok((await page.locator('tbody tr').count()) < 80, 'the screen is as before');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.search').isVisible(), false);
    const cut = await page
      .locator('tbody td, tbody td *')
      .evaluateAll((cells) =>
        cells
          .filter((cell) => cell.clientWidth > 1 && cell.scrollWidth > cell.clientWidth)
          .map((cell) => cell.outerHTML),
      );
    assert.deepEqual(cut, [], 'paper has no tooltips: nothing is cut off');
    await close(page);
  });
});
