// The JSON of hygiene: the verdict of the whole, figures a check, results in the shared shape. Schema: schema/hygiene-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { HygieneResult } from '../../posture/hygiene/hygiene.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { TOOL } from '../tool.ts';

const HYGIENE_SCHEMA_VERSION = 1;

/** The results; deterministic, ended by a line feed. */
export function hygieneJson(result: HygieneResult): string {
  const { assessment, since, change, verdict, counts, checks, results, waivers } = result;
  const document = {
    schemaVersion: HYGIENE_SCHEMA_VERSION,
    tool: TOOL,
    assessment: named(assessment),
    since: since === undefined ? undefined : named(since),
    change,
    verdict,
    counts,
    checks,
    results,
    waivers,
  };
  return `${jsonText(document)}\n`;
}

function named({ id, release, asOf }: Assessment): object {
  return { id, release, asOf };
}
