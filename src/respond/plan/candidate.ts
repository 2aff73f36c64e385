// A candidate: an action before it is known what it closes. Says which rows of the findings disappear, and what the action costs.
import { compareText } from '../../platform/order.ts';
import type { AssessedImage, Finding } from '../../scan/assess/assessment.ts';
import { orderOf } from '../../scan/assess/covers.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import type { Action, ActionKind } from './action.ts';
import type { Ground } from './ground.ts';

/** What could be done, and the rows that it removes. */
export interface Candidate extends Pick<Action, 'key' | 'kind' | 'target' | 'title' | 'slots' | 'origin'> {
  /** Positions in the findings, ascending. */
  readonly removes: readonly number[];
  /** Points of effort: see EFFORT, and one for each image that is built. */
  readonly cost: number;
  /** Key of the base that is built for it; else the images are built as they are. */
  readonly base?: string;
}

/**
 * Points of effort for each kind, beside one for each image that is built. Ours, for the order of things alone: a rebuild is a run of a pipeline,
 * another version needs a change that somebody reads, another base needs tests of all that stands on it.
 */
export const EFFORT: Readonly<Record<ActionKind, number>> = {
  'rebuild-base': 10,
  'rebuild-image': 10,
  'bump-dependency': 20,
  'upgrade-third-party': 20,
  'remove-package': 30,
  'newer-base': 60,
  'minimal-base': 90,
};

/** The candidate for an action on a target. Nothing but what the images and rows say of it is in the result. */
export function candidateOf(
  kind: ActionKind,
  target: string,
  title: string,
  images: readonly AssessedImage[],
  removes: readonly number[],
  base?: string,
): Candidate {
  const origins = new Set(images.map(({ origin }) => origin));
  const [origin = 'own'] = origins;
  return {
    key: `${kind} ${target}`,
    kind,
    target,
    title,
    slots: images.map(({ slot }) => slot).sort(compareText),
    origin: origins.size > 1 ? 'mixed' : origin,
    removes: [...new Set(removes)].sort((a, b) => a - b),
    cost: EFFORT[kind] + images.length,
    ...(base === undefined ? {} : { base }),
  };
}

/** Packages that a title names. */
const NAMED = 3;

/** `zlib 1.2.12-r0, busybox 1.34.1-r5 and 2 more`: the packages of most rows first, each with the highest version that a row needs. */
export function packagesText(rows: readonly number[], { assessment, schemes }: Ground): string {
  const groups = Map.groupBy(
    rows.flatMap((row) => assessment.findings[row] ?? []),
    (finding) => finding.package,
  );
  const texts = [...groups]
    .sort(([a, some], [b, others]) => others.length - some.length || compareText(a, b))
    .map(([name, findings]) => `${name} ${highestFix(findings, schemes)}`.trim());
  const more = texts.length - NAMED;
  return more > 0 ? `${texts.slice(0, NAMED).join(', ')} and ${more} more` : texts.join(', ');
}

/** The highest fixed version of the rows; empty when none has one. */
function highestFix(findings: readonly Finding[], schemes: ReadonlyMap<string, VersionScheme>): string {
  let highest = '';
  for (const { fixedIn, purl } of findings) {
    if (fixedIn === undefined) continue;
    const scheme = schemes.get(purl);
    const order = highest === '' || scheme === undefined ? undefined : orderOf(scheme, fixedIn, highest);
    if (highest === '' || (order ?? compareText(fixedIn, highest)) === 1) highest = fixedIn;
  }
  return highest;
}

/** A base or a target in a title: digests by their first twelve digits. */
export function named(target: string): string {
  return target.replace(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, '$1');
}

/** `1 image`, `14 images`. */
export function imagesText(count: number): string {
  return count === 1 ? '1 image' : `${count} images`;
}
