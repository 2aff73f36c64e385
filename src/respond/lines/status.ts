// Where each release line stands at a date: how long it is still kept, and what the newest stored assessment of one of its releases says.
import type { Verdict } from '../../platform/verdict.ts';
import type { ListedAssessment } from '../../scan/assess/assessment-store.ts';
import { daysBetween } from '../../statements/day.ts';
import { lineOf, type ReleaseLine } from './lines.ts';

/** Days before its end from which on a line is said to end soon. */
export const SOON_DAYS = 90;

/** A line at a date. */
export interface LineStatus {
  readonly line: ReleaseLine;
  /** Days to its last day, below zero when that is past; absent when no end is stated. */
  readonly daysLeft?: number;
  readonly verdict: Verdict;
  /** The newest assessment of a release of the line; absent when none is kept. */
  readonly latest?: ListedAssessment;
}

/** The lines in the order of the file. */
export function lineStatuses(
  lines: readonly ReleaseLine[],
  assessments: readonly ListedAssessment[],
  asOf: string,
): readonly LineStatus[] {
  return lines.map((line) => {
    const own = assessments.filter(({ release }) => lineOf(lines, release) === line);
    const latest = own.toSorted((a, b) => (a.asOf + a.savedAt < b.asOf + b.savedAt ? -1 : 1)).at(-1);
    const daysLeft = line.end === undefined ? undefined : daysBetween(asOf, line.end);
    return {
      line,
      ...(daysLeft === undefined ? {} : { daysLeft }),
      verdict: verdictOf(line, asOf, daysLeft),
      ...(latest === undefined ? {} : { latest }),
    };
  });
}

/** Fails when the state and the dates contradict each other; a line without an end is no evidence of how long it is kept. */
function verdictOf({ name, state, start, end }: ReleaseLine, asOf: string, daysLeft: number | undefined): Verdict {
  const facts = [
    `state ${state}`,
    ...(start === undefined ? [] : [`start ${start}`]),
    ...(end === undefined ? [] : [`end ${end}`]),
  ];
  const verdict = (result: Verdict['verdict'], reason: string, remediation?: string): Verdict => ({
    check: 'line-end',
    subject: name,
    verdict: result,
    evidence: facts,
    reason,
    ...(remediation === undefined ? {} : { remediation }),
  });
  if (state === 'ended') {
    return daysLeft !== undefined && daysLeft >= 0
      ? verdict('fail', `it is called ended, but ends on ${end}`, 'correct its state or its end')
      : verdict('not-applicable', 'it has ended');
  }
  if (state === 'planned' && start !== undefined && start < asOf) {
    return verdict('fail', `it is called planned, but started on ${start}`, 'correct its state or its start');
  }
  if (daysLeft === undefined) return verdict('no-evidence', 'no end is stated');
  if (daysLeft < 0) {
    return verdict(
      'fail',
      `it ended on ${end} and is still called ${state}`,
      'set its state to ended, or its end to a later date',
    );
  }
  if (daysLeft <= SOON_DAYS) return verdict('warn', `it ends on ${end}, in ${daysLeft} days`);
  return verdict('pass', `it is kept until ${end}`);
}
