// What every form of results by checks says in the same words (hygiene, tenancy): the title, the counts, the results of a check grouped by what is wrong.

import { compareText } from '../platform/order.ts';
import type { Verdict } from '../platform/verdict.ts';
import type { CheckCounts, CheckOutcome, Outcomes } from '../posture/check-outcome.ts';
import type { HygieneResult } from '../posture/hygiene/hygiene.ts';
import type { WaiverUse } from '../posture/waivers/waivers.ts';
import { count, plural } from './words.ts';

/** Results by checks that every form tells. */
export interface ToldOutcomes extends Pick<Outcomes, 'checks' | 'results'> {
  readonly waivers: readonly WaiverUse[];
}

/** Pieces of evidence that are shown of one result. */
const EVIDENCE = 10;

/** `Hygiene of csm 1.2.0 (2022-04-20): 9 of 33 checks failed`. */
export function hygieneTitle({ verdict, assessment, since }: HygieneResult): string {
  const before = since === undefined ? '' : `, since ${`${since.release.name} ${since.release.version}`.trim()}`;
  return `Hygiene of ${verdict.subject} (${assessment.asOf}${before}): ${verdict.reason}`;
}

/** `64 failed, 30 warnings, …`; what there is none of is left out. */
export function countsText({ fail, warn, waived, noEvidence, pass, notApplicable }: CheckCounts): string {
  const parts = [
    ...(fail > 0 ? [`${count(fail)} failed`] : []),
    ...(warn > 0 ? [plural(warn, 'warning')] : []),
    ...(waived > 0 ? [`${count(waived)} waived`] : []),
    ...(noEvidence > 0 ? [`${count(noEvidence)} without evidence`] : []),
    ...(pass > 0 ? [`${count(pass)} passed`] : []),
    ...(notApplicable > 0 ? [`${count(notApplicable)} not applicable`] : []),
  ];
  return parts.length === 0 ? 'nothing to judge' : parts.join(', ');
}

/** `5 new since csm 1.1.0, 7 closed`; undefined for one release. */
export function changeText({ since, change }: HygieneResult): string | undefined {
  if (since === undefined || change === undefined) return undefined;
  return `${count(change.opened)} new since ${`${since.release.name} ${since.release.version}`.trim()}, ${count(change.closed)} closed`;
}

/** `Team A: 5 failed, 2 warnings`, who has the most first; none where no rule names an owner. */
export function ownerTexts({ results }: HygieneResult): readonly string[] {
  const open = results.filter(
    ({ verdict, waiver }) => waiver === undefined && (verdict === 'fail' || verdict === 'warn'),
  );
  if (open.every(({ owner }) => owner === undefined)) return [];
  return [...Map.groupBy(open, ({ owner }) => owner ?? 'nobody')]
    .map(([owner, group]) => ({ owner, group, fail: group.filter(({ verdict }) => verdict === 'fail').length }))
    .sort((a, b) => b.fail - a.fail || b.group.length - a.group.length || compareText(a.owner, b.owner))
    .map(({ owner, group, fail }) => {
      const warn = group.length - fail;
      const parts = [...(fail > 0 ? [`${count(fail)} failed`] : []), ...(warn > 0 ? [plural(warn, 'warning')] : [])];
      return `${owner}: ${parts.join(', ')}`;
    });
}

/** Subjects of which a check says the same. */
export interface SaidOf {
  readonly verdict: Verdict['verdict'];
  readonly reason: string;
  readonly waiver?: string;
  readonly subjects: readonly string[];
  /** Each subject with what was looked at. */
  readonly shown: readonly string[];
}

/** What a check says, each thing once, in the order of the results; only the given verdicts. */
export function saidBy(
  check: CheckOutcome,
  results: readonly Verdict[],
  verdicts: readonly Verdict['verdict'][],
): readonly SaidOf[] {
  const own = results.filter((result) => result.check === check.id && verdicts.includes(result.verdict));
  const groups = Map.groupBy(own, ({ verdict, reason, waiver }) => JSON.stringify([verdict, reason, waiver]));
  return [...groups.values()].flatMap((group): readonly SaidOf[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { verdict, reason, waiver } = first;
    const subjects = group.map(({ subject }) => subject);
    return [{ verdict, reason, ...(waiver === undefined ? {} : { waiver }), subjects, shown: group.map(withEvidence) }];
  });
}

function withEvidence({ subject, evidence }: Verdict): string {
  if (evidence.length === 0) return subject;
  const more = evidence.length - EVIDENCE;
  return `${subject}: ${evidence.slice(0, EVIDENCE).join('; ')}${more > 0 ? `; and ${count(more)} more` : ''}`;
}

/** Evidence that is missing, each reason once with the subjects and checks that lack it; what most lack first. */
export interface MissingEvidence {
  readonly reason: string;
  readonly subjects: readonly string[];
  readonly checks: readonly string[];
}

/** What could not be judged, across all checks. */
export function missingEvidence({ results }: Pick<Outcomes, 'results'>): readonly MissingEvidence[] {
  const open = results.filter(({ verdict }) => verdict === 'no-evidence' || verdict === 'unsupported');
  return [...Map.groupBy(open, ({ reason }) => reason)]
    .map(([reason, group]) => ({
      reason,
      subjects: [...new Set(group.map(({ subject }) => subject))].sort(),
      checks: [...new Set(group.map(({ check }) => check))].sort(),
    }))
    .sort((a, b) => b.subjects.length * b.checks.length - a.subjects.length * a.checks.length);
}

/** Checks that need work, those that could not be judged, and the others. */
export function sortedChecks({
  checks,
}: Pick<Outcomes, 'checks'>): Readonly<
  Record<'open' | 'waived' | 'unjudged' | 'passed' | 'notAsked', readonly CheckOutcome[]>
> {
  const rest = checks.filter(({ fail, warn }) => fail + warn === 0);
  return {
    open: checks.filter(({ fail, warn }) => fail + warn > 0),
    waived: rest.filter(({ waived }) => waived > 0),
    unjudged: rest.filter(({ waived, noEvidence }) => waived === 0 && noEvidence > 0),
    passed: rest.filter(({ waived, noEvidence, pass }) => waived + noEvidence === 0 && pass > 0),
    notAsked: rest.filter(({ waived, noEvidence, pass }) => waived + noEvidence + pass === 0),
  };
}

/** `EXPIRED on 2022-04-01, 3 results open again: root-user for quay.io/*; OWNER: REASON`. */
export function waiverText({ check, subjects, owner, reason, expires, state, results }: WaiverUse): string {
  const scope = `${check}${subjects === undefined ? '' : ` for ${subjects.join(', ')}`}; ${owner}: ${reason}`;
  if (state === 'expired') return `expired on ${expires}, ${plural(results, 'result')} open again: ${scope}`;
  if (state === 'unused') return `nothing that failed fits it (until ${expires}): ${scope}`;
  return `${plural(results, 'result')} until ${expires}: ${scope}`;
}
