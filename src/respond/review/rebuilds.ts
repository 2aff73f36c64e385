// What the rebuilds since the last review really removed and brought, image by image: not what a changelog says of them. Pure.
import type { ChangedState } from '../../explain/compare/change.ts';
import type { Comparison } from '../../explain/compare/compare.ts';

/** Instances by weight. */
export interface RebuildCounts {
  readonly critical: number;
  readonly high: number;
  readonly total: number;
}

/** An image whose content changed. */
export interface ImageRebuild {
  /** Logical reference now. */
  readonly image: string;
  /** Reference before, where the tag changed. */
  readonly before?: string;
  /** Instances that went because of it. */
  readonly removed: RebuildCounts;
  /** Instances that came because of it. */
  readonly brought: RebuildCounts;
}

/** Every image on both sides with another digest; one that removed nothing is listed too. The one that removed most critical and high first. */
export function rebuildsOf({ pairing, changes }: Comparison): readonly ImageRebuild[] {
  const bySlot = Map.groupBy(
    changes.filter(({ basis, cause }) => basis === 'instances' && (cause === 'content' || cause === 'tag')),
    ({ slot }) => slot,
  );
  return pairing.pairs
    .flatMap((pair): readonly ImageRebuild[] => {
      const { a, b } = pair;
      if (a?.digest === undefined || b?.digest === undefined || a.digest === b.digest) return [];
      const own = bySlot.get(pair.slot) ?? [];
      const gone = own.flatMap(({ from, to }) => (from !== undefined && to === undefined ? [from] : []));
      const came = own.flatMap(({ from, to }) => (from === undefined && to !== undefined ? [to] : []));
      return [
        {
          image: b.logical,
          ...(a.logical === b.logical ? {} : { before: a.logical }),
          removed: countsOf(gone),
          brought: countsOf(came),
        },
      ];
    })
    .sort(
      (x, y) =>
        y.removed.critical + y.removed.high - x.removed.critical - x.removed.high ||
        y.removed.total - x.removed.total ||
        (x.image < y.image ? -1 : 1),
    );
}

function countsOf(states: readonly ChangedState[]): RebuildCounts {
  const count = (level: 'critical' | 'high'): number => states.filter(({ severity }) => severity === level).length;
  return { critical: count('critical'), high: count('high'), total: states.length };
}
