// Results of checks (gate, hygiene) on the pages of a bundle: counted by check and verdict. Evidence, subjects and waivers stay inside: they name
// paths of leaked secrets, people and hosts.
import { ParseError, PlimsollError } from '../../platform/errors.ts';
import { compareText } from '../../platform/order.ts';
import { fieldsOf, listOf, textOf } from '../../scan/advisory/fields.ts';

/** Results of one check that share a verdict. */
export interface CheckRow {
  readonly check: string;
  readonly verdict: string;
  readonly number: number;
  /** Where they may be told. */
  readonly reason?: string;
}

/** The results of one command. */
export interface CheckSection {
  readonly title: string;
  /** Of the whole, where the command gives one. */
  readonly verdict?: string;
  readonly rows: readonly CheckRow[];
}

/**
 * Reads the JSON of a command whose results have the shared shape of verdicts.
 * @param withReasons whether the reasons may be told: they can quote what was found and where, and name owners.
 * @param assessment id of the assessment that is published: results that name another one are not about it.
 * @throws ParseError; PlimsollError `usage` for results about another assessment.
 */
export function checkSection(
  title: string,
  json: string,
  { assessment, withReasons }: { readonly assessment: string; readonly withReasons: boolean },
): CheckSection {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ParseError(`${title}: the results are no JSON`, { cause });
  }
  const { verdict, results, assessment: about } = fieldsOf(value);
  const named = textOf(about) ?? textOf(fieldsOf(about)['id']);
  if (named !== undefined && named !== assessment) {
    throw new PlimsollError('usage', `${title}: the results are about another assessment, ${named}`);
  }
  if (!Array.isArray(results))
    throw new ParseError(`${title}: there are no results in the file; give the JSON of the command`);
  const rows = listOf(results).map((one) => {
    const { check, verdict: word, reason, waiver } = fieldsOf(one);
    const said = withReasons ? textOf(reason) : undefined;
    // Who waived it and why stays inside; that somebody did explains the verdict of the whole.
    const verdict = `${textOf(word) ?? ''}${textOf(waiver) === undefined ? '' : ', waived'}`;
    return { check: textOf(check) ?? '', verdict, ...(said === undefined ? {} : { reason: said }) };
  });
  // Of the whole there is a word, or a verdict of its own with a reason.
  const whole = textOf(verdict) ?? textOf(fieldsOf(verdict)['verdict']);
  return countedSection(title, rows, whole);
}

/** Rows that say the same put together, sorted. */
export function countedSection(title: string, rows: readonly Omit<CheckRow, 'number'>[], whole?: string): CheckSection {
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.check, row.verdict, row.reason ?? '']));
  return {
    title,
    ...(whole === undefined ? {} : { verdict: whole }),
    rows: [...groups]
      .sort(([a], [b]) => compareText(a, b))
      .flatMap(([, group]) => (group[0] === undefined ? [] : [{ ...group[0], number: group.length }])),
  };
}
