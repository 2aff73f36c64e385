// The JSON of the history. Schema: schema/history-1.json.
import type { HistoryReport } from '../../explain/history-report.ts';
import { jsonText } from '../../platform/json-text.ts';

const HISTORY_SCHEMA_VERSION = 1;

/** The history; deterministic, ended by a line feed. */
export function historyJson({ assessments, series, findings }: HistoryReport): string {
  return jsonText({
    schemaVersion: HISTORY_SCHEMA_VERSION,
    assessments,
    series,
    ...(findings === undefined ? {} : { findings }),
  });
}
