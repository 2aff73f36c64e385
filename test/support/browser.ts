// A real Chromium for tests and measurements of the HTML report, without any background traffic of its own.
import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './needs.ts';

/** Starts the system's Chromium. Rejects when there is none: guard with needsPrograms('chromium'). */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findProgram('chromium');
  if (executablePath === undefined) throw new Error('chromium is not on PATH');
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
