// B11: the HTML report of 300 images, 50,000 findings and 100,000 packages, opened from disk in Chromium: its size, time to the first paint, time to filter.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { buildReportPage } from '../scripts/report-page.ts';
import { statisticsOf } from '../src/explain/statistics.ts';
import { reportHtml } from '../src/publish/html/report.ts';
import { openBrowser } from '../test/support/browser.ts';
import { largeAssessment } from './large-assessment.ts';
import { type Measurement, median } from './measurement.ts';

const IMAGES = 300;
const FINDINGS = 50_000;
const ROUNDS = 5;
/** As a reader types: growing words, a word that hits all, two words, none, and back to everything. */
const QUERIES = {
  findings: ['c', 'co', 'component', 'component cve-2021', 'libz', 'no such word', ''],
  packages: ['c', 'co', 'component', 'component 1.2', 'libz', 'no such word', ''],
  cves: ['c', 'cve', 'cve-2021', 'cve-2021 component', 'libz', 'no such word', ''],
} as const;

/** Medians over several openings. Needs Chromium on PATH. */
export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-report-'));
  const file = join(folder, 'report.html');
  const assessment = largeAssessment(IMAGES, FINDINGS);
  writeFileSync(file, reportHtml(assessment, statisticsOf(assessment), await buildReportPage()));
  const browser = await openBrowser();
  try {
    const what = `report, ${IMAGES} images, ${FINDINGS} findings`;
    const measurements = [measured(`${what}: file`, statSync(file).size / 1e6, 'MB', 15)];
    for (const [view, queries] of Object.entries(QUERIES)) {
      const paints: number[] = [];
      const filters: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const page = await opened(browser, `${pathToFileURL(file).href}#/${view}`);
        paints.push(await firstPaint(page));
        for (const query of queries) filters.push(await filterTime(page, query));
        await page.close();
      }
      measurements.push(
        measured(`${what}: ${view}, first paint`, median(paints), 'ms', 1000),
        measured(`${what}: ${view}, key stroke to paint`, median(filters), 'ms', 100),
      );
    }
    return measurements;
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function opened(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(address);
  await page.waitForSelector('tbody tr button');
  await page.waitForTimeout(1000);
  return page;
}

/** Milliseconds from the start of the navigation to the first text, which here is the finished view (Paint Timing). */
async function firstPaint(page: Page): Promise<number> {
  return page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
}

/** Milliseconds from the input event to the end of the frame that shows its result. */
async function filterTime(page: Page, query: string): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const input = document.querySelector('input[type=search]');
    const start = performance.now();
    input.value = ${JSON.stringify(query)};
    input.dispatchEvent(new Event('input', { bubbles: true }));
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve(performance.now() - start);
      channel.port2.postMessage(0);
    });
  })`);
}

function measured(name: string, value: number, unit: string, most: number): Measurement {
  return { id: 'B11', name, value, unit, goal: `<= ${most} ${unit}`, ok: value <= most };
}
