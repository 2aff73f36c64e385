// Writes docs/images/report.png: the report of the demo as Chromium shows it. Run after `npm run demo`.
import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = resolve(import.meta.dirname, '..');
const report = globSync('demo/out/*/report.html', { cwd: root }).sort()[0];
if (report === undefined) throw new Error('there is no demo/out/*/report.html: run `npm run demo` first');
const executablePath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined) throw new Error('Chromium is not installed: name its program in CHROMIUM');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(resolve(root, report)).href);
  await page.screenshot({ path: resolve(root, 'docs/images/report.png'), animations: 'disabled' });
} finally {
  await browser.close();
}
console.log('docs/images/report.png');
