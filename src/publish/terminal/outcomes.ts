// Results by checks as text for a terminal (hygiene, tenancy): a line a check that needs work, the worst first, then what each says of which subjects.
import type { CheckOutcome } from '../../posture/check-outcome.ts';
import {
  countsText,
  type MissingEvidence,
  missingEvidence,
  type SaidOf,
  saidBy,
  sortedChecks,
  type ToldOutcomes,
  waiverText,
} from '../hygiene.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Different things that one check says, and subjects of one thing, that are shown. */
const SHOWN = 5;

/**
 * Lines without line feeds, the first of them empty where there is anything to do.
 * @param notes lines between what needs work and what could not be judged
 */
export function outcomeLines(
  result: ToldOutcomes,
  notes: readonly string[],
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const { open, waived, unjudged, passed, notAsked } = sortedChecks(result);
  const missing = missingEvidence(result);
  const note = (text: string) => wrap(shown(text, options), width, '  ');
  const named = (title: string, checks: readonly CheckOutcome[]) =>
    checks.length === 0 ? [] : note(`${title} (${checks.length}): ${checks.map(({ id }) => id).join(', ')}`);
  return [
    ...(open.length === 0 ? [] : ['', ...alignedRows(open.map(summaryRow), width, glyphsOf(options).cut)]),
    ...open.flatMap((check) => ['', ...detailLines(check, result, width, options)]),
    ...notes,
    ...(missing.length === 0 ? [] : ['', ...note('Without evidence')]),
    ...missing.flatMap((one) => indented('  ', shown(missingText(one), options), width)),
    '',
    ...named('Waived', waived),
    ...named('Could not be judged', unjudged),
    ...named('Passed', passed),
    ...named('Not applicable', notAsked),
    ...(result.waivers.length === 0 ? [] : ['', ...note('Waivers')]),
    ...result.waivers.flatMap((waiver) =>
      indented('  ', shown(waiverText(waiver), options), width).map((text) =>
        paint(text, waiver.state === 'active' ? 'plain' : 'warning', options),
      ),
    ),
  ];
}

/** The first column gives way when the row is too long. */
function summaryRow({ title, id, severity, ...counts }: CheckOutcome): readonly string[] {
  const { fail, warn, waived } = counts;
  const number = [
    ...(fail > 0 ? [`${fail} failed`] : []),
    ...(warn > 0 ? [`${warn} warn`] : []),
    ...(waived > 0 ? [`${waived} waived`] : []),
  ];
  return [id, severity, number.join(', '), title];
}

function detailLines(
  check: CheckOutcome,
  { results }: ToldOutcomes,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const head = `${check.severity} ${check.id}: ${countsText(check)}`;
  return [
    ...wrap(shown(head, options), width, '  ').map((text) => paint(text, check.fail > 0 ? 'high' : 'warning', options)),
    ...saidLines(saidBy(check, results, ['fail', 'warn']), width, options),
    ...indented('  ', shown(`do: ${check.remediation}`, options), width).map((text) => paint(text, 'faint', options)),
  ];
}

function saidLines(said: readonly SaidOf[], width: number, options: TerminalOptions): readonly string[] {
  const more = said.slice(SHOWN).reduce((sum, { subjects }) => sum + subjects.length, 0);
  return [
    ...said.slice(0, SHOWN).flatMap((one) => indented('  ', shown(saidText(one), options), width)),
    ...(more > 0 ? [`  and ${more} more in --format json`] : []),
  ];
}

function saidText({ reason, subjects, waiver }: SaidOf): string {
  const note = waiver === undefined ? '' : ` [waived: ${waiver}]`;
  if (subjects.length === 1) return `${subjects[0]}: ${reason}${note}`;
  return `${reason}${note} (${subjects.length}): ${listText(subjects)}`;
}

function missingText({ reason, subjects, checks }: MissingEvidence): string {
  const asked = checks.length > SHOWN ? `${checks.length} checks` : checks.join(', ');
  return `${reason} (${asked}; ${subjects.length}): ${listText(subjects)}`;
}

function listText(texts: readonly string[]): string {
  const more = texts.length - SHOWN;
  return `${texts.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
