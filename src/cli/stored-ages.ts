// How long instances have been known, from the store: an assessment, those of the same release that were kept, and others at hand.
import type { Store } from '../platform/store.ts';
import { type AgeOf, agesOf } from '../respond/gate/ages.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { listAssessments, readAssessment } from '../scan/assess/assessment-store.ts';

/** Ages at an assessment. Of the stored ones each earlier date is read once, the last that was kept; `others` may be in no store. */
export async function agesFrom(
  assessment: Assessment,
  store: Store,
  others: readonly Assessment[] = [],
): Promise<AgeOf> {
  const listed = await listAssessments(store, assessment.release.name);
  const byDate = new Map(listed.filter(({ asOf }) => asOf < assessment.asOf).map(({ asOf, id }) => [asOf, id]));
  const history: Assessment[] = [];
  for (const id of byDate.values()) {
    const stored = await readAssessment(store, id);
    if (stored !== undefined) history.push(stored);
  }
  return agesOf([...history, ...others, assessment], assessment.asOf);
}
