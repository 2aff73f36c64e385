// Results of policies and of reachability on the pages of a bundle, counted: names of workloads, policies and namespaces stay inside.
import { ParseError } from '../../platform/errors.ts';
import { fieldsOf, listOf, textOf } from '../../scan/advisory/fields.ts';
import { type CheckRow, type CheckSection, countedSection } from './checks.ts';

type Row = Omit<CheckRow, 'number'>;

/** Connections of one kind that are told one by one; more of them are counted. */
const PAIRS_TOLD = 200;

/**
 * Reads the JSON of `policy check`, `policy preview` or `policy matrix`.
 * @param withReasons whether reasons may be told: they name what was found where
 * @throws ParseError
 */
export function policySection(json: string, withReasons: boolean): CheckSection {
  const document = documentOf('Policies', json);
  const { subjects, objects, findings, workloads, gaps } = document;
  const verdicts = [
    ...listOf(subjects).flatMap((subject) => listOf(fieldsOf(subject)['checks'])),
    ...listOf(findings),
    ...listOf(workloads).flatMap((workload) => listOf(fieldsOf(workload)['cells'])),
  ].map((one) => verdictRow(one, withReasons));
  const outcomes = listOf(objects).map((one): Row => {
    return { check: 'admission', verdict: textOf(fieldsOf(one)['outcome']) ?? '' };
  });
  if (![subjects, objects, workloads].some(Array.isArray)) {
    throw new ParseError(
      'Policies: there are no results in the file; give the JSON of policy check, preview or matrix',
    );
  }
  return countedSection('Policies', [...outcomes, ...verdicts, ...gapRows(gaps, withReasons)]);
}

/**
 * Reads the JSON of `reach list`, `reach query` or `reach diff`.
 * @param withReasons whether it may be told what reaches what
 * @throws ParseError
 */
export function reachSection(json: string, withReasons: boolean): CheckSection {
  const document = documentOf('Reachability', json);
  const { connections, reachable, changes, bypasses, notEvaluated, gaps } = document;
  if (![connections, reachable, changes].some(Array.isArray)) {
    throw new ParseError('Reachability: there are no results in the file; give the JSON of reach list, query or diff');
  }
  const pairs = (list: unknown, check: string, verdict: (one: unknown) => string): readonly Row[] =>
    listOf(list).map((one, _, all) => {
      const { from, to } = fieldsOf(one);
      return {
        check,
        verdict: verdict(one),
        ...said(`${textOf(from) ?? ''} => ${textOf(to) ?? ''}`, withReasons && all.length <= PAIRS_TOLD),
      };
    });
  const ways = Array.isArray(bypasses) ? bypasses : listOf(fieldsOf(bypasses)['added']);
  return countedSection('Reachability', [
    ...pairs(connections, 'connection', () => 'allowed'),
    ...pairs(reachable, 'asked connection', () => 'open'),
    ...pairs(changes, 'changed connection', (one) => (fieldsOf(one)['wider'] === true ? 'lets more through' : 'other')),
    ...listOf(ways).map((one): Row => {
      const { kind, subject } = fieldsOf(one);
      return { check: `not governed: ${textOf(kind) ?? ''}`, verdict: 'warn', ...said(textOf(subject), withReasons) };
    }),
    ...listOf(notEvaluated).map((one): Row => {
      const { kind, name } = fieldsOf(one);
      return {
        check: `not evaluated: ${textOf(kind) ?? ''}`,
        verdict: 'no-evidence',
        ...said(textOf(name), withReasons),
      };
    }),
    ...gapRows(gaps, withReasons),
  ]);
}

function documentOf(title: string, json: string): ReturnType<typeof fieldsOf> {
  try {
    return fieldsOf(JSON.parse(json));
  } catch (cause) {
    throw new ParseError(`${title}: the results are no JSON`, { cause });
  }
}

function verdictRow(one: unknown, withReasons: boolean): Row {
  const { check, verdict, reason } = fieldsOf(one);
  return {
    check: textOf(check) ?? '',
    verdict: textOf(verdict) ?? '',
    ...said(textOf(reason), withReasons),
  };
}

/** What could not be judged is counted too: nobody may take its absence for a pass. */
function gapRows(gaps: unknown, withReasons: boolean): readonly Row[] {
  return listOf(gaps).map((one) => {
    const { kind, target, reason } = fieldsOf(one);
    return {
      check: `gap: ${textOf(kind) ?? ''}`,
      verdict: 'no-evidence',
      ...said([textOf(target), textOf(reason)].filter(Boolean).join(': '), withReasons),
    };
  });
}

function said(reason: string | undefined, withReasons: boolean): { readonly reason?: string } {
  return withReasons && reason !== undefined && reason !== '' ? { reason } : {};
}
