// The answer of `kubernetes versions`: minors with what they bring and end, the step between two, release lines, and objects that a minor does not serve.
import type { Gap } from '../../platform/gap.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { ReleaseLine } from '../../respond/lines/lines.ts';
import type { ManifestObjects } from '../../scan/release/manifests/objects.ts';
import { daysBetween } from '../../statements/day.ts';
import { type MinorHistory, minorHistories, type Step, stepBetween } from './history.ts';
import { type LineSupport, lineSupport } from './line-support.ts';
import { compareMinors, type Minor } from './minor.ts';
import { judgeApis, type ServedApis } from './served-apis.ts';
import type { VersionTable } from './table.ts';

/** What is asked. */
export interface VersionsQuestion {
  readonly asOf: string;
  readonly from?: Minor;
  readonly to?: Minor;
  readonly lines?: readonly ReleaseLine[];
  /** Objects of a release, held against `to`, else against the minor of the one line that is asked for. */
  readonly manifests?: ManifestObjects;
}

/** A minor with how long it is still supported. */
export interface DatedMinor extends MinorHistory {
  /** Days to the end of upstream's support, below zero when it is past. */
  readonly daysLeft: number;
}

/** The answer. */
export interface VersionsAnswer {
  readonly asOf: string;
  /** Those of the step, else all; the oldest first. */
  readonly minors: readonly DatedMinor[];
  readonly step?: Step;
  readonly lines?: readonly LineSupport[];
  /** Objects of the release, with the minor that they were held against. */
  readonly served?: ServedApis & { readonly minor: Minor };
  /** Every verdict of the answer. */
  readonly results: readonly Verdict[];
  readonly gaps: readonly Gap[];
}

/** Answers. A minor that the table does not have is no minor of the answer. */
export function versionsAnswer(table: VersionTable, question: VersionsQuestion): VersionsAnswer {
  const { asOf, from, to, manifests } = question;
  const lines = question.lines === undefined ? undefined : lineSupport(question.lines, table, asOf);
  const used = new Set((lines ?? []).flatMap(({ minor }) => minor ?? []));
  const target = to ?? (used.size === 1 ? [...used][0] : undefined);
  const served =
    manifests === undefined || target === undefined
      ? undefined
      : judgeApis(manifests.objects, table.apis, target, from);
  const minors = minorHistories(table)
    .filter(({ minor }) => isAsked(minor, from, to) && (lines === undefined || to !== undefined || used.has(minor)))
    .map((one): DatedMinor => ({ ...one, daysLeft: daysBetween(asOf, one.ended) }));
  return {
    asOf,
    minors,
    ...(from === undefined || to === undefined ? {} : { step: stepBetween(table, from, to) }),
    ...(lines === undefined ? {} : { lines }),
    ...(served === undefined || target === undefined ? {} : { served: { ...served, minor: target } }),
    results: [...(lines ?? []).map(({ verdict }) => verdict), ...(served?.results ?? [])],
    gaps: manifests?.gaps ?? [],
  };
}

function isAsked(minor: Minor, from: Minor | undefined, to: Minor | undefined): boolean {
  return (from === undefined || compareMinors(from, minor) <= 0) && (to === undefined || compareMinors(minor, to) <= 0);
}
