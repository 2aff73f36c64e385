// The state of the page as the address after `#`: `#/findings?q=zlib&severity=critical,high`, `#/cve/CVE-2022-0778`, `#/image/SLOT`. An address can
// be sent to a colleague and opens the same view. Unknown or malformed parts are ignored. No DOM.
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { BASES } from '../../words.ts';
import { SORT_KEYS } from './findings.ts';
import {
  CVE_SORT_KEYS,
  IMAGE_SORT_KEYS,
  type ListState,
  PACKAGE_SORT_KEYS,
  type RiskFilters,
  START,
  VIEWS,
  type View,
  type ViewState,
} from './view-state.ts';

/** The word for one row of a list, which stands before its name: `#/image/…` is a row of `#/images`. */
const ONE_OF = { image: 'images', package: 'packages', cve: 'cves', finding: 'findings' } as const;

/** Reads an address, with or without `#` and `/`. The state of other views stays as it was. */
export function parseHash(hash: string, before: ViewState = START): ViewState {
  const [path = '', ...rest] = hash.replace(/^#?\/?/, '').split('?');
  const slash = path.indexOf('/');
  const word = slash === -1 ? path : path.slice(0, slash);
  const shown = slash === -1 ? '' : decoded(path.slice(slash + 1));
  const one = Object.entries(ONE_OF).find(([name]) => name === word)?.[1];
  const view = (one ?? oneOf(VIEWS, word)) || START.view;
  const parameters = new URLSearchParams(rest.join('?'));
  return { ...before, view, ...stateOf(view, one === undefined ? '' : shown, parameters) };
}

/** The shortest address that parseHash reads back to the same state of the view shown. */
export function formatHash(state: ViewState): string {
  const parameters = new URLSearchParams();
  const set = (key: string, value: string): void => {
    if (value !== '') parameters.set(key, value);
  };
  const path = writeState(state, set);
  // Commas and slashes may stand in a fragment (RFC 3986, section 3.5), and are easier to read so.
  const query = parameters.toString().replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':');
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}

function stateOf(view: View, shown: string, parameters: URLSearchParams): Partial<ViewState> {
  const text = (key: string): string => parameters.get(key) ?? '';
  const flag = (key: string): boolean => parameters.get(key) === '1';
  const list = <Key extends string>(keys: readonly [Key, ...Key[]]): ListState<Key> => {
    const [key = '', direction] = text('sort').split('.');
    return { query: text('q'), sort: oneOf(keys, key) ?? keys[0], descending: direction === 'desc', shown };
  };
  const risk = (): RiskFilters => ({
    levels: SEVERITY_LEVELS.filter((level) => text('severity').split(',').includes(level)),
    fixable: flag('fixable'),
    kev: flag('kev'),
  });
  switch (view) {
    case 'summary':
      return { basis: oneOf(BASES, text('basis')) ?? START.basis };
    case 'images':
      return { images: list(IMAGE_SORT_KEYS) };
    case 'packages': {
      const types = text('type')
        .split(',')
        .filter((type) => /^[a-z][a-z0-9.-]*$/.test(type));
      const filters = { types: [...new Set(types)].sort(), vulnerable: flag('vulnerable'), image: text('image') };
      return { packages: { ...list(PACKAGE_SORT_KEYS), ...filters } };
    }
    case 'cves':
      return { cves: { ...list(CVE_SORT_KEYS), ...risk() } };
    case 'findings':
      return { findings: { ...list(SORT_KEYS), ...risk(), image: text('image') } };
    default:
      return {};
  }
}

/** Sets the parameters of the view shown and gives its path. */
function writeState(state: ViewState, set: (key: string, value: string) => void): string {
  const flag = (key: string, on: boolean): void => set(key, on ? '1' : '');
  const list = <Key extends string>(one: keyof typeof ONE_OF, own: ListState<Key>, first: Key): string => {
    set('q', own.query);
    const sort = own.descending ? `${own.sort}.desc` : own.sort;
    set('sort', sort === first ? '' : sort);
    return own.shown === '' ? ONE_OF[one] : `${one}/${encoded(own.shown)}`;
  };
  const risk = ({ levels, fixable, kev }: RiskFilters): void => {
    set('severity', levels.join(','));
    flag('fixable', fixable);
    flag('kev', kev);
  };
  switch (state.view) {
    case 'summary':
      set('basis', state.basis === START.basis ? '' : state.basis);
      return state.view;
    case 'images':
      return list('image', state.images, IMAGE_SORT_KEYS[0]);
    case 'packages': {
      const path = list('package', state.packages, PACKAGE_SORT_KEYS[0]);
      set('type', state.packages.types.join(','));
      flag('vulnerable', state.packages.vulnerable);
      set('image', state.packages.image);
      return path;
    }
    case 'cves': {
      const path = list('cve', state.cves, CVE_SORT_KEYS[0]);
      risk(state.cves);
      return path;
    }
    case 'findings': {
      const path = list('finding', state.findings, SORT_KEYS[0]);
      risk(state.findings);
      set('image', state.findings.image);
      return path;
    }
    default:
      return state.view;
  }
}

/** A name as the end of a path: what separates parts of an address is escaped, slashes and colons stay readable. */
function encoded(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function oneOf<T extends string>(words: readonly T[], text: string): T | undefined {
  return words.find((word) => word === text);
}
