// The state of one cell in any mixture of A's and B's factors. Evaluates images against sets on demand and remembers the results.
import type { Digest } from '../../platform/canonical.ts';
import type { AssessedImage } from '../../scan/assess/assessment.ts';
import { type CellState, stateOfRows } from '../cells.ts';
import { FACTORS, type Factor, type Mixture, takesB } from './factors.ts';
import type { JointIds } from './joint-ids.ts';
import { qualifierOf, type SlotPair } from './pair-slots.ts';
import type { EvaluatedRow, Evaluation } from './set-view.ts';
import type { Side, Sides } from './side.ts';
import { type StatementOf, statementsDiffer } from './stated.ts';

/** A cell in a mixture: its rows, and their state; no rows when the cell is not there. */
export interface MixedCell extends Pick<Evaluation, 'unjudged'> {
  readonly rows: readonly EvaluatedRow[];
  readonly state?: CellState;
}

/** What is said of an image, by joint id. */
interface Evaluated extends Pick<Evaluation, 'unjudged'> {
  readonly byId: ReadonlyMap<string, readonly EvaluatedRow[]>;
}

/** Evaluates cells of pairs. */
export interface Mixtures {
  /** Factors that differ for a pair whose images were both read, or that has one image; in their order, never `coverage`. */
  differing(pair: SlotPair): readonly Factor[];
  /** The cell of a vulnerability, by its joint id. */
  cell(pair: SlotPair, vulnerability: string, mixture: Mixture): MixedCell;
}

const ABSENT: MixedCell = { rows: [], unjudged: new Set() };

/** Prepares the evaluation of mixtures. */
export function createMixtures(sides: Sides, joint: JointIds, statementOf: StatementOf): Mixtures {
  const { a, b, contents } = sides;
  const common = commonFactors(a, b);
  const known = new Map<string, Evaluated>();
  return { differing, cell };

  function differing(pair: SlotPair): readonly Factor[] {
    const own = new Set<Factor>(common);
    if (pair.a === undefined || pair.b === undefined) own.add('membership');
    else {
      if (pair.renamed) own.add('membership');
      if (qualifierOf(pair.a) !== qualifierOf(pair.b)) own.add('tag');
      else if (pair.a.digest !== pair.b.digest) own.add('content');
    }
    return FACTORS.filter((factor) => own.has(factor));
  }

  function cell(pair: SlotPair, vulnerability: string, mixture: Mixture): MixedCell {
    const image = imageIn(pair, mixture);
    if (image?.digest === undefined) return ABSENT;
    const { byId, unjudged } = evaluate(image.digest, takesB(mixture, 'advisories'), takesB(mixture, 'policy'));
    const rows = byId.get(vulnerability);
    if (rows === undefined) return { rows: [], unjudged };
    const statements = takesB(mixture, 'statements') ? 'b' : 'a';
    const date = takesB(mixture, 'clock') ? 'b' : 'a';
    const stated = rows.map((row) => {
      const statement = statementOf(row, image, statements, date);
      return statement === undefined ? row : { ...row, statement };
    });
    return { rows: stated, unjudged, state: stateOfRows(stated) };
  }

  function evaluate(image: Digest, advisoriesOfB: boolean, policyOfB: boolean): Evaluated {
    const key = `${advisoriesOfB} ${policyOfB} ${image}`;
    let evaluated = known.get(key);
    if (evaluated === undefined) {
      const { view } = advisoriesOfB ? b : a;
      const { policy } = policyOfB ? b : a;
      const { rows, unjudged } = view(contents.get(image) ?? { image, packages: [] }, policy);
      evaluated = { byId: Map.groupBy(rows, joint), unjudged };
      known.set(key, evaluated);
    }
    return evaluated;
  }
}

/** Text that is equal for equal states; undefined when the cell is not there. */
export function stateKey(state: CellState | undefined): string | undefined {
  if (state === undefined) return undefined;
  const { severity, fixState, fullyFixable, statement = '' } = state;
  return `${severity} ${fixState} ${fullyFixable} ${statement}`;
}

function commonFactors(a: Side, b: Side): readonly Factor[] {
  const factors: Factor[] = [];
  if (a.assessment.advisorySet.id !== b.assessment.advisorySet.id) factors.push('advisories');
  if (statementsDiffer(a.assessment, b.assessment)) factors.push('statements');
  if (a.assessment.asOf !== b.assessment.asOf) factors.push('clock');
  if (a.assessment.severityPolicy !== b.assessment.severityPolicy) factors.push('policy');
  return factors;
}

/**
 * An image that is on one side is there or not, by its membership. One that is on both has the content of the side whose tag, else whose content, the
 * mixture takes, and goes by that side's name, which statements are about; a renamed one by that of the side whose membership it takes.
 */
function imageIn(pair: SlotPair, mixture: Mixture): AssessedImage | undefined {
  const membershipOfB = takesB(mixture, 'membership');
  if (pair.a === undefined) return membershipOfB ? pair.b : undefined;
  if (pair.b === undefined) return membershipOfB ? undefined : pair.a;
  const filled = takesB(mixture, 'tag') || takesB(mixture, 'content') ? pair.b : pair.a;
  if (!pair.renamed || filled.digest === undefined) return filled;
  return { ...(membershipOfB ? pair.b : pair.a), digest: filled.digest };
}
