// The JSON of `lines status`. Schema: schema/lines-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { LineSupport } from '../../posture/kubernetes-versions/line-support.ts';
import type { LineStatus } from '../../respond/lines/status.ts';
import { TOOL } from '../tool.ts';

const LINES_SCHEMA_VERSION = 1;

/** The lines at a date, with the support of the Kubernetes that they name; deterministic, ended by a line feed. */
export function linesJson(statuses: readonly LineStatus[], supports: readonly LineSupport[], asOf: string): string {
  const lines = statuses.map(({ line, daysLeft, verdict, latest }) => ({
    ...line,
    daysLeft,
    verdict,
    kubernetesEnded: supportOf(supports, line)?.dates?.ended,
    kubernetesVerdict: supportOf(supports, line)?.verdict,
    latest: latest && { id: latest.id, release: latest.release, asOf: latest.asOf, figures: latest.figures },
  }));
  return `${jsonText({ schemaVersion: LINES_SCHEMA_VERSION, tool: TOOL, asOf, lines })}\n`;
}

function supportOf(supports: readonly LineSupport[], line: LineStatus['line']): LineSupport | undefined {
  return supports.find((support) => support.line === line);
}
