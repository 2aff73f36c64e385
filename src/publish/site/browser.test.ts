// The pages of a bundle's site in Chromium: they look as styled under their own policy, say nothing on the console, load nothing, fit a narrow
// window, and axe has nothing to say.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildPage } from '../../../scripts/report-page.ts';
import { openBrowser } from '../../../test/support/browser.ts';
import { needsPrograms } from '../../../test/support/needs.ts';
import { bundleInput, comparisonText, markedAssessment } from '../../../test/support/sample-bundle.ts';
import { publishedComparison } from '../bundle/comparison-input.ts';
import { bundleOf } from '../bundle/contents.ts';
import { writeBundle } from '../bundle/write-bundle.ts';

test('every page in Chromium', { ...needsPrograms('chromium'), timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-site-'));
  const assessment = markedAssessment();
  const comparison = await publishedComparison(comparisonText(assessment), assessment, 'public');
  const erratum = { bundle: `sha256:${'0'.repeat(64)}`, reason: '</p><script>window.breach=1</script>' };
  const pages = {
    report: await buildPage('report'),
    comparison: await buildPage('comparison'),
    plain: await buildPage('plain'),
  };
  writeBundle(
    bundleOf(bundleInput({ assessment, comparison, erratum }), (name) => pages[name]),
    join(folder, 'bundle'),
  );
  const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  const browser = await openBrowser();
  try {
    for (const file of ['index.html', 'statements.html', 'compare.html']) {
      const address = pathToFileURL(join(folder, 'bundle', file)).href;
      const complaints: string[] = [];
      const page = await (await browser.newContext({ viewport: { width: 400, height: 860 } })).newPage();
      page.on('console', (message) => complaints.push(message.text()));
      page.on('request', (request) => {
        if (request.url() !== address) complaints.push(request.url());
      });
      await page.goto(address);
      // The style is named by its hash: without it the page would be white.
      assert.equal(
        await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'),
        'rgb(250, 250, 247)',
      );
      assert.equal(
        await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        true,
        `${file} is too wide`,
      );
      assert.equal(await page.evaluate('window.breach'), undefined);
      for (const address of await page.locator('nav a').evaluateAll((links) => links.map(String))) {
        assert.ok(readFileSync(fileURLToPath(address)).length > 0);
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
      const dark = await (await browser.newContext({ colorScheme: 'dark' })).newPage();
      await dark.goto(address);
      assert.equal(
        await dark.evaluate('getComputedStyle(document.documentElement).backgroundColor'),
        'rgb(17, 22, 26)',
      );
      await dark.context().close();
      const checked = await (await browser.newContext({ bypassCSP: true })).newPage();
      await checked.goto(address);
      await checked.evaluate(axe);
      const found = await checked.evaluate<{ id: string; nodes: { html: string }[] }[]>(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
      );
      assert.deepEqual(
        found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
        [],
        file,
      );
      await checked.context().close();
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
