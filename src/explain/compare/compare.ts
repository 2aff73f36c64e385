// Compares two assessments: every changed cell on each basis with its cause, and the figures that the causes add up to exactly.
// Rules: docs/guide/comparing.md. Pure given the sets.
import { compareText } from '../../platform/order.ts';
import type { AdvisorySet } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { statisticsOf, type ThreeBases } from '../statistics.ts';
import { type Change, type ChangeCause, type ChangeLabel, LABELS, type Tallies } from './change.ts';
import { FACTORS } from './factors.ts';
import { instanceChanges } from './instance-changes.ts';
import { jointIds } from './joint-ids.ts';
import type { StatementOf } from './mixtures.ts';
import { type Pairing, pairSlots } from './pair-slots.ts';
import { type ComparisonInput, prepareSides, type Sides } from './side.ts';
import { differenceOf, tallyOf } from './tally.ts';
import { wideChanges } from './wide-changes.ts';

/** What a comparison may be told beside the two assessments. */
export interface CompareOptions {
  /** Repositories with another name in B: old name to new one. */
  readonly renames?: ReadonlyMap<string, string>;
  /** What statements say under mixtures of the sides; as the assessments have it when absent. */
  readonly statementOf?: StatementOf;
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
}

const CAUSES: readonly ChangeCause[] = [...FACTORS, 'method'];

/** Compares. With A and B exchanged the counts are the negatives and the labels the opposites. */
export function compareAssessments(
  from: ComparisonInput,
  to: ComparisonInput,
  { renames, statementOf }: CompareOptions = {},
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
    statementOf: statementOf ?? statementsAsFound(sides, joint),
  });
  const wide = wideChanges({ a: a.assessment, b: b.assessment, pairs: pairing.pairs, joint, changes });
  const all = [...changes, ...wide];
  const figures = { from: statisticsOf(a.assessment), to: statisticsOf(b.assessment) };
  return {
    a: a.assessment,
    b: b.assessment,
    figures,
    difference: differenceOf(figures.from, figures.to),
    causes: causeTallies(all),
    changes: all,
    method: {
      from: differenceOf(statisticsOf(a.published), figures.from),
      to: differenceOf(statisticsOf(b.published), figures.to),
    },
    pairing,
  };
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

/** Statements as the findings carry them, by image, vulnerability and package: dates and scopes are not judged anew. */
function statementsAsFound({ a, b }: Sides, joint: ReturnType<typeof jointIds>): StatementOf {
  const index = ({ assessment }: Sides['a']): ReadonlyMap<string, string> =>
    new Map(
      assessment.findings.flatMap((finding) =>
        finding.statement === undefined
          ? []
          : [[`${finding.slot}\0${joint(finding)}\0${finding.package}`, finding.statement] as const],
      ),
    );
  const found = { a: index(a), b: index(b) };
  return (row, image, statementsOf) => found[statementsOf].get(`${image.slot}\0${joint(row)}\0${row.package}`);
}
