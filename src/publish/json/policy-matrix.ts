// `policy matrix --format json`, as schema/policy-matrix-1.json describes it.
import type { Gap } from '../../platform/gap.ts';
import { jsonText } from '../../platform/json-text.ts';
import type { ControlMatrix } from '../../posture/policy/matrix/matrix.ts';
import { TOOL } from '../tool.ts';

/** The matrix as JSON. */
export function policyMatrixJson(
  { controls, rows, counts }: ControlMatrix,
  policies: number,
  gaps: readonly Gap[],
): string {
  return `${jsonText({ schemaVersion: 1, tool: TOOL, policies, controls, counts, workloads: rows, gaps })}\n`;
}
