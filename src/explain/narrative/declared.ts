// What the release declared to have changed, beside what really did: charts and references against digests. Pure.
import { compareText } from '../../platform/order.ts';
import type { ChartRelease } from '../../scan/release/release.ts';
import type { Comparison } from '../compare/compare.ts';
import { qualifierOf } from '../compare/pair-slots.ts';

/** A chart release whose version is another, or that is on one side only. */
export interface ChartChange {
  /** Name of the Helm release, `namespace/release`. */
  readonly release: string;
  readonly chart: string;
  readonly from?: string;
  readonly to?: string;
}

/** Declared and real change of a release. */
export interface DeclaredChange {
  readonly charts: { readonly from: number; readonly to: number; readonly changed: readonly ChartChange[] };
  readonly images: {
    readonly added: number;
    readonly removed: number;
    readonly renamed: number;
    readonly retagged: number;
    /** Same reference on both sides, and both read. */
    readonly unchangedReferences: number;
    /** Of these, with another digest. */
    readonly rebuilt: number;
  };
}

/** Compares what the release files say with the digests. */
export function declaredChange({ a, b, pairing }: Comparison): DeclaredChange {
  const paired = pairing.pairs.flatMap((pair) =>
    pair.a === undefined || pair.b === undefined ? [] : [{ a: pair.a, b: pair.b, renamed: pair.renamed }],
  );
  const same = paired.filter((pair) => !pair.renamed && qualifierOf(pair.a) === qualifierOf(pair.b));
  const read = same.filter((pair) => pair.a.digest !== undefined && pair.b.digest !== undefined);
  return {
    charts: { from: a.charts.length, to: b.charts.length, changed: chartChanges(a.charts, b.charts) },
    images: {
      added: pairing.pairs.filter((pair) => pair.a === undefined).length,
      removed: pairing.pairs.filter((pair) => pair.b === undefined).length,
      renamed: paired.filter((pair) => pair.renamed).length,
      retagged: paired.filter((pair) => qualifierOf(pair.a) !== qualifierOf(pair.b)).length,
      unchangedReferences: read.length,
      rebuilt: read.filter((pair) => pair.a.digest !== pair.b.digest).length,
    },
  };
}

/** Chart releases by manifest, namespace and name; one that stands in two manifests is two. */
function chartChanges(a: readonly ChartRelease[], b: readonly ChartRelease[]): readonly ChartChange[] {
  const keyOf = ({ manifest, namespace, release }: ChartRelease): string =>
    JSON.stringify([manifest, namespace, release]);
  const before = new Map(a.map((chart) => [keyOf(chart), chart]));
  const after = new Map(b.map((chart) => [keyOf(chart), chart]));
  const changes: ChartChange[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const from = before.get(key);
    const to = after.get(key);
    const named = to ?? from;
    if (named === undefined || (from?.version === to?.version && from?.chart === to?.chart)) continue;
    changes.push({
      release: `${named.namespace}/${named.release}`,
      chart: named.chart,
      ...(from === undefined ? {} : { from: from.version }),
      ...(to === undefined ? {} : { to: to.version }),
    });
  }
  return changes.sort((x, y) => compareText(x.release, y.release) || compareText(x.from ?? '', y.from ?? ''));
}
