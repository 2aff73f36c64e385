// The changed cells of the bases `distinct` and `images`: each takes the cause of most of the instance changes that make it.
// Rules: docs/guide/comparing.md, "The other bases". Pure.
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { distinctCells, FIX_STATES, type InstanceCell, severityOrder } from '../cells.ts';
import type { Change, ChangedState } from './change.ts';
import { changedState, type InstanceChange } from './evidence.ts';
import type { JointIds } from './joint-ids.ts';
import { majorityCause, rising } from './majority.ts';
import { matchReported } from './match-reported.ts';
import type { SlotPair } from './pair-slots.ts';

/** The instance cells of the two sides, evaluated again, and what changed between them instance by instance. */
export interface WideInput {
  readonly a: readonly InstanceCell[];
  readonly b: readonly InstanceCell[];
  readonly pairs: readonly SlotPair[];
  readonly joint: JointIds;
  readonly changes: readonly InstanceChange[];
}

/** Changed cells of both wider bases, `distinct` first, sorted by cell. */
export function wideChanges({ a, b, pairs, joint, changes }: WideInput): readonly Change[] {
  return [...distinctChanges(a, b, joint, changes), ...imageChanges(a, b, pairs, changes)];
}

function distinctChanges(
  a: readonly InstanceCell[],
  b: readonly InstanceCell[],
  joint: JointIds,
  changes: readonly InstanceChange[],
): readonly Change[] {
  const aliases = new Map([...a, ...b].map(({ vulnerability, aliases }) => [vulnerability, aliases]));
  const jointOf = ({ vulnerability }: { readonly vulnerability: string }): string =>
    joint({ vulnerability, aliases: aliases.get(vulnerability) ?? [] });
  const before = Map.groupBy(distinctCells(a), jointOf);
  const after = Map.groupBy(distinctCells(b), jointOf);
  const made = Map.groupBy(changes, jointOf);
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((id) =>
    matchReported(before.get(id) ?? [], after.get(id) ?? []).flatMap((cell): readonly Change[] => {
      const from = cell.a && changedState(cell.a);
      const to = cell.b && changedState(cell.b);
      if (sameState(from, to)) return [];
      const vulnerability = (cell.b ?? cell.a)?.vulnerability ?? id;
      const all = made.get(id) ?? [];
      const concerned = all.filter((change) => movesAlong(change, from, to));
      return [wideChange('distinct', vulnerability, { vulnerability }, from, to, concerned, all)];
    }),
  );
}

function imageChanges(
  a: readonly InstanceCell[],
  b: readonly InstanceCell[],
  pairs: readonly SlotPair[],
  changes: readonly InstanceChange[],
): readonly Change[] {
  const before = Map.groupBy(a, ({ slot }) => slot);
  const after = Map.groupBy(b, ({ slot }) => slot);
  const made = Map.groupBy(changes, ({ slot }) => slot);
  return pairs.flatMap((pair) => {
    const cells = { a: before.get(pair.a?.slot ?? '') ?? [], b: after.get(pair.b?.slot ?? '') ?? [] };
    const all = made.get(pair.slot) ?? [];
    return (['any', ...SEVERITY_LEVELS] as const).flatMap((severity): readonly Change[] => {
      const from = imageState(cells.a, severity);
      const to = imageState(cells.b, severity);
      if (sameState(from, to)) return [];
      const inCell = (state: ChangedState | undefined) =>
        state !== undefined && (severity === 'any' || state.severity === severity) ? state : undefined;
      const touching = all.filter((change) => inCell(change.from) !== undefined || inCell(change.to) !== undefined);
      const presence = from === undefined || to === undefined;
      const concerned = touching.filter((change) => {
        const left = inCell(change.from);
        const entered = inCell(change.to);
        if (presence) return (left === undefined) !== (entered === undefined);
        return left?.fixable !== entered?.fixable || left?.fullyFixable !== entered?.fullyFixable;
      });
      return [wideChange('images', `${pair.slot} ${severity}`, { slot: pair.slot }, from, to, concerned, touching)];
    });
  });
}

/** What of a slot's instances a severity's cell tells. */
function imageState(cells: readonly InstanceCell[], severity: ChangedState['severity']): ChangedState | undefined {
  const own = severity === 'any' ? cells : cells.filter((cell) => cell.severity === severity);
  if (own.length === 0) return undefined;
  return {
    severity,
    fixState: FIX_STATES.find((state) => own.some(({ fixState }) => fixState === state)) ?? 'unknown',
    fixable: own.some(({ fixable }) => fixable),
    fullyFixable: own.some(({ fullyFixable }) => fullyFixable),
  };
}

function wideChange(
  basis: 'distinct' | 'images',
  cell: string,
  name: Pick<Change, 'slot' | 'vulnerability'>,
  from: ChangedState | undefined,
  to: ChangedState | undefined,
  concerned: readonly InstanceChange[],
  all: readonly InstanceChange[],
): Change {
  const counted = concerned.length > 0 ? concerned : all;
  const rises = rising(from, to, ({ severity }) => (severity === 'any' ? 0 : -severityOrder(severity)));
  const { cause, label, also, inferred, ofThisCause } = majorityCause(counted, rises);
  return {
    basis,
    cell,
    ...name,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    cause,
    label,
    also,
    evidence: { kind: inferred ? 'inferred' : 'evaluated', instances: { concerned: counted.length, ofThisCause } },
  };
}

/** Whether an instance leaves the old state of the wider cell or enters its new one. */
function movesAlong(change: InstanceChange, from: ChangedState | undefined, to: ChangedState | undefined): boolean {
  const aspect = aspectOf(from, to);
  const before = change.from && aspect(change.from);
  const after = change.to && aspect(change.to);
  if (before === after) return false;
  return (from !== undefined && before === aspect(from)) || (to !== undefined && after === aspect(to));
}

/** What of a state the change of the wider cell is about. */
function aspectOf(from: ChangedState | undefined, to: ChangedState | undefined): (state: ChangedState) => string {
  if (from?.severity !== to?.severity) return ({ severity }) => severity;
  if (from?.fixState !== to?.fixState) return ({ fixState }) => fixState;
  if (from?.fullyFixable !== to?.fullyFixable) return ({ fullyFixable }) => String(fullyFixable);
  return ({ statement = '' }) => statement;
}

function sameState(from: ChangedState | undefined, to: ChangedState | undefined): boolean {
  if (from === undefined || to === undefined) return from === to;
  return (
    from.severity === to.severity &&
    from.fixState === to.fixState &&
    from.fixable === to.fixable &&
    from.fullyFixable === to.fullyFixable &&
    from.statement === to.statement
  );
}
