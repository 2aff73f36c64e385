// The table of a release's notes: images that are shipped with known vulnerabilities, each with its reason. Generated from the exceptions in force.
import { compareText } from '../platform/order.ts';
import { stateOf } from './judge.ts';
import { statementsOfLine } from './scope.ts';
import type { ExceptionReason, Statement } from './statement.ts';

/** The sentence for a reason where the statement has none of its own. */
export const REASON_SENTENCES: Readonly<Record<ExceptionReason, string>> = {
  'version-locked': 'This version is pinned for this release.',
  'purged-after-upgrade': 'This image is needed for the upgrade to this release, and is purged afterwards.',
  'no-upstream-fix': 'Upstream fixes are needed and are not yet available.',
  'after-content-freeze': 'Fixes became available after the content of this release was frozen.',
  'next-release': 'This will be addressed in the next release.',
  'removal-procedure': 'There is a procedure to remove this image if desired.',
};

/** What the table is about. */
export interface ReleaseNotesContext {
  /** Version of the release, for the lines of scopes; absent: statements of all lines. */
  readonly releaseVersion?: string;
  /** ISO date at which expiry is judged. */
  readonly asOf: string;
}

/** A Markdown table `Image | Reason`, one row an image and reason; a sentence in its place where there is no exception. */
export function releaseNotesTable(
  statements: readonly Statement[],
  { releaseVersion, asOf }: ReleaseNotesContext,
): string {
  const ofLine = releaseVersion === undefined ? statements : statementsOfLine(statements, releaseVersion);
  const rows = ofLine.flatMap(({ scope, exception, ...rest }) => {
    if (exception === undefined || stateOf({ scope, exception, ...rest }, asOf) !== 'in-force') return [];
    const reason = exception.detail ?? REASON_SENTENCES[exception.reason];
    const about = scope.vulnerability === '*' ? '' : `${scope.vulnerability}: `;
    return (scope.images ?? ['all images']).map((image) => `| ${code(image)} | ${cell(`${about}${reason}`)} |`);
  });
  if (rows.length === 0) return 'No security vulnerability exceptions.\n';
  return ['| Image | Reason |', '| --- | --- |', ...[...new Set(rows)].sort(compareText)]
    .map((line) => `${line}\n`)
    .join('');
}

/** Text in a cell of a table: one line, and nothing that ends the cell or opens an HTML tag. Links stay what they are. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function code(text: string): string {
  return `\`${text.replace(/[`\s]+/g, ' ').replaceAll('|', '\\|')}\``;
}
