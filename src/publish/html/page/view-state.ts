// What the reader looks at: the view, and for each list its search, filters, order and the row whose details are shown. No DOM.
import type { SeverityLevel } from '../../../scan/advisory/advisory.ts';
import type { Basis } from '../../words.ts';
import { SORT_KEYS, type SortKey } from './findings.ts';

/** The views, in the order of their tabs. */
export const VIEWS = ['summary', 'release', 'images', 'packages', 'cves', 'findings', 'gaps', 'sources'] as const;
/** One of the views. */
export type View = (typeof VIEWS)[number];

/** What images can be ordered by. */
export const IMAGE_SORT_KEYS = ['severity', 'image', 'os', 'packages', 'total', 'fixable', 'gaps'] as const;
/** One of the orders of images. */
export type ImageSortKey = (typeof IMAGE_SORT_KEYS)[number];

/** What packages can be ordered by. */
export const PACKAGE_SORT_KEYS = ['name', 'type', 'images', 'severity', 'vulnerabilities'] as const;
/** One of the orders of packages. */
export type PackageSortKey = (typeof PACKAGE_SORT_KEYS)[number];

/** What vulnerabilities can be ordered by. */
export const CVE_SORT_KEYS = ['severity', 'id', 'package', 'images', 'epss'] as const;
/** One of the orders of vulnerabilities. */
export type CveSortKey = (typeof CVE_SORT_KEYS)[number];

/** The state of a list. */
export interface ListState<Key extends string> {
  /** Words, all of which must occur. */
  readonly query: string;
  readonly sort: Key;
  readonly descending: boolean;
  /** Which row has its details shown, by its own name: a slot, a package URL, the id of a vulnerability, the number of a finding. Empty for none. */
  readonly shown: string;
}

/** Filters on what is known of a vulnerability. No levels means all. */
export interface RiskFilters {
  readonly levels: readonly SeverityLevel[];
  readonly fixable: boolean;
  readonly kev: boolean;
}

/** Everything that an address can say. */
export interface ViewState {
  readonly view: View;
  readonly basis: Basis;
  readonly images: ListState<ImageSortKey>;
  readonly packages: ListState<PackageSortKey> & {
    /** Types of package URLs; none means all. */
    readonly types: readonly string[];
    /** Only packages with a known vulnerability. */
    readonly vulnerable: boolean;
    /** Slot, or empty for all. */
    readonly image: string;
  };
  readonly cves: ListState<CveSortKey> & RiskFilters;
  readonly findings: ListState<SortKey> & RiskFilters & { readonly image: string };
}

const LIST = { query: '', descending: false, shown: '' } as const;
const ANY_RISK = { levels: [], fixable: false, kev: false } as const;

/** What a report opens with; also every list without any filter. */
export const START: ViewState = {
  view: 'summary',
  basis: 'instances',
  images: { ...LIST, sort: IMAGE_SORT_KEYS[0] },
  packages: { ...LIST, sort: PACKAGE_SORT_KEYS[0], types: [], vulnerable: false, image: '' },
  cves: { ...LIST, ...ANY_RISK, sort: CVE_SORT_KEYS[0] },
  findings: { ...LIST, ...ANY_RISK, sort: SORT_KEYS[0], image: '' },
};
