// What the reader looks at, as the address after `#`: `#findings?q=zlib&severity=critical,high&fixable=1`. An address can be sent to a
// colleague and opens the same view. Unknown or malformed parts are ignored. No DOM.
import { SEVERITY_LEVELS, type SeverityLevel } from '../../../scan/advisory/advisory.ts';
import { BASES, type Basis } from '../../words.ts';
import { SORT_KEYS, type SortKey } from './findings.ts';

/** The views, in the order of their tabs. */
export const VIEWS = ['summary', 'images', 'findings', 'gaps', 'sources'] as const;
/** One of the views. */
export type View = (typeof VIEWS)[number];

/** What images can be ordered by. */
export const IMAGE_SORT_KEYS = ['severity', 'image', 'os', 'packages', 'total', 'fixable', 'gaps'] as const;
/** One of the orders of images. */
export type ImageSortKey = (typeof IMAGE_SORT_KEYS)[number];

/** Everything that the address says. */
export interface ViewState {
  readonly view: View;
  readonly basis: Basis;
  readonly query: string;
  readonly levels: readonly SeverityLevel[];
  readonly fixable: boolean;
  readonly kev: boolean;
  readonly slot: string;
  readonly sort: SortKey;
  readonly descending: boolean;
  /** Number of the finding whose details are shown. */
  readonly row: number | null;
  readonly imageQuery: string;
  readonly imageSort: ImageSortKey;
  readonly imageDescending: boolean;
  /** Slot of the image whose details are shown. */
  readonly image: string;
}

/** What a report opens with. */
export const START: ViewState = {
  view: 'summary',
  basis: 'instances',
  query: '',
  levels: [],
  fixable: false,
  kev: false,
  slot: '',
  sort: 'severity',
  descending: false,
  row: null,
  imageQuery: '',
  imageSort: 'severity',
  imageDescending: false,
  image: '',
};

/** Reads an address, with or without the `#`. What it does not speak of, the other views' state, stays as it was. */
export function parseHash(hash: string, before: ViewState = START): ViewState {
  const [name = '', ...rest] = hash.replace(/^#/, '').split('?');
  const parameters = new URLSearchParams(rest.join('?'));
  const view = oneOf(VIEWS, name) ?? START.view;
  const flag = (key: string): boolean => parameters.get(key) === '1';
  const row = parameters.get('row') ?? '';
  const [key = '', direction] = (parameters.get('sort') ?? '').split('.');
  return {
    ...before,
    view,
    ...(view === 'summary' && { basis: oneOf(BASES, parameters.get('basis') ?? '') ?? START.basis }),
    ...(view === 'findings' && {
      query: parameters.get('q') ?? '',
      levels: SEVERITY_LEVELS.filter((level) => (parameters.get('severity') ?? '').split(',').includes(level)),
      fixable: flag('fixable'),
      kev: flag('kev'),
      slot: parameters.get('image') ?? '',
      sort: oneOf(SORT_KEYS, key) ?? START.sort,
      descending: direction === 'desc',
      row: /^\d{1,9}$/.test(row) ? Number(row) : null,
    }),
    ...(view === 'images' && {
      imageQuery: parameters.get('q') ?? '',
      imageSort: oneOf(IMAGE_SORT_KEYS, key) ?? START.imageSort,
      imageDescending: direction === 'desc',
      image: parameters.get('show') ?? '',
    }),
  };
}

/** The shortest address that parseHash reads back to the same state of the view shown. */
export function formatHash(state: ViewState): string {
  const parameters = new URLSearchParams();
  const set = (key: string, value: string, start = ''): void => {
    if (value !== start) parameters.set(key, value);
  };
  if (state.view === 'summary') set('basis', state.basis, START.basis);
  if (state.view === 'findings') {
    set('q', state.query);
    set('severity', state.levels.join(','));
    set('fixable', state.fixable ? '1' : '');
    set('kev', state.kev ? '1' : '');
    set('image', state.slot);
    set('sort', sortText(state.sort, state.descending), START.sort);
    set('row', state.row === null ? '' : String(state.row));
  }
  if (state.view === 'images') {
    set('q', state.imageQuery);
    set('sort', sortText(state.imageSort, state.imageDescending), START.imageSort);
    set('show', state.image);
  }
  const query = parameters.toString();
  return `#${state.view}${query === '' ? '' : `?${query}`}`;
}

function sortText(key: string, descending: boolean): string {
  return descending ? `${key}.desc` : key;
}

function oneOf<T extends string>(words: readonly T[], text: string): T | undefined {
  return words.find((word) => word === text);
}
