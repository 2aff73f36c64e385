// The JSON of the gate: the verdict and one a criterion, in the shared shape. Schema: schema/gate-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { GateResult } from '../../respond/gate/gate.ts';
import { TOOL } from '../tool.ts';

const GATE_SCHEMA_VERSION = 1;

/** The answer; deterministic, ended by a line feed. */
export function gateJson({ assessment, criteria, verdict, results }: GateResult, line?: string): string {
  const { id, release, asOf } = assessment;
  const document = {
    schemaVersion: GATE_SCHEMA_VERSION,
    tool: TOOL,
    assessment: { id, release, asOf },
    line,
    criteria,
    verdict,
    results,
  };
  return `${jsonText(document)}\n`;
}
