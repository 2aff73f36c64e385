// What a bill of materials states, whatever its format: the subject, its distribution, its components. Readers give it, inventory.ts uses it.

/** A component as it is written. */
export interface SbomComponent {
  /** Id inside the document. */
  readonly ref?: string;
  readonly name: string;
  readonly version?: string;
  /** Package URL, unchecked. */
  readonly purl?: string;
  /** Source package, where the tool that wrote the document says so. */
  readonly source?: { readonly name: string; readonly version?: string };
  /** Modularity label of an rpm. */
  readonly module?: string;
  /** Layer and path in the image, where the tool says so. */
  readonly layer?: string;
  readonly path?: string;
  /** Package URL of the component whose files these are. */
  readonly owner?: string;
}

/** What the document describes. */
export interface SbomSubject {
  readonly isImage: boolean;
  readonly name?: string;
  readonly version?: string;
  readonly purl?: string;
  /** References under which the tool found the image, by tag and by digest. */
  readonly tags: readonly string[];
  readonly digests: readonly string[];
}

/** A document as read. */
export interface SbomDocument {
  /** `CycloneDX 1.5`, `SPDX-2.3`. */
  readonly format: string;
  readonly subject: SbomSubject;
  /** The distribution that the document names, in the tool's own words. */
  readonly os?: { readonly name: string; readonly version?: string };
  readonly components: readonly SbomComponent[];
  /** Components that are no packages in the format's own terms but must not be lost: `reason` groups them. */
  readonly problems: readonly SbomProblem[];
  /** Vulnerabilities that the document lists itself; they are not used. */
  readonly vulnerabilities: number;
}

/** Something of a document that cannot be matched. */
export interface SbomProblem {
  readonly kind: 'not-scanned' | 'file-unparsed' | 'undecidable';
  /** Why, in words that fit several: `without a package URL`. */
  readonly reason: string;
  /** What it is called in the document. */
  readonly name: string;
}
