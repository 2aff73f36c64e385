// An advisory set as lines of JSON, one fact a line in a fixed order: readable, comparable with other tools, and enough to make the same
// set again. The first line names format and id.
import { canonicalJson } from '../../../platform/canonical.ts';
import { escapeHidden } from '../../../platform/json-text.ts';
import type { StoredAdvisorySet } from './open.ts';

/** Name and version of the format, in the first line; schema/advisories-export-1.json. */
export const EXPORT_FORMAT = 'plimsoll-advisories';
export const EXPORT_SCHEMA_VERSION = 1;

/** The lines, each with its line end. */
export function* exportLines(set: StoredAdvisorySet): Generator<string> {
  const { id, builtAt, starter } = set;
  yield line({ format: EXPORT_FORMAT, schemaVersion: EXPORT_SCHEMA_VERSION, id, builtAt, starter });
  for (const feed of set.feeds) yield line({ feed });
  for (const row of set.packages()) for (const advisory of set.advisoriesOf(row)) yield line({ advisory });
  for (const enrichment of set.enrichments()) yield line({ enrichment });
  for (const endOfLife of set.endsOfLife()) yield line({ endOfLife });
}

function line(value: unknown): string {
  return `${escapeHidden(canonicalJson(value))}\n`;
}
