// What applying a mitigation would change, object by object, without changing anything: the reviewable plan.
import { addClaim, differences, releaseClaims, transformed } from '../field/claims.ts';
import { hasPlace, type Value, valueAt } from '../field/document.ts';
import { isWithin, type Path, pathText } from '../field/path.ts';
import type { ObjectEdits } from './apply.ts';
import { type Impossible, type Moment, momentOf, type Run } from './change.ts';

/** One value that would change. */
export interface PlannedValue {
  readonly path: string;
  /** Absent: nothing stands there. */
  readonly from?: Value;
  readonly to?: Value;
}

/** One object of a plan. */
export interface PlannedObject {
  readonly target: string;
  readonly state: 'changes' | 'in-place' | 'already-different' | 'not-there' | 'no-place' | 'refused';
  readonly values: readonly PlannedValue[];
  /** Why not, or what the system would say. */
  readonly reason?: string;
}

/** Plans the edits; each object is rehearsed by the system. Of objects that the ledger lost sight of, what is there is taken as it is. */
export async function planObjects(
  run: Run,
  mitigation: string,
  objects: readonly ObjectEdits[],
): Promise<readonly PlannedObject[]> {
  const planned: PlannedObject[] = [];
  for (const object of objects) planned.push(await planObject(run, mitigation, object));
  return planned;
}

async function planObject(run: Run, mitigation: string, { target, edits }: ObjectEdits): Promise<PlannedObject> {
  const moment = await momentOf(run, target);
  const live = 'outcome' in moment ? await run.driver.read(target) : moment.live;
  const claims = 'outcome' in moment ? { regions: [], made: [], orders: [] } : moment.claims;
  const { document } = live;
  const values = edits.map(({ path, value }) => plannedValue(pathText(path), valueAt(document, path), value));
  if (document === undefined && edits.some(({ path }) => path.length > 0)) {
    return { target, state: 'not-there', values, reason: 'there is no such object' };
  }
  const makes = edits.some(({ path }) => path.length === 0);
  if (makes && document !== undefined && !claims.regions.some(({ path }) => path.length === 0)) {
    return { target, state: 'no-place', values: [], reason: 'it is there already, made by others' };
  }
  const misplaced = edits.find(({ path }) => !hasPlace(document, path));
  if (misplaced !== undefined) {
    return { target, state: 'no-place', values, reason: `it has no place for ${pathText(misplaced.path)}` };
  }
  const [different] = differences(claims, document);
  if (different !== undefined) {
    const reason = `others changed ${pathText(different.path) || 'the object'} since a mitigation set it`;
    return { target, state: 'already-different', values, reason };
  }
  let next = releaseClaims(claims, mitigation);
  let current = transformed(claims, next, document);
  let order = Math.max(0, ...claims.regions.flatMap((region) => region.claims.map((claim) => claim.order)));
  for (const { path, value } of edits) {
    order += 1;
    const added = addClaim(next, current, { holder: mitigation, order, path, value });
    current = transformed(next, added, current);
    next = added;
  }
  const changes = values.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
  try {
    const rehearsal = await run.driver.rehearse(target, live, current);
    const reason = over(moment, mitigation, edits);
    const same = rehearsal.outcome === 'rehearsed' && JSON.stringify(rehearsal.document) === JSON.stringify(document);
    if (same) return { target, state: 'in-place', values: [] };
    return { target, state: 'changes', values: changes, ...(reason === undefined ? {} : { reason }) };
  } catch (error) {
    return {
      target,
      state: 'refused',
      values: changes,
      reason: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Which mitigations set the same places, and come back to the fore with the back-out. */
function over(moment: Moment | Impossible, mitigation: string, edits: ObjectEdits['edits']): string | undefined {
  if ('outcome' in moment) return undefined;
  const holders = moment.claims.regions
    .flatMap((region) => region.claims)
    .filter(({ holder, path }) => holder !== mitigation && edits.some((edit) => overlap(edit.path, path)))
    .map(({ holder }) => holder);
  return holders.length === 0 ? undefined : `lies over what ${[...new Set(holders)].sort().join(', ')} set`;
}

function overlap(a: Path, b: Path): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

function plannedValue(path: string, from: Value, to: Value): PlannedValue {
  return { path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
