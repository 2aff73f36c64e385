// How old open instances are, and how long fixed ones took, by owner and severity: told from the assessments of one release over time. An instance keeps
// its identity through rebuilds. Rules: docs/guide/history.md, "Age". Pure.
import { compareText } from '../platform/order.ts';
import { SEVERITY_LEVELS, type SeverityLevel } from '../scan/advisory/advisory.ts';
import type { AssessedImage, Assessment } from '../scan/assess/assessment.ts';
import { daysBetween } from '../statements/day.ts';
import { instanceCells } from './cells.ts';
import { jointIds } from './compare/joint-ids.ts';
import { hidingGaps } from './hiding-gaps.ts';

/** Whose an image is. */
export type OwnerOf = (image: AssessedImage) => string;

/** How long the instances of one owner and severity are open, and how long the fixed ones were. */
export interface AgeLine {
  readonly owner: string;
  /** The last that was reported. */
  readonly severity: SeverityLevel;
  readonly open: number;
  /** Days since the first assessment that had it; absent without any. */
  readonly medianAge?: number;
  readonly oldestAge?: number;
  /** Gone from an image whose content changed. */
  readonly fixed: number;
  /** Days from the first assessment that had it to the first without; absent without any. */
  readonly medianDaysToFix?: number;
  readonly longestDaysToFix?: number;
  /** Gone with their image: no fix. */
  readonly removed: number;
  /** Gone from an unchanged image: the advisories changed. */
  readonly withdrawn: number;
}

interface Tracked {
  readonly firstSeen: string;
  readonly owner: string;
  severity: SeverityLevel;
  digest: string | undefined;
  /** Gaps of the image behind which a vulnerability may hide, when it was last seen. */
  hidden: ReadonlySet<string>;
}

type Ending = 'fixed' | 'removed' | 'withdrawn';

interface Ended extends Tracked {
  readonly ending: Ending;
  readonly days: number;
}

/**
 * Ages at the last of the assessments, which are in the order of their dates. What was open in an image that a later assessment could not read stays open:
 * nobody can tell. Sorted by owner, then severity.
 */
export function agesOf(assessments: readonly Assessment[], ownerOf: OwnerOf): readonly AgeLine[] {
  const joint = jointIds(assessments.flatMap(({ findings }) => findings));
  const open = new Map<string, Tracked>();
  const ended: Ended[] = [];
  for (const assessment of assessments) {
    const { asOf } = assessment;
    const images = new Map(assessment.images.map((image) => [image.slot, image]));
    const present = new Set<string>();
    for (const cell of instanceCells(assessment.findings)) {
      const image = images.get(cell.slot);
      if (image === undefined) continue;
      const key = `${cell.slot}\0${joint(cell)}`;
      present.add(key);
      const known = open.get(key);
      open.set(key, {
        firstSeen: known?.firstSeen ?? asOf,
        owner: ownerOf(image),
        severity: cell.severity,
        digest: image.digest,
        hidden: hidingGaps(image),
      });
    }
    for (const [key, tracked] of open) {
      if (present.has(key)) continue;
      const image = images.get(key.slice(0, key.indexOf('\0')));
      if (image !== undefined && (image.digest === undefined || !hidingGaps(image).isSubsetOf(tracked.hidden)))
        continue;
      const ending = image === undefined ? 'removed' : image.digest === tracked.digest ? 'withdrawn' : 'fixed';
      ended.push({ ...tracked, ending, days: daysBetween(tracked.firstSeen, asOf) });
      open.delete(key);
    }
  }
  const last = assessments.at(-1)?.asOf ?? '';
  return ageLines([...open.values()], ended, last);
}

function ageLines(open: readonly Tracked[], ended: readonly Ended[], today: string): readonly AgeLine[] {
  const keyOf = ({ owner, severity }: Tracked): string => JSON.stringify([owner, severity]);
  const openGroups = Map.groupBy(open, keyOf);
  const endedGroups = Map.groupBy(ended, keyOf);
  return [...new Set([...openGroups.keys(), ...endedGroups.keys()])]
    .flatMap((key): readonly AgeLine[] => {
      const still = openGroups.get(key) ?? [];
      const over = endedGroups.get(key) ?? [];
      const [any] = [...still, ...over];
      if (any === undefined) return [];
      const ages = sorted(still.map(({ firstSeen }) => daysBetween(firstSeen, today)));
      const fixes = sorted(over.filter(({ ending }) => ending === 'fixed').map(({ days }) => days));
      const count = (wanted: Ending): number => over.filter(({ ending }) => ending === wanted).length;
      return [
        {
          owner: any.owner,
          severity: any.severity,
          open: still.length,
          ...(ages.length === 0 ? {} : { medianAge: median(ages), oldestAge: ages.at(-1) ?? 0 }),
          fixed: fixes.length,
          ...(fixes.length === 0 ? {} : { medianDaysToFix: median(fixes), longestDaysToFix: fixes.at(-1) ?? 0 }),
          removed: count('removed'),
          withdrawn: count('withdrawn'),
        },
      ];
    })
    .sort(
      (x, y) =>
        compareText(x.owner, y.owner) || SEVERITY_LEVELS.indexOf(x.severity) - SEVERITY_LEVELS.indexOf(y.severity),
    );
}

/** The lower of the two middle values of an even number: a day that some instance really has. */
function median(ascending: readonly number[]): number {
  return ascending[Math.ceil(ascending.length / 2) - 1] ?? 0;
}

function sorted(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}
