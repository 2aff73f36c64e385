// A cataloguer: a reader of the layer walk that also turns the facts left after the overlay into packages.
import type { Digest } from '../../platform/canonical.ts';
import type { Reader } from '../image/layer/reader.ts';
import type { OsRelease, Package } from './package.ts';

/** A fact at a path that is visible in the image. */
export interface LocatedFact {
  readonly path: string;
  /** Layer that brought this content of the file. */
  readonly layer: Digest;
  /** What `read` or `look` gave. */
  readonly data: unknown;
  /** The contents that earlier layers had at this path and that this one replaced, bottom first; only layers since the path last came to be. */
  readonly earlier: readonly { readonly layer: Digest; readonly data: unknown }[];
}

/** A problem that shows only when an image's facts are seen together. */
export interface CatalogueProblem {
  readonly path: string;
  readonly layer: Digest;
  readonly kind: 'file-unparsed' | 'limit-reached' | 'undecidable';
  readonly reason: string;
}

/** What a cataloguer makes of one image. */
export interface Catalogue {
  /** Packages without `ownedBy`, which the owner rule adds. */
  readonly packages: readonly Package[];
  /** Files that belong to a package: image path to purl, for the owner rule. Only operating-system cataloguers give them. */
  readonly owned?: ReadonlyMap<string, string>;
  readonly problems?: readonly CatalogueProblem[];
}

/** Where a path of the image leads with all links followed; undefined when links run in a circle. */
export type ResolvePath = (path: string) => string | undefined;

/** A member of the registry: a folder of scan/inventory. */
export interface Cataloguer extends Reader {
  /** One line for the documentation. */
  readonly title: string;
  /** Pure. `facts` are this cataloguer's own, sorted by path; without `resolve` the image has no links. */
  readonly packages: (facts: readonly LocatedFact[], os: OsRelease | undefined, resolve?: ResolvePath) => Catalogue;
}
