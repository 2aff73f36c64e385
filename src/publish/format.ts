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
  /** Media type (RFC 6838) of the text. */
  readonly mediaType: string;
  /** The whole result as text, ending with a line feed. Only formats for terminals look at the options. */
  readonly render: (assessment: Assessment, statistics: Statistics, options: TerminalOptions) => string;
}
