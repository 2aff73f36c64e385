// A format: one form in which an assessment is given out. Members of the registry are folders of publish/.
import type { Statistics } from '../explain/statistics.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import type { TerminalOptions } from './terminal/terminal.ts';

/** One form of the result. */
export interface Format {
  /** What --format takes. */
  readonly id: string;
  /** One line for the documentation. */
  readonly title: string;
  /** Media type (RFC 6838) of the result. */
  readonly mediaType: string;
  /** Set when the result is bytes that no terminal can show. */
  readonly binary?: true;
  /** The whole result: text that ends with a line feed, or the bytes of a file. Only formats for terminals look at the options. */
  readonly render: (assessment: Assessment, statistics: Statistics, options: TerminalOptions) => string | Uint8Array;
}
