// What every form of the matrix of controls says in the same words.
import type { ControlCell, SetBy } from '../posture/policy/matrix/cell.ts';
import type { ControlMatrix } from '../posture/policy/matrix/matrix.ts';
import { plural } from './words.ts';

/** Short names of the columns. */
export const COLUMN_TITLES: Readonly<Record<ControlCell['check'], string>> = {
  seccomp: 'Seccomp',
  lsm: 'LSM',
  'non-root': 'Non-root',
  'read-only-root': 'Read-only',
  'pss-baseline': 'Baseline',
  'pss-restricted': 'Restricted',
  'network-ingress': 'Net in',
  'network-egress': 'Net out',
  'runtime-rules': 'Runtime',
};

/** What each word of a cell means, in the order of the words. */
export const SET_BY_WORDS: Readonly<Record<SetBy, string>> = {
  chart: 'the release sets it',
  policy: 'a policy sets it',
  overridden: 'it is set, and undone by something nearer',
  exempt: 'a policy is about it and leaves this workload out',
  none: 'nothing sets it',
  unknown: 'it could not be told',
};

/** `12 workloads under 31 policies` */
export function matrixTitle({ rows }: ControlMatrix, policies: number): string {
  return `${plural(rows.length, 'workload')} under ${plural(policies, 'policy', 'policies')}`;
}

/** The word of a cell: a dash where nothing sets the control, nothing where it cannot apply. */
export function cellWord({ setBy, verdict }: ControlCell): string {
  if (verdict === 'not-applicable') return '';
  return setBy === 'none' ? '-' : setBy;
}

/** `set on 3 of 12: chart 2, policy 1; overridden 1, none 8` */
export function countText(counts: Readonly<Record<SetBy, number>>): string {
  const total = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const told = (words: readonly SetBy[]): string =>
    words.flatMap((word) => (counts[word] === 0 ? [] : [`${word} ${counts[word]}`])).join(', ');
  const parts = [told(['chart', 'policy']), told(['overridden', 'exempt', 'none', 'unknown'])].filter(Boolean);
  return `set on ${counts.chart + counts.policy} of ${total}${parts.length === 0 ? '' : `: ${parts.join('; ')}`}`;
}

/** What the next control of a workload would bring; absent where nothing is missing. */
export function nextText(matrix: ControlMatrix, row: ControlMatrix['rows'][number]): string | undefined {
  const cell = row.cells.find(({ check }) => check === row.next);
  const control = matrix.controls.find(({ id }) => id === row.next);
  if (cell?.next === undefined || control === undefined) return undefined;
  const { breaks, costs } = cell.next;
  const against = breaks.length === 0 ? 'nothing in the manifests stands against it' : breaks.join('; ');
  return `${control.title}. Against it: ${against}. Cost: ${costs}`;
}
