// The JSON of triage: every critical and high instance with what answers for it. Schema: schema/triage-1.json.
import { jsonText } from '../../platform/json-text.ts';
import { urgencyReason } from '../../respond/priority/urgency.ts';
import type { Triage, TriagedImage, TriagedInstance } from '../../respond/triage/triage.ts';
import { TOOL } from '../tool.ts';

const TRIAGE_SCHEMA_VERSION = 1;

/** The answer; deterministic, ended by a line feed. */
export function triageJson(triage: Triage, line?: string): string {
  const { assessment, headline, headlineReason, counts, images, withoutOwner, unread } = triage;
  const { id, release, asOf } = assessment;
  const document = {
    schemaVersion: TRIAGE_SCHEMA_VERSION,
    tool: TOOL,
    assessment: { id, release, asOf },
    line,
    headline,
    headlineReason,
    counts,
    images: images.map(imageOf),
    withoutOwner,
    unread,
  };
  return `${jsonText(document)}\n`;
}

function imageOf({ slot, origin, owner, untriaged, instances }: TriagedImage) {
  return { slot, origin, owner, untriaged, instances: instances.map(instanceOf) };
}

function instanceOf({ instance, owner, state, ticket, clock }: TriagedInstance) {
  const { vulnerability, severity, fixable, kev, epss, ssvc, rows } = instance;
  return {
    vulnerability,
    severity,
    fixable,
    kev,
    epss,
    ssvc,
    reason: urgencyReason(instance),
    packages: [...new Set(rows.map((row) => row.package))].sort(),
    owner,
    state,
    ticket,
    firstSeen: clock.firstSeen,
    firstSeenExact: clock.exact,
    due: clock.due,
    late: clock.late,
  };
}
