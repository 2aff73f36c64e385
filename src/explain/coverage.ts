// Whether an assessment's figures may stand in a headline: how many packages a whole main feed was there for.
// Rule: docs/guide/counting.md, "Headline".
import type { Assessment } from '../scan/assess/assessment.ts';
import { coverageOf } from '../scan/assess/main-feeds.ts';
import { importedFrom } from '../scan/import/import-assessment.ts';

/** Largest share of packages without a whole main feed, in percent, that a headline bears. */
const BEARABLE_PERCENT = 5;

/** Whether the totals may be quoted, and why. */
export interface Headline {
  readonly headline: boolean;
  readonly headlineReason: string;
}

/** Judges coverage over the packages of all read slots; packages that belong to another package are not judged and not counted. */
export function headlineOf(assessment: Assessment): Headline {
  if (assessment.advisorySet.starter) {
    return refused('the starter advisory set knows only a few packages; give a whole set with --advisories');
  }
  const scanner = importedFrom(assessment);
  if (scanner !== undefined) return importedHeadline(assessment, scanner);
  const counts = packagesByNamespace(assessment);
  let total = 0;
  const uncovered: { readonly what: string; readonly count: number }[] = [];
  for (const [namespace, count] of counts) {
    total += count;
    if (namespace === '') uncovered.push({ what: 'unknown distribution', count });
    else {
      const { kind } = coverageOf(namespace, assessment.advisorySet.feeds);
      if (kind !== 'covered') uncovered.push({ what: `${namespace} (main feed ${kind})`, count });
    }
  }
  if (total === 0) return refused('no package was read, so there is nothing to count');
  const missing = uncovered.reduce((sum, { count }) => sum + count, 0);
  if (missing === 0) return { headline: true, headlineReason: `main feeds cover all ${total} packages` };
  const measure = `${missing} of ${total} packages`;
  if (missing * 100 <= total * BEARABLE_PERCENT) {
    return {
      headline: true,
      headlineReason: `${measure} have no whole main feed; up to ${BEARABLE_PERCENT} % is borne`,
    };
  }
  const names = uncovered
    .sort((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1))
    .map(({ what, count }) => `${what}: ${count}`);
  return refused(`${measure} have no whole main feed (${names.join(', ')}); more than ${BEARABLE_PERCENT} %`);
}

/** Another scanner's figures stand as its own; which images it reported is what we can judge. */
function importedHeadline({ images }: Assessment, scanner: string): Headline {
  const unread = images.filter(({ digest }) => digest === undefined).length;
  if (images.length === unread) return refused('no result was read, so there is nothing to count');
  if (unread > 0) return refused(`${unread} of ${images.length} images have no result of ${scanner}`);
  return {
    headline: true,
    headlineReason: `as reported by ${scanner} for ${images.length === 1 ? 'the one image' : `all ${images.length} images`}`,
  };
}

/** Packages in read slots that are judged by themselves, and how many of them a whole main feed was there for. */
export function packageCoverage(assessment: Assessment): { readonly total: number; readonly covered: number } {
  let total = 0;
  let covered = 0;
  for (const [namespace, count] of packagesByNamespace(assessment)) {
    total += count;
    if (namespace !== '' && coverageOf(namespace, assessment.advisorySet.feeds).kind === 'covered') covered += count;
  }
  return { total, covered };
}

/** Packages in read slots by namespace; '' where the distribution is not known. */
function packagesByNamespace(assessment: Assessment): ReadonlyMap<string, number> {
  const slots = new Map<string, number>();
  for (const { digest } of assessment.images) if (digest !== undefined) slots.set(digest, (slots.get(digest) ?? 0) + 1);
  const counts = new Map<string, number>();
  for (const { image, namespace = '', ownedBy } of assessment.packages) {
    if (ownedBy === undefined) counts.set(namespace, (counts.get(namespace) ?? 0) + (slots.get(image) ?? 0));
  }
  return counts;
}

function refused(reason: string): Headline {
  return { headline: false, headlineReason: reason };
}
