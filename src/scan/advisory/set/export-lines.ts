// An advisory set as lines of JSON, one fact a line in a fixed order: readable, comparable with other tools, and enough to make the same
// set again. The first line names format and id.
import { canonicalJson } from '../../../platform/canonical.ts';
import type { StoredAdvisorySet } from './open.ts';

/** Name and version of the format, in the first line. */
export const EXPORT_FORMAT = 'plimsoll-advisories';
export const EXPORT_VERSION = 1;

/** The lines, each with its line end. */
export function* exportLines(set: StoredAdvisorySet): Generator<string> {
  const { id, builtAt, starter } = set;
  yield line({ format: EXPORT_FORMAT, version: EXPORT_VERSION, id, builtAt, starter });
  for (const feed of set.feeds) yield line({ feed });
  for (const row of set.packages()) for (const advisory of set.advisoriesOf(row)) yield line({ advisory });
  for (const enrichment of set.enrichments()) yield line({ enrichment });
  for (const endOfLife of set.endsOfLife()) yield line({ endOfLife });
}

function line(value: unknown): string {
  return `${canonicalJson(value)}\n`;
}
