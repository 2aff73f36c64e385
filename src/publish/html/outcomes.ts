// Results by checks as parts of a page (hygiene, tenancy): a table of those that need work, and behind each what it says of which subjects.
import type { CheckOutcome } from '../../posture/check-outcome.ts';
import { saidBy, sortedChecks, type ToldOutcomes, waiverText } from '../hygiene.ts';
import { folded, list, type Markup, paragraph, section, table } from './plain-document.ts';

/** The table of what is not in order. */
export function outcomeOverview(result: ToldOutcomes): Markup {
  const { open, waived, unjudged } = sortedChecks(result);
  return overview([...open, ...waived, ...unjudged]);
}

/** A section a check that needs work, then what passed, then the waivers. */
export function outcomeSections(result: ToldOutcomes): readonly Markup[] {
  const { open, waived, unjudged, passed, notAsked } = sortedChecks(result);
  const rest = [...passed, ...notAsked];
  return [
    ...[...open, ...waived, ...unjudged].map((check) => checkSection(check, result)),
    ...(rest.length === 0 ? [] : [section('Nothing to do', overview(rest))]),
    ...(result.waivers.length === 0 ? [] : [section('Waivers', list(result.waivers.map(waiverText)))]),
  ];
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

function checkSection(check: CheckOutcome, { results }: ToldOutcomes): Markup {
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
