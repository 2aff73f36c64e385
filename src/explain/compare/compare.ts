// Compares two assessments: every changed cell on each basis with its cause, and the figures that the causes add up to exactly.
// Rules: docs/guide/comparing.md. Pure given the sets.
import { compareText } from '../../platform/order.ts';
import type { AdvisorySet } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { instanceCells } from '../cells.ts';
import { type ThreeBases, threeBasesOf } from '../statistics.ts';
import { type Change, type ChangeCause, type ChangeLabel, LABELS, type Tallies } from './change.ts';
import { FACTORS } from './factors.ts';
import { type FirstKnown, firstKnown } from './first-known.ts';
import { instanceChanges } from './instance-changes.ts';
import { jointIds } from './joint-ids.ts';
import { type Pairing, pairSlots } from './pair-slots.ts';
import { type ComparisonInput, prepareSides, type Side } from './side.ts';
import { statedOf } from './stated.ts';
import { differenceOf, tallyOf } from './tally.ts';
import { wideChanges } from './wide-changes.ts';

/** What a comparison may be told beside the two assessments. */
export interface CompareOptions {
  /** Repositories with another name in B: old name to new one. */
  readonly renames?: ReadonlyMap<string, string>;
}

/** What a cause contributed. */
export interface CauseTally {
  readonly cause: ChangeCause;
  readonly label: ChangeLabel;
  readonly difference: Tallies;
}

/** The comparison of two assessments. */
export interface Comparison {
  readonly a: Assessment;
  readonly b: Assessment;
  /** Figures of the two sides as today's program evaluates them. */
  readonly figures: { readonly from: ThreeBases; readonly to: ThreeBases };
  /** Figures of B minus those of A. */
  readonly difference: Tallies;
  /** They add up to the difference. In the order of causes and labels. */
  readonly causes: readonly CauseTally[];
  /** Instances, then distinct, then images. */
  readonly changes: readonly Change[];
  /** What today's program itself changed against the assessments as published; outside of the sums. */
  readonly method: { readonly from: Tallies; readonly to: Tallies };
  readonly pairing: Pairing;
  /** Of the vulnerabilities that moved most, when they were published and reached the feeds; empty without a set. */
  readonly known: ReadonlyMap<string, FirstKnown>;
}

const CAUSES: readonly ChangeCause[] = [...FACTORS, 'method'];

/** Compares. With A and B exchanged the counts are the negatives and the labels the opposites. */
export function compareAssessments(
  from: ComparisonInput,
  to: ComparisonInput,
  { renames }: CompareOptions = {},
): Comparison {
  const sides = prepareSides(from, to);
  const { a, b } = sides;
  const pairing = pairSlots(a.assessment.images, b.assessment.images, {
    ...(renames === undefined ? {} : { renames }),
    baseOf: (image) => sides.contents.get(image)?.packages.map(({ location }) => location.layer)[0],
  });
  const joint = jointIds([...a.assessment.findings, ...b.assessment.findings]);
  const changes = instanceChanges({
    sides,
    sets: setsOf(from.set, to.set),
    pairs: pairing.pairs,
    joint,
    statementOf: statedOf(sides, joint),
  });
  const cells = { a: instanceCells(a.assessment.findings), b: instanceCells(b.assessment.findings) };
  const wide = wideChanges({ ...cells, pairs: pairing.pairs, joint, changes });
  const all = [...changes, ...wide];
  const figures = { from: threeBasesOf(a.assessment, cells.a), to: threeBasesOf(b.assessment, cells.b) };
  return {
    a: a.assessment,
    b: b.assessment,
    figures,
    difference: differenceOf(figures.from, figures.to),
    causes: causeTallies(all),
    changes: all,
    method: { from: methodOf(a, figures.from), to: methodOf(b, figures.to) },
    pairing,
    known: firstKnown(sides, setsOf(from.set, to.set), changes),
  };
}

/** What evaluating a side again changed; nothing where it was not. */
function methodOf({ published, assessment }: Side, figures: ThreeBases): Tallies {
  return differenceOf(published === assessment ? figures : threeBasesOf(published), figures);
}

function causeTallies(changes: readonly Change[]): readonly CauseTally[] {
  const groups = Map.groupBy(changes, ({ cause, label }) => `${cause} ${label}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [{ cause: first.cause, label: first.label, difference: tallyOf(group) }];
    })
    .sort(
      (x, y) =>
        CAUSES.indexOf(x.cause) - CAUSES.indexOf(y.cause) ||
        LABELS.indexOf(x.label) - LABELS.indexOf(y.label) ||
        compareText(x.label, y.label),
    );
}

function setsOf(a: AdvisorySet | undefined, b: AdvisorySet | undefined) {
  return { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
}
