// The exceptions that an assessment carries, with how much each still covers and how long it lasts. Pure.
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { daysBetween } from '../../statements/day.ts';
import { isAbout, type StatementState, stateOf } from '../../statements/judge.ts';
import { isOfLine } from '../../statements/scope.ts';
import type { ExceptionReason } from '../../statements/statement.ts';

/** An exception at a review. */
export interface ReviewedException {
  readonly id: string;
  readonly vulnerability: string;
  readonly reason: ExceptionReason;
  readonly detail?: string;
  readonly owner: string;
  /** ISO day after which it no longer applies. */
  readonly expires: string;
  /** Days from the review to it; negative when it is over. */
  readonly daysLeft: number;
  readonly renewals: number;
  readonly state: StatementState;
  /** Instances of the release that its scope is about, and critical or high ones among them. None: it can go. */
  readonly instances: number;
  readonly severe: number;
}

/** The exceptions of the release's line, those that end first in front. */
export function reviewedExceptions(assessment: Assessment, date: string): readonly ReviewedException[] {
  const images = new Map(assessment.images.map((image) => [image.slot, image]));
  return (assessment.givenStatements ?? [])
    .flatMap((statement): readonly ReviewedException[] => {
      const { exception, scope, id, owner, expires, renewals } = statement;
      if (exception === undefined || !isOfLine(scope, assessment.release.version)) return [];
      const instances = new Map<string, SeverityLevel>();
      for (const finding of assessment.findings) {
        const image = images.get(finding.slot);
        if (image === undefined || !isAbout(statement, finding, image)) continue;
        const cell = `${finding.slot} ${finding.vulnerability}`;
        if (!isSevere(instances.get(cell))) instances.set(cell, finding.severity);
      }
      return [
        {
          id,
          vulnerability: scope.vulnerability,
          ...exception,
          owner,
          expires,
          daysLeft: daysBetween(date, expires),
          renewals,
          state: stateOf(statement, date),
          instances: instances.size,
          severe: [...instances.values()].filter(isSevere).length,
        },
      ];
    })
    .sort((a, b) => (a.expires === b.expires ? (a.id < b.id ? -1 : 1) : a.expires < b.expires ? -1 : 1));
}

function isSevere(severity: SeverityLevel | undefined): boolean {
  return severity === 'critical' || severity === 'high';
}
