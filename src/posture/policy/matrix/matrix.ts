// The matrix of workloads and controls: for each Pod of a release, under its policies, what holds an intruder back, by what it is set, and what the next
// control would stop, break and cost. Pure.
import type { ManifestObject } from '../../../scan/release/manifests/objects.ts';
import { subjectName } from '../check/pss-check.ts';
import type { PolicySet } from '../kyverno/policy-set.ts';
import { POD_TEMPLATES } from '../objects/pods-of.ts';
import { admissionsOf, worldOf } from '../preview/admissions.ts';
import { type ControlCell, fieldCell, type MatrixWorkload, objectCell, type SetBy } from './cell.ts';
import type { Control, ControlId } from './control.ts';
import { FIELD_CONTROLS } from './field-controls.ts';
import { objectControls } from './object-controls.ts';
import { rulesAbout } from './touches.ts';

/** One workload with a cell a control. */
export interface MatrixRow {
  /** `KIND/NAMESPACE/NAME` */
  readonly subject: string;
  readonly position: string;
  readonly cells: readonly ControlCell[];
  /** The control that is missing and against which the fewest facts stand; absent where none is missing. */
  readonly next?: ControlId;
}

/** The whole matrix. */
export interface ControlMatrix {
  readonly controls: readonly Pick<Control, 'id' | 'title' | 'stops' | 'costs'>[];
  readonly rows: readonly MatrixRow[];
  /** Workloads by control and by what sets it; those that a control is not for are in none. */
  readonly counts: Readonly<Record<string, Readonly<Record<SetBy, number>>>>;
}

const SET_BY: readonly SetBy[] = ['chart', 'policy', 'overridden', 'exempt', 'none', 'unknown'];

/**
 * Judges every workload of a release.
 * @param set policies; an empty one for the release as its charts have it
 * @throws LimitError
 */
export function controlMatrix(objects: readonly ManifestObject[], set: PolicySet): ControlMatrix {
  const others = objectControls(objects);
  const world = worldOf(objects, set);
  const rules = rulesAbout(set, FIELD_CONTROLS);
  const rows = podRequests(objects, set).map(({ pod, requests }): MatrixRow => {
    const { source } = pod;
    const workload = { subject: subjectName(source), pod, requests, rules, world };
    const cells = [
      ...FIELD_CONTROLS.map((control) => fieldCell(workload, control)),
      ...others.map((control) => objectCell(workload, control)),
    ];
    const next = nextOf(cells);
    return { subject: workload.subject, position: source.position, cells, ...(next === undefined ? {} : { next }) };
  });
  const controls = [...FIELD_CONTROLS, ...others].map(({ id, title, stops, costs }) => ({ id, title, stops, costs }));
  return { controls, rows, counts: countsOf(controls, rows) };
}

/** The requests of each object that is a Pod or makes one, the last for the Pod; a controller without a template stands for itself, not to be passed over. */
function podRequests(
  objects: readonly ManifestObject[],
  set: PolicySet,
): readonly Pick<MatrixWorkload, 'pod' | 'requests'>[] {
  const workloads = objects.filter(({ kind }) => kind === 'Pod' || (kind !== 'PodTemplate' && POD_TEMPLATES.has(kind)));
  const all = Map.groupBy(admissionsOf(objects, set), ({ source }) => source);
  return workloads.flatMap((source) => {
    const requests = all.get(source) ?? [];
    const pod = requests.at(-1);
    return pod === undefined ? [] : [{ pod, requests }];
  });
}

/** Of the missing controls that with the fewest facts against it; of equals the first column. */
function nextOf(cells: readonly ControlCell[]): ControlId | undefined {
  const open = cells.filter(({ next, verdict }) => next !== undefined && verdict !== 'not-applicable');
  return open.toSorted((a, b) => (a.next?.breaks.length ?? 0) - (b.next?.breaks.length ?? 0))[0]?.check;
}

function countsOf(
  controls: readonly Pick<Control, 'id'>[],
  rows: readonly MatrixRow[],
): Readonly<Record<string, Readonly<Record<SetBy, number>>>> {
  const numberOf = (id: ControlId, setBy: SetBy): number =>
    rows.filter(({ cells }) =>
      cells.some((cell) => cell.check === id && cell.setBy === setBy && cell.verdict !== 'not-applicable'),
    ).length;
  return Object.fromEntries(
    controls.map(({ id }) => [
      id,
      Object.fromEntries(SET_BY.map((setBy) => [setBy, numberOf(id, setBy)])) as Record<SetBy, number>,
    ]),
  );
}
