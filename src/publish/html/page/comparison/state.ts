// What the reader of a comparison looks at, and how the address of the page says it. No DOM.
import type { Basis } from '../../../../explain/compare/change.ts';
import { SEVERITY_LEVELS } from '../../../../scan/advisory/advisory.ts';
import { BASES } from '../../../words.ts';

/** What the waterfall can count. */
export const MEASURES = ['total', ...SEVERITY_LEVELS, 'fixable'] as const;
export type Measure = (typeof MEASURES)[number];

/** What changed cells can be ordered by. */
export const CHANGE_SORT_KEYS = ['severity', 'vulnerability', 'image'] as const;
export type ChangeSortKey = (typeof CHANGE_SORT_KEYS)[number];

/** The state of the page. */
export interface ComparisonState {
  readonly basis: Basis;
  readonly measure: Measure;
  /** Position of the cause chosen; -1 for all. */
  readonly cause: number;
  readonly query: string;
  readonly sort: ChangeSortKey;
  readonly descending: boolean;
  /** Number of the change whose evidence is shown; -1 for none. */
  readonly shown: number;
}

/** What a page opens with. */
export const START: ComparisonState = {
  basis: 'instances',
  measure: 'total',
  cause: -1,
  query: '',
  sort: 'severity',
  descending: false,
  shown: -1,
};

/** The address of a state: `#basis=images&measure=high`; what is as at the start is left out. */
export function formatState(state: ComparisonState): string {
  const params = new URLSearchParams();
  if (state.basis !== START.basis) params.set('basis', state.basis);
  if (state.measure !== START.measure) params.set('measure', state.measure);
  if (state.cause >= 0) params.set('cause', String(state.cause));
  if (state.query !== '') params.set('q', state.query);
  if (state.sort !== START.sort) params.set('sort', state.sort);
  if (state.descending) params.set('down', '1');
  if (state.shown >= 0) params.set('change', String(state.shown));
  return `#${params}`;
}

/** The state that an address says; what it does not say, or says wrongly, is as at the start. */
export function parseState(hash: string): ComparisonState {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const number = (name: string): number => {
    const text = params.get(name) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : -1;
  };
  return {
    basis: BASES.find((basis) => basis === params.get('basis')) ?? START.basis,
    measure: MEASURES.find((measure) => measure === params.get('measure')) ?? START.measure,
    cause: number('cause'),
    query: params.get('q') ?? '',
    sort: CHANGE_SORT_KEYS.find((key) => key === params.get('sort')) ?? START.sort,
    descending: params.get('down') === '1',
    shown: number('change'),
  };
}
