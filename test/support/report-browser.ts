// For tests of the report in Chromium: opens reports from disk, and writes down whatever a page should not have done.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type BuiltPage, buildReportPage } from '../../scripts/report-page.ts';
import { statisticsOf } from '../../src/explain/statistics.ts';
import { VIEWS } from '../../src/publish/html/page/view-state.ts';
import { reportHtml } from '../../src/publish/html/report.ts';
import type { Assessment } from '../../src/scan/assess/assessment.ts';
import { openBrowser } from './browser.ts';

/** Every view, and every kind of details, of the sample assessment. */
export const EVERY_VIEW: readonly string[] = [
  ...VIEWS.map((view) => `#/${view}`),
  '#/finding/3',
  '#/cve/CVE-2022-90001',
  '#/image/registry.example/harbour/api:1.4.0',
  '#/package/pkg:npm/minimist@1.2.5',
];

/** A browser with a folder of reports. */
export class ReportBrowser {
  readonly folder = mkdtempSync(join(tmpdir(), 'plimsoll-report-'));
  /** What the console said, what a policy forbade, what was asked of the network, since a page was opened. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #page: BuiltPage;

  private constructor(browser: Browser, page: BuiltPage) {
    this.#browser = browser;
    this.#page = page;
  }

  static async start(): Promise<ReportBrowser> {
    return new ReportBrowser(await openBrowser(), await buildReportPage());
  }

  /** Writes a report and gives its address. */
  write(name: string, assessment: Assessment): string {
    return this.writeText(name, reportHtml(assessment, statisticsOf(assessment), this.#page));
  }

  /** Writes a file and gives its address. */
  writeText(name: string, html: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, html);
    return pathToFileURL(file).href;
  }

  /** Opens a file from disk and waits for a part of the page. */
  async open(file: string, hash = '', options: BrowserContextOptions = {}, part = '[role=tabpanel]'): Promise<Page> {
    this.complaints.length = 0;
    const context = await this.#browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const page = await context.newPage();
    page.on('console', (message) => this.complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => this.complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(file)) this.complaints.push(`request: ${request.url()}`);
    });
    await page.goto(file + hash);
    await page.waitForSelector(part);
    return page;
  }

  /** Closes a page, which must have done nothing that it should not. */
  async close(page: Page): Promise<void> {
    assert.equal(await page.evaluate('window.breach'), undefined, 'no script of a name ran');
    await page.context().close();
    assert.deepEqual(this.complaints, []);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The line that says what the rows shown amount to. */
export async function resultLine(page: Page): Promise<string> {
  return (await page.locator('.result').textContent()) ?? '';
}
