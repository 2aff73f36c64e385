// An importer: a folder that reads one scanner's reports. The list of all is registry.ts.
import type { ParsedReport, ReportFile } from './imported.ts';

/** One scanner's form of results. */
export interface Importer {
  /** The word before the colon of a target, and the feed's name in findings: `trivy` in `trivy:report.json`. */
  readonly id: string;
  readonly title: string;
  /** What stands behind the colon, for help texts. */
  readonly argument: 'DIR' | 'PATH';
  /** What it reads there. */
  readonly reads: string;
  /** Name of the reports of a folder: every `.json` file, or one name in a tree whose folders are named by the images. */
  readonly reportName?: string;
  /** Prefixes below which images are our own unless the configuration says so. */
  readonly own?: readonly string[];
  /** Whether a report begins like this; told apart from those of all other importers. */
  readonly recognizes: (head: string) => boolean;
  /**
   * Reads one report. Single bad rows are gaps.
   * @throws ParseError when it is none as a whole; LimitError
   */
  readonly parse: (bytes: Uint8Array, file: ReportFile) => Promise<ParsedReport>;
}
