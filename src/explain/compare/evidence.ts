// What a changed instance is told from, and the record of it.
import type { Finding } from '../../scan/assess/assessment.ts';
import type { CellState } from '../cells.ts';
import type { Change, ChangedState, ChangeEvidence, EvidencePackage } from './change.ts';
import type { Explanation } from './explain-change.ts';
import { feedDates, feedsOf } from './feed-coverage.ts';
import type { ChangedCell, ReportedCell } from './reported-cells.ts';
import type { Sides } from './side.ts';

/** A changed instance, with its joint vulnerability for the wider bases. */
export type InstanceChange = Change & {
  readonly basis: 'instances';
  readonly slot: string;
  readonly vulnerability: string;
};

/** The record of an explained change. */
export function changeOf(
  sides: Sides,
  { pair, a, b }: ChangedCell,
  { cause, also, label, inferred }: Explanation,
): InstanceChange {
  const vulnerability = (b ?? a)?.vulnerability ?? '';
  const factors = [cause, ...also];
  const sets = { a: sides.a.assessment, b: sides.b.assessment };
  const feeds = feedsOf([...(a?.rows ?? []), ...(b?.rows ?? [])].flatMap(({ advisories }) => advisories));
  const evidence: ChangeEvidence = {
    kind: inferred ? 'inferred' : 'evaluated',
    packages: { from: packagesOf(a), to: packagesOf(b) },
    digests: {
      ...(pair.a?.digest === undefined ? {} : { from: pair.a.digest }),
      ...(pair.b?.digest === undefined ? {} : { to: pair.b.digest }),
    },
    ...(factors.includes('tag') || factors.includes('membership')
      ? { charts: { from: pair.a?.charts ?? [], to: pair.b?.charts ?? [] } }
      : {}),
    ...(factors.includes('advisories') || cause === 'coverage' ? { feeds: feedDates(sets, feeds) } : {}),
    ...(isSeparable(sides, pair, factors) ? {} : { notSeparable: true }),
  };
  return {
    basis: 'instances',
    cell: `${pair.slot} ${vulnerability}`,
    slot: pair.slot,
    vulnerability,
    ...(a === undefined ? {} : { from: changedState(a.state) }),
    ...(b === undefined ? {} : { to: changedState(b.state) }),
    cause,
    label,
    also,
    evidence,
  };
}

/** A content that other cataloguers read may differ by them alone, and the layers to read both alike are no longer at hand. */
function isSeparable(
  { a, b, readUnlike }: Sides,
  pair: ChangedCell['pair'],
  factors: readonly Change['cause'][],
): boolean {
  const [from, to] = [pair.a?.digest, pair.b?.digest];
  const isContent = factors.includes('content') || factors.includes('tag');
  const isOurs = a.importedFrom === undefined && b.importedFrom === undefined;
  return !(isContent && isOurs && from !== undefined && to !== undefined && readUnlike(from, to));
}

function packagesOf(reported: ReportedCell | undefined): readonly EvidencePackage[] {
  return (reported?.rows ?? []).map(
    ({ purl, version, fixedIn, severity, severitySource, rawSeverity, advisories }: Finding) => ({
      purl,
      version,
      ...(fixedIn === undefined ? {} : { fixedIn }),
      severity,
      severitySource,
      rawSeverity,
      advisories,
    }),
  );
}

/** A cell's state as a change tells it. */
export function changedState(state: CellState): ChangedState {
  const { severity, fixState, fixable, fullyFixable, statement } = state;
  return { severity, fixState, fixable, fullyFixable, ...(statement === undefined ? {} : { statement }) };
}
