// The cause and label of one changed instance. Rules: docs/guide/comparing.md, "The cause of a change", "Coverage", "Labels".
import type { AdvisorySet } from '../../scan/advisory/advisory.ts';
import type { Finding } from '../../scan/assess/assessment.ts';
import type { ChangeCause, ChangeLabel } from './change.ts';
import { type Cause, causeOf, type Factor, mixtureOf } from './factors.ts';
import { feedAbsence, feedsOf, tellerAbsence } from './feed-coverage.ts';
import { imageCoverage } from './image-coverage.ts';
import type { ImportedCause } from './imported-causes.ts';
import type { JointIds } from './joint-ids.ts';
import { labelOf } from './labels.ts';
import { type MixedCell, type Mixtures, stateKey } from './mixtures.ts';
import type { SlotPair } from './pair-slots.ts';
import type { ChangedCell, ReportedCell } from './reported-cells.ts';
import type { Sides } from './side.ts';

/** What explanations are drawn from. */
export interface ExplainInput {
  readonly sides: Sides;
  readonly sets: { readonly a?: AdvisorySet; readonly b?: AdvisorySet };
  readonly joint: JointIds;
  /** Whether a side reports a vulnerability, by its joint id, in any package of a name. */
  readonly reportedBy: (side: 'a' | 'b', packageName: string, id: string) => boolean;
}

/** A cause with its label and what was found out on the way. */
export interface Explanation {
  readonly cause: ChangeCause;
  readonly also: readonly Factor[];
  readonly label: ChangeLabel;
  readonly inferred: boolean;
}

const METHOD: Explanation = { cause: 'method', also: [], label: 'method-changed', inferred: true };

/** Explains a changed cell. */
export function explainChange(
  input: ExplainInput,
  mixtures: Mixtures,
  changed: ChangedCell,
  importedCause: (changed: ChangedCell) => ImportedCause | undefined,
): Explanation {
  const { sides } = input;
  const { pair, id, a, b, surplus } = changed;
  if (surplus) {
    const label = a === undefined ? 'alias-split' : 'alias-merged';
    return { cause: 'advisories', also: [], label, inferred: false };
  }
  const unread = imageCoverage(sides, pair, a?.rows, b?.rows);
  if (unread !== undefined) return { cause: 'coverage', also: [], label: unread, inferred: false };
  const foreign = importedCause(changed);
  if (foreign === 'method') return METHOD;
  if (foreign !== undefined) return { ...withFeeds(input, pair, { cause: foreign, also: [] }, a, b), inferred: true };
  const differing = mixtures.differing(pair);
  const sameImage = pair.a?.digest !== undefined && pair.a.digest === pair.b?.digest ? pair.a.digest : undefined;
  if ((sameImage !== undefined && sides.differentMethod.has(sameImage)) || differing.length === 0) return METHOD;
  const cells = new Map<number, MixedCell>();
  const cell = (mixture: number): MixedCell => {
    const evaluated = cells.get(mixture) ?? mixtures.cell(pair, id, mixture);
    cells.set(mixture, evaluated);
    return evaluated;
  };
  const all = mixtureOf(differing);
  cells.set(0, cornerOf(a));
  cells.set(all, cornerOf(b));
  const cause = causeOf(differing, (mixture) => stateKey(cell(mixture).state));
  const packages = [...(a?.rows ?? []), ...(b?.rows ?? [])].map((row) => row.package);
  const inferred = [...cells.values()].some(({ rows, unjudged }) =>
    [...packages, ...rows.map((row) => row.package)].some((name) => unjudged.has(name)),
  );
  return { ...withFeeds(input, pair, cause, a, b), inferred };
}

function cornerOf(reported: ReportedCell | undefined): MixedCell {
  return { rows: reported?.rows ?? [], unjudged: new Set(), ...(reported && { state: reported.state }) };
}

/** The label of a cause; coverage instead, when a feed's silence is no answer. */
function withFeeds(
  input: ExplainInput,
  pair: SlotPair,
  { cause, also }: Cause,
  a: ReportedCell | undefined,
  b: ReportedCell | undefined,
): Omit<Explanation, 'inferred'> {
  const { sides } = input;
  const said = (a ?? b)?.rows ?? [];
  if (cause === 'advisories' || also.includes('advisories')) {
    const sets = { a: sides.a.assessment, b: sides.b.assessment };
    const namespaces = namespacesOf(sides, [...(a?.rows ?? []), ...(b?.rows ?? [])]);
    const absence =
      a === undefined || b === undefined
        ? feedAbsence(sets, feedsOf(said.flatMap(({ advisories }) => advisories)), namespaces, a === undefined)
        : tellerAbsence(sets, tellersOf(a, b), tellersOf(b, a), namespaces);
    if (absence !== undefined) return { cause: 'coverage', also: [], label: absence };
  }
  if (cause === 'membership' && pair.renamed) return { cause, also, label: 'renamed' };
  if (cause === 'coverage') throw new TypeError('coverage is decided before the mixtures are');
  const label = labelOf({
    cause,
    ...(a === undefined ? {} : { from: a.state }),
    ...(b === undefined ? {} : { to: b.state }),
    otherSeveritySource: severitySources(a) !== severitySources(b),
    recordElsewhere: cause === 'advisories' && hasRecord(input, a === undefined ? 'a' : 'b', said),
  });
  return { cause, also, label };
}

/** The feeds that told what is another in the other cell: the severity, or the fix. */
function tellersOf({ rows, state }: ReportedCell, other: ReportedCell): readonly string[] {
  const rated = rows.filter(({ severity }) => severity === state.severity).map(({ severitySource }) => severitySource);
  const isFixOther = state.fixState !== other.state.fixState || state.fullyFixable !== other.state.fullyFixable;
  return [
    ...(state.severity === other.state.severity ? [] : rated.map((source) => source.split(':', 1)[0] ?? source)),
    ...(isFixOther ? feedsOf(rows.flatMap(({ advisories }) => advisories)) : []),
  ];
}

/** Namespaces of the packages of rows, sorted. */
function namespacesOf(sides: Sides, rows: readonly Finding[]): readonly string[] {
  const namespaces = new Set<string>();
  for (const { image, purl } of rows) {
    const installed = sides.packageOf(image, purl);
    if (installed?.namespace !== undefined) namespaces.add(installed.namespace);
  }
  return [...namespaces].sort();
}

/** Whether a side's set speaks of the vulnerability for the package at all; without the set, whether that side has it in any package of the name. */
function hasRecord(
  { sides, sets, joint, reportedBy }: ExplainInput,
  side: 'a' | 'b',
  rows: readonly Finding[],
): boolean {
  const set = sets[side];
  return rows.some((row) => {
    const id = joint(row);
    if (set === undefined) return reportedBy(side, row.package, id);
    const installed = sides.packageOf(row.image, row.purl);
    if (installed?.namespace === undefined) return false;
    const names = new Set([installed.name, installed.source?.name ?? installed.name]);
    const ids = new Set([id, row.vulnerability, ...row.aliases]);
    return [...names].some((name) =>
      set
        .lookup(installed.namespace ?? '', name)
        .some((record) => [record.id, ...record.aliases, ...record.related].some((known) => ids.has(known))),
    );
  });
}

function severitySources(reported: ReportedCell | undefined): string {
  return [...new Set(reported?.rows.map(({ severitySource }) => severitySource))].sort().join(' ');
}
