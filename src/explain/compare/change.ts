// What a comparison gives: every changed cell with its cause, and the figures that the causes add up to.
// Shape: docs/reference of the JSON of `compare`; rules: docs/guide/comparing.md.
import type { Digest } from '../../platform/canonical.ts';
import type { FixState, SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Factor } from './factors.ts';

/** The bases that cells are counted on. */
export const BASES = ['instances', 'distinct', 'images'] as const;
export type Basis = (typeof BASES)[number];

/** Why a cell changed. `method`: one side came from another program and could not be evaluated again. */
export type ChangeCause = Factor | 'method';

/** What happened, within a cause. */
export const LABELS = [
  'image-added',
  'image-removed',
  'renamed',
  'retagged',
  'rebuilt',
  'severity-source',
  'published',
  'withdrawn',
  'rescored',
  'range-changed',
  'fix-released',
  'fix-retracted',
  'alias-merged',
  'alias-split',
  'statement-added',
  'statement-removed',
  'statement-changed',
  'expired',
  'renewed',
  'scanned',
  'unscanned',
  'feed-added',
  'feed-missing',
  'feed-changed',
  'parsed',
  'unparsed',
  'policy-changed',
  'method-changed',
] as const;
export type ChangeLabel = (typeof LABELS)[number];

/** Labels that turn into each other when A and B are exchanged; all others stay. */
const OPPOSITES: readonly (readonly [ChangeLabel, ChangeLabel])[] = [
  ['image-added', 'image-removed'],
  ['published', 'withdrawn'],
  ['fix-released', 'fix-retracted'],
  ['alias-merged', 'alias-split'],
  ['statement-added', 'statement-removed'],
  ['expired', 'renewed'],
  ['scanned', 'unscanned'],
  ['feed-added', 'feed-missing'],
  ['parsed', 'unparsed'],
];

/** The label of the same change with A and B exchanged. */
export function inverseLabel(label: ChangeLabel): ChangeLabel {
  for (const [x, y] of OPPOSITES) {
    if (label === x) return y;
    if (label === y) return x;
  }
  return label;
}

/** State of a changed cell. On `images` the severity is the cell's own, or `any`. */
export interface ChangedState {
  readonly severity: SeverityLevel | 'any';
  readonly fixState: FixState;
  readonly fixable: boolean;
  readonly fullyFixable: boolean;
  readonly statement?: string;
}

/** A package that an instance was found in, with what was said of it. */
export interface EvidencePackage {
  readonly purl: string;
  readonly version: string;
  readonly fixedIn?: string;
  readonly severity: SeverityLevel;
  readonly severitySource: string;
  readonly rawSeverity: string;
  /** `feed/id` of the advisories. */
  readonly advisories: readonly string[];
}

/** What a change is told from. */
export interface ChangeEvidence {
  /** `evaluated`: both sets were asked about both images, or had judged these very packages; else `inferred`. */
  readonly kind: 'evaluated' | 'inferred';
  /** Instances only: the packages of the cell before and after. */
  readonly packages?: { readonly from: readonly EvidencePackage[]; readonly to: readonly EvidencePackage[] };
  /** Instances only: digests of the image, where it was read. */
  readonly digests?: { readonly from?: Digest; readonly to?: Digest };
  /** Charts that use the image, `manifest/chart:version`, where the chart did it. */
  readonly charts?: { readonly from: readonly string[]; readonly to: readonly string[] };
  /** Dates of the feeds concerned, where the advisories did it. */
  readonly feeds?: readonly { readonly feed: string; readonly from?: string; readonly to?: string }[];
  /** Layers are no longer at hand, and the cataloguers changed with the digest: what of it the program did cannot be told apart. */
  readonly notSeparable?: true;
  /** Bases `distinct` and `images`: how many instance changes entered or left the state, and how many of them have this cause. */
  readonly instances?: { readonly concerned: number; readonly ofThisCause: number };
}

/** A changed cell. An absent state: the cell is not there on that side. */
export interface Change {
  readonly basis: Basis;
  /** `SLOT VULNERABILITY`, `VULNERABILITY`, or `SLOT SEVERITY` (`any`). */
  readonly cell: string;
  /** Absent on `distinct`. */
  readonly slot?: string;
  /** Absent on `images`. */
  readonly vulnerability?: string;
  readonly from?: ChangedState;
  readonly to?: ChangedState;
  readonly cause: ChangeCause;
  readonly label: ChangeLabel;
  /** Factors without which the cause would not have been enough, in their order. */
  readonly also: readonly Factor[];
  readonly evidence: ChangeEvidence;
}

/** Counts of one basis, or differences of them. */
export interface Tally extends Readonly<Record<SeverityLevel, number>> {
  readonly total: number;
  readonly fixable: number;
}

/** Tallies of the three bases. */
export type Tallies = Readonly<Record<Basis, Tally>>;
