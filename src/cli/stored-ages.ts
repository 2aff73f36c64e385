// How long instances have been known, from the store: an assessment, those of the same release that were kept, and others at hand.
import { latestOfVersions } from '../explain/history.ts';
import type { Store } from '../platform/store.ts';
import { type AgeOf, agesOf } from '../respond/gate/ages.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { listAssessments, readAssessment } from '../scan/assess/assessment-store.ts';

/**
 * Ages at an assessment. Of each earlier date one assessment of the same version is read, where there is none one of each version: lines that are
 * judged on the same days do not stand for each other. Of several the last that was kept; `others` may be in no store.
 */
export async function agesFrom(
  assessment: Assessment,
  store: Store,
  others: readonly Assessment[] = [],
): Promise<AgeOf> {
  const listed = await listAssessments(store, assessment.release.name);
  const earlier = Map.groupBy(
    listed.filter(({ asOf }) => asOf < assessment.asOf),
    ({ asOf }) => asOf,
  );
  const wanted = [...earlier.values()].flatMap((ofDate) => {
    const same = ofDate.filter(({ release }) => release.version === assessment.release.version);
    return latestOfVersions(same.length > 0 ? same : ofDate);
  });
  const history: Assessment[] = [];
  for (const { id } of wanted) {
    const stored = await readAssessment(store, id);
    if (stored !== undefined) history.push(stored);
  }
  return agesOf([...history, ...others, assessment], assessment.asOf);
}
