// Several announcements about one CVE in one package: the first fix was completed later. A fix for everyone holds against one for subscribers.
import { rpm } from '../../../versions/rpm.ts';
import { VersionError } from '../../../versions/version-error.ts';
import type { Advisory } from '../advisory.ts';

/** The record with the highest fixed version; where they cannot be ordered, all. */
export function settleRecords(records: readonly Advisory[]): readonly Advisory[] {
  const open = records.filter(({ fixState }) => fixState === 'fixed');
  const candidates = open.length > 0 ? open : records;
  try {
    const [highest] = candidates.toSorted((a, b) => rpm.compare(versionOf(b), versionOf(a)));
    if (highest === undefined) return [];
    const related = [...new Set(candidates.flatMap((record) => record.related))];
    return [{ ...highest, related }];
  } catch (error) {
    if (error instanceof VersionError) return candidates;
    throw error;
  }
}

function versionOf({ ranges: [range] }: Advisory): string {
  return range?.fixed ?? range?.limit ?? '';
}
