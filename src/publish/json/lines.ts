// The JSON of `lines status`. Schema: schema/lines-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { LineStatus } from '../../respond/lines/status.ts';
import { TOOL } from '../tool.ts';

const LINES_SCHEMA_VERSION = 1;

/** The lines at a date; deterministic, ended by a line feed. */
export function linesJson(statuses: readonly LineStatus[], asOf: string): string {
  const lines = statuses.map(({ line, daysLeft, verdict, latest }) => ({
    ...line,
    daysLeft,
    verdict,
    latest: latest && { id: latest.id, release: latest.release, asOf: latest.asOf, figures: latest.figures },
  }));
  return `${jsonText({ schemaVersion: LINES_SCHEMA_VERSION, tool: TOOL, asOf, lines })}\n`;
}
