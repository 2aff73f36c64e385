// Feed flaps: vulnerabilities that appear and vanish, or vanish and come back, in images that did not change. Rule: docs/guide/history.md. Pure.
import { compareText } from '../platform/order.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { jointIds } from './compare/joint-ids.ts';

/** A flap of one vulnerability. */
export interface FeedFlap {
  readonly vulnerability: string;
  /** `appeared`: it was not there, was there, and was not again. `vanished`: the other way round. */
  readonly kind: 'appeared' | 'vanished';
  /** Dates of judgement of the first assessment that differed, and of the first that was as before. */
  readonly from: string;
  readonly to: string;
  /** Unchanged images in which it was seen. */
  readonly images: number;
}

interface Judgement {
  readonly asOf: string;
  readonly found: ReadonlySet<string>;
}

/**
 * Flaps over assessments in the order of their dates; of one date the last counts. An image is one that did not change when its digest is the same, in
 * whatever release it stands. Only what the same cataloguers read and the same feeds judged is held together: a feed that is missing is no flap. Sorted
 * by date, then vulnerability.
 */
export function feedFlaps(assessments: readonly Assessment[]): readonly FeedFlap[] {
  const joint = jointIds(assessments.flatMap(({ findings }) => findings));
  const flaps = new Map<string, FeedFlap>();
  for (const judgements of judgementsByImage(assessments, joint).values()) {
    const ids = new Set(judgements.flatMap(({ found }) => [...found]));
    for (const vulnerability of ids) {
      for (const { kind, from, to } of turns(judgements, vulnerability)) {
        const key = [from, to, vulnerability, kind].join('\0');
        const images = (flaps.get(key)?.images ?? 0) + 1;
        flaps.set(key, { vulnerability, kind, from, to, images });
      }
    }
  }
  return [...flaps].sort(([x], [y]) => compareText(x, y)).map(([, flap]) => flap);
}

/** What was found in each image at each date, apart for every method of reading and list of feeds. */
function judgementsByImage(
  assessments: readonly Assessment[],
  joint: ReturnType<typeof jointIds>,
): ReadonlyMap<string, readonly Judgement[]> {
  const byImage = new Map<string, Map<string, Judgement>>();
  for (const { asOf, images, findings, inventories, advisorySet } of assessments) {
    const feeds = advisorySet.feeds.map(({ id }) => id).join(' ');
    const readBy = new Map(inventories.map(({ digest, cataloguers }) => [digest, cataloguers.join(' ')]));
    const found = Map.groupBy(findings, ({ image }) => image);
    for (const { digest } of images) {
      if (digest === undefined) continue;
      const key = [digest, readBy.get(digest) ?? '', feeds].join('\0');
      const judgements = byImage.get(key) ?? new Map<string, Judgement>();
      byImage.set(key, judgements);
      judgements.set(asOf, { asOf, found: new Set((found.get(digest) ?? []).map(joint)) });
    }
  }
  return new Map(
    [...byImage].map(([image, judgements]) => [
      image,
      [...judgements.values()].sort((a, b) => compareText(a.asOf, b.asOf)),
    ]),
  );
}

/** Every stretch of assessments that differ from those before and after. */
function turns(
  judgements: readonly Judgement[],
  vulnerability: string,
): readonly Pick<FeedFlap, 'kind' | 'from' | 'to'>[] {
  const changes = judgements.flatMap(({ asOf, found }, index) => {
    const before = judgements[index - 1]?.found.has(vulnerability);
    const now = found.has(vulnerability);
    return before === undefined || before === now ? [] : [{ asOf, now }];
  });
  return changes.flatMap(({ asOf, now }, index) => {
    const next = changes[index + 1];
    return next === undefined
      ? []
      : [{ kind: now ? ('appeared' as const) : ('vanished' as const), from: asOf, to: next.asOf }];
  });
}
