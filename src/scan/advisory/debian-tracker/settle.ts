// The tracker's JSON and the announcement lists may both speak of a CVE in a package, and several announcements may: one record holds.
import { deb } from '../../../versions/deb.ts';
import type { Advisory } from '../advisory.ts';

/**
 * The tracker's own record (it carries no announcement) holds; where it knows no fix, or is not there, the highest fix of the
 * announcements does, because a later one completes an earlier one. The announcements stay named.
 */
export function settleDebian(records: readonly Advisory[]): readonly Advisory[] {
  const related = records.flatMap((record) => record.related);
  const tracker = records.find((record) => record.related.length === 0);
  if (tracker !== undefined && (tracker.status === 'not-affected' || fixOf(tracker) !== undefined)) {
    return [{ ...tracker, related }];
  }
  let best: Advisory | undefined;
  for (const record of records) {
    const fix = fixOf(record);
    const bestFix = best === undefined ? undefined : fixOf(best);
    if (fix !== undefined && (bestFix === undefined || deb.compare(fix, bestFix) > 0)) best = record;
  }
  const held = best ?? tracker ?? records[0];
  if (held === undefined) return [];
  return [{ ...held, related, severities: tracker?.severities ?? held.severities }];
}

function fixOf(record: Advisory): string | undefined {
  return record.status === 'affected' ? record.ranges[0]?.fixed : undefined;
}
