// The assessment: findings of a release under one advisory set, one severity policy and one date. Its id is the digest of these inputs.
import type { Digest } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { Statement } from '../../statements/statement.ts';
import type { FeedFacts, FixState, SeverityLevel, Ssvc } from '../advisory/advisory.ts';
import type { ImageTraits } from '../inventory/image-traits.ts';
import type { Package } from '../inventory/package.ts';
import type { ImageSecrets } from '../inventory/secrets/image-secrets.ts';
import type { ChartRelease, ReleaseContainer } from '../release/release.ts';

/** Version of the JSON form of an assessment. */
export const ASSESSMENT_SCHEMA_VERSION = 1;

/** A finding: one vulnerability in one installed package of one slot. The row behind a cell. */
export interface Finding {
  readonly slot: string;
  /** Reported id: CVE, else GHSA, else the feed's own. */
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly severity: SeverityLevel;
  /** `feed:kind` that the level was taken from, or `none`. */
  readonly severitySource: string;
  /** The source's own word or vector. */
  readonly rawSeverity: string;
  /** The CVSS base score that another scanner stated beside its word, 0 to 10, with the vector and whose it is where it says so. */
  readonly cvss?: { readonly score: number; readonly vector?: string; readonly source?: string };
  /** Name of the installed (binary) package. */
  readonly package: string;
  readonly purl: string;
  readonly version: string;
  /** Lowest fixed version above the installed one that no deciding feed still calls affected. */
  readonly fixedIn?: string;
  readonly fixState: FixState;
  /** Digest of the image. */
  readonly image: Digest;
  readonly layer: Digest;
  readonly location: string;
  readonly kev: boolean;
  readonly epss?: number;
  /** CISA's answers about the CVE, where the set has them. */
  readonly ssvc?: Ssvc;
  /** Ids of the advisories that say so, `feed/id`, sorted. */
  readonly advisories: readonly string[];
  /** Fixed version by feed, where several feeds say so: they may disagree. A feed that knows no fix is left out. */
  readonly fixes?: Readonly<Record<string, string>>;
  /** The statement that applies, `STATUS` or `STATUS:DETAIL`: `not_affected:vulnerable_code_not_present`. */
  readonly statement?: string;
}

/** An image of the release as assessed. */
export interface AssessedImage {
  /** `repository|platform`, with `#tag` where the repository has several tags. */
  readonly slot: string;
  readonly logical: string;
  readonly physical: string;
  /** Absent when the image could not be read. */
  readonly digest?: Digest;
  /** Digest of the index that the image was chosen from; absent where its manifest was named directly. */
  readonly index?: Digest;
  readonly platform: string;
  readonly origin: 'own' | 'third-party';
  readonly charts: readonly string[];
  readonly os?: { readonly id: string; readonly version?: string; readonly endOfLife?: string };
  /** Number of packages, those that belong to another package included. */
  readonly packages: number;
  readonly gaps: readonly Gap[];
}

/** What an assessment is made of, as JSON. Figures are added by explain/statistics. */
export interface Assessment {
  readonly id: Digest;
  readonly release: { readonly name: string; readonly version: string; readonly target: string };
  readonly charts: readonly ChartRelease[];
  /** Containers of the release's pods with what they need of their images; absent where no Kubernetes object was read. */
  readonly containers?: readonly ReleaseContainer[];
  /** What the release's files say that does not fit together, as `release show` names it. Part of the input: judged anew by nothing. */
  readonly lint: readonly Verdict[];
  readonly advisorySet: {
    readonly id: Digest;
    /** Date of the newest content that a feed states, ISO 8601 instant; not that of the file, which says nothing about what is known. */
    readonly builtAt?: string;
    readonly starter: boolean;
    readonly feeds: readonly FeedFacts[];
  };
  /** Digest of the statements given; of the empty list when there are none. */
  readonly statements: Digest;
  /**
   * The statements given, those included that do not apply (expired, of untrusted issuers, of other lines); sorted by id. Absent when there are none,
   * or when another scanner's results brought theirs with the findings. They name people and files of the site: nothing for the public as they are.
   */
  readonly givenStatements?: readonly Statement[];
  readonly severityPolicy: string;
  /** ISO date at which end of life and expiry are judged. */
  readonly asOf: string;
  /** Sorted by slot. */
  readonly images: readonly AssessedImage[];
  readonly inventories: readonly InventoryIdentity[];
  /** Packages with the image they are in: what `reassess` needs without a store. */
  readonly packages: readonly (Package & { readonly image: Digest })[];
  /** Sorted by slot, vulnerability, purl, location. */
  readonly findings: readonly Finding[];
  /** Sorted by compareGaps. */
  readonly gaps: readonly Gap[];
}

/** Which inventory was judged: the image and the cataloguers that read it, which together decide its content. */
export interface InventoryIdentity {
  /** Digest of the image. */
  readonly digest: Digest;
  readonly cataloguers: readonly string[];
  readonly platform: string;
  /** Date of the image's creation, for the `set-older-than-image` gap. */
  readonly created?: string;
  readonly os?: { readonly id: string; readonly version?: string };
  /** Digests of the layers, bottom first: images with the same lowest layers share a base. Absent when not known, as in results of other scanners. */
  readonly layers?: readonly Digest[];
  /** What the image says of its own making: the labels of IMAGE_LABEL_PREFIXES. Absent when not known. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What checks of build hygiene ask. Absent when not known. */
  readonly traits?: ImageTraits;
  /** Secrets in layers and configuration, without the secrets. Absent when not known; for nobody outside. */
  readonly secrets?: ImageSecrets;
  readonly gaps: readonly Gap[];
}

/** Labels that an assessment carries: those of the OCI image specification (annotations.md) and of the convention before it. */
export const IMAGE_LABEL_PREFIXES = ['org.opencontainers.image.', 'org.label-schema.'] as const;
