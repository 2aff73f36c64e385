// The packages and the inventory of an image: what assessments, comparisons and later checks are computed from.
import type { Digest } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { VersionScheme } from '../../versions/scheme.ts';
import type { ImageConfig } from '../image/source.ts';
import type { ImageTraits } from './image-traits.ts';
import type { PackageType } from './package-types.ts';
import type { ImageSecrets } from './secrets/image-secrets.ts';

/** Where in an image something was found. */
export interface Location {
  /** Digest of the layer that brought it (for a package database: the lowest layer from which on the package is there in this version). */
  readonly layer: Digest;
  readonly path: string;
}

/** An installed package. */
export interface Package {
  /** Package URL with the qualifiers that its type demands (`arch`, `distro`, `epoch` for rpm). */
  readonly purl: string;
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly scheme: VersionScheme;
  /** Source package, where the type has one (apk origin, deb Source, rpm SOURCERPM). */
  readonly source?: { readonly name: string; readonly version: string };
  /** Module that the package was built for, `NAME:STREAM:VERSION:CONTEXT` (rpm's modularity label): advisories of other streams do not concern it. */
  readonly module?: string;
  /** Advisory namespace that the package is matched in: `alpine:3.11`, `debian:12`, `npm`; absent when the distribution is not known. */
  readonly namespace?: string;
  readonly location: Location;
  /** purl of the operating-system package whose files these are: such a package is shown, not matched twice. */
  readonly ownedBy?: string;
}

/** Identity of the distribution, from os-release. */
export interface OsRelease {
  /** `ID`, lower case: alpine, debian, … */
  readonly id: string;
  /** `VERSION_ID`; absent on rolling releases. */
  readonly version?: string;
  readonly name?: string;
  readonly codename?: string;
}

/** What is in one image. Sorted; the same image and cataloguers give the same bytes. */
export interface Inventory {
  /** Digest of the image (ImageSource.digest). */
  readonly image: Digest;
  readonly platform: string;
  readonly os?: OsRelease;
  /** Sorted by type, name, version, location. */
  readonly packages: readonly Package[];
  readonly config: ImageConfig;
  /** Absent where only a bill of materials was read. */
  readonly traits?: ImageTraits;
  /** Absent where no layer was read. For nobody outside: it says where secrets are. */
  readonly secrets?: ImageSecrets;
  /** Layer digests as computed, bottom first. */
  readonly layers: readonly Digest[];
  /** `target` is the image digest. */
  readonly gaps: readonly Gap[];
  /** Cataloguer ids with versions, `apk@1`, sorted. */
  readonly cataloguers: readonly string[];
}
