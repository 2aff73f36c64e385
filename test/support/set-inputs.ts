// Small inputs of feeds for the tests of sets, in a folder of the test run.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../src/platform/errors.ts';
import { kev } from '../../src/scan/advisory/kev/index.ts';
import { osv } from '../../src/scan/advisory/osv/index.ts';
import type { FeedInput } from '../../src/scan/advisory/set/build.ts';
import { temporaryFolder } from './unpacked.ts';

/** When the sets are built. */
export const BUILT = { builtAt: '2026-01-01T00:00:00Z' };

/** A path in the folder of the test run. */
export function path(name: string): string {
  return join(temporaryFolder(), name);
}

/** Makes a folder with these files and gives its path; what is no text is written as JSON. */
export function folder(name: string, files: Readonly<Record<string, unknown>>): string {
  mkdirSync(path(name), { recursive: true });
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(path(name), file), typeof content === 'string' ? content : JSON.stringify(content));
  return path(name);
}

/** A record of OSV on an npm package. */
export function osvRecord(id: string, name: string, fields: Record<string, unknown> = {}): unknown {
  const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.3' }] }];
  return {
    id,
    modified: '2024-01-01T00:00:00Z',
    affected: [{ package: { ecosystem: 'npm', name }, ranges }],
    ...fields,
  };
}

/** Of OSV: one that holds, one that was withdrawn, one that is none. */
export const RECORDS = folder('osv', {
  'a.json': osvRecord('GHSA-a', 'left'),
  'b.json': osvRecord('GHSA-b', 'right', { withdrawn: '2024-02-01T00:00:00Z' }),
  'c.json': '{"id": 1}',
});
/** Of the catalogue of known exploited vulnerabilities. */
export const KEV = folder('kev', {
  'kev.json': { dateReleased: '2024-01-01', vulnerabilities: [{ cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' }] },
});
/** The same, published a day later. */
export const KEV_LATER = folder('kev-later', {
  'kev.json': { dateReleased: '2024-01-02', vulnerabilities: [{ cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' }] },
});
/** Ends of life. */
export const EOL = folder('eol', {
  'eol.json': { endOfLife: [{ os: 'alpine:3.15', date: '2030-01-01', source: 'https://example.org/' }] },
});
/** What most of the sets are built from. */
export const INPUTS: readonly FeedInput[] = [
  { feed: osv, path: RECORDS },
  { feed: kev, path: KEV, updated: '2025-05-05' },
];

/** The error that the work ends with; the test fails where there is none of the program's own. */
export async function fails(work: () => unknown): Promise<PlimsollError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof PlimsollError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}
