// The JSON of a patch set. Schema: schema/patch-set-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { PatchSet } from '../../respond/patch-set/patch-set.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { TOOL } from '../tool.ts';

const PATCH_SET_SCHEMA_VERSION = 1;

/** The patch set; deterministic, ended by a line feed. */
export function patchSetJson(set: PatchSet): string {
  const { id, title, line, notes, images, charts, findings, preconditions, restarts, tests, backOut, files, gaps } =
    set;
  const text = jsonText({
    schemaVersion: PATCH_SET_SCHEMA_VERSION,
    tool: TOOL,
    id,
    title,
    supersedes: notes.supersedes,
    line,
    from: sideOf(set.from),
    to: sideOf(set.to),
    images,
    charts,
    findings,
    preconditions,
    steps: notes.steps,
    restarts,
    tests,
    backOut: { images: backOut, steps: notes.backOutSteps },
    files,
    gaps,
  });
  return `${text}\n`;
}

function sideOf({ id, release, asOf, advisorySet }: Assessment) {
  return { id, release, asOf, advisorySet: advisorySet.id };
}
