// The results of hygiene as a page: the counts, a table of all checks, and behind each that needs work what it says of which images.
import type { CheckOutcome, HygieneResult } from '../../posture/hygiene/hygiene.ts';
import { changeText, countsText, hygieneTitle, ownerTexts, saidBy, sortedChecks, waiverText } from '../hygiene.ts';
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/**
 * The results as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function hygieneHtml(result: HygieneResult, page?: PageFiles): string {
  const { open, waived, unjudged, passed, notAsked } = sortedChecks(result);
  const rest = [...passed, ...notAsked];
  const owners = ownerTexts(result);
  return plainDocument(
    { kicker: 'Build hygiene', title: hygieneTitle(result) },
    [
      section(
        'Counts',
        paragraph([countsText(result.counts), changeText(result)].filter(Boolean).join('. ')),
        overview([...open, ...waived, ...unjudged]),
      ),
      ...(owners.length === 0 ? [] : [section('Owners', list(owners))]),
      ...[...open, ...waived, ...unjudged].map((check) => checkSection(check, result)),
      ...(rest.length === 0 ? [] : [section('Nothing to do', overview(rest))]),
      ...(result.waivers.length === 0 ? [] : [section('Waivers', list(result.waivers.map(waiverText)))]),
    ],
    page,
  );
}

function overview(checks: readonly CheckOutcome[]): Markup {
  return table(
    'Checks',
    ['Check', 'Severity', 'Failed', 'Warn', 'Waived', 'No evidence', 'Passed', 'What is asked'],
    checks.map(({ id, severity, title, ...counts }) => {
      const { fail, warn, waived, noEvidence, pass } = counts;
      return [id, severity, ...[fail, warn, waived, noEvidence, pass].map((number) => number || undefined), title];
    }),
  );
}

function checkSection(check: CheckOutcome, { results }: HygieneResult): Markup {
  const said = saidBy(check, results, ['fail', 'warn', 'no-evidence', 'unsupported']);
  return section(
    `${check.id} (${check.severity})`,
    paragraph(`${check.title}. To do: ${check.remediation}.`),
    ...said.map(({ verdict, reason, waiver, shown }) => {
      const note = waiver === undefined ? '' : `, waived by ${waiver}`;
      return folded(`${verdict}${note}: ${reason} (${shown.length})`, list(shown));
    }),
  );
}
