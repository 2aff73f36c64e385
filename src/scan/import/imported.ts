// What another scanner said of one image, in our words but with its own ids, severities and fixes. Importers give it, import-assessment.ts makes an
// assessment of it.
import type { Digest } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { OsRelease, Package } from '../inventory/package.ts';
import type { StatedScore } from './score.ts';

/** A vulnerability that the scanner reports in an installed package. */
export interface ImportedFinding {
  /** The scanner's own id of the record: CVE-…, GHSA-…, SNYK-…. */
  readonly id: string;
  /** Ids that the scanner says mean the same vulnerability, or CVEs that the record is about. */
  readonly aliases: readonly string[];
  /** The scanner's word for the severity. */
  readonly severity: string;
  /** Whom the scanner took it from, `nvd`, `debian`, where it says so. */
  readonly severitySource?: string;
  /** The CVSS score that it states. */
  readonly cvss?: StatedScore;
  readonly package: { readonly name: string; readonly version: string; readonly purl: string };
  readonly fixState: 'fixed' | 'not-fixed' | 'will-not-fix' | 'deferred' | 'unknown';
  /** Version that fixes it. A scanner may know that there is one without saying which. */
  readonly fixedIn?: string;
  /** Layer and path in the image, where the scanner says so. */
  readonly layer?: Digest;
  readonly path?: string;
  readonly kev?: boolean;
  /** EPSS probability, 0 to 1. */
  readonly epss?: number;
  /** A decision that the report carries, `STATUS` or `STATUS:DETAIL`. */
  readonly statement?: string;
}

/** Which program with which data wrote a report, as far as it says so. */
export interface ScannerRun {
  readonly version?: string;
  /** When it ran, ISO 8601. */
  readonly ranAt?: string;
  /** Name of the database: the same name, the same content. */
  readonly database?: string;
  /** When the database was made, ISO 8601; without a `database`, the newest date that the report's records state. */
  readonly databaseDate?: string;
}

/** An image as the scanner saw it. */
export interface ImportedImage {
  /** Reference in normal form; `ID:PATH` of the report when it names none. */
  readonly logical: string;
  /** What was scanned: pinned by digest where the report says so. */
  readonly physical: string;
  /** Of the manifest; else of the configuration; else of the report, which a gap then says. */
  readonly digest: Digest;
  /** `os/architecture[/variant]`. */
  readonly platform: string;
  readonly os?: OsRelease;
  /** Date of the image's creation. */
  readonly created?: string;
  /** Sorted by purl, each once. */
  readonly packages: readonly Package[];
  /** How many packages the scanner saw, where it tells more than it lists. */
  readonly packageCount?: number;
  /** False when the report lists only packages with findings: then no other advisory set can be applied to it. */
  readonly listsAllPackages: boolean;
  readonly findings: readonly ImportedFinding[];
  readonly run: ScannerRun;
  /** `target` is `logical`. */
  readonly gaps: readonly Gap[];
}

/** What one report holds. */
export interface ParsedReport {
  readonly images: readonly ImportedImage[];
  /** Parts of the report that are about no image; `target` is the report. */
  readonly gaps: readonly Gap[];
}

/** Where a report lies. */
export interface ReportFile {
  /** Below the target, for messages. */
  readonly path: string;
  /** Of its bytes. */
  readonly digest: Digest;
}
