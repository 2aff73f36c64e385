// Judges a release by all checks: results in the shared shape with their waivers, and figures a check. Rules: docs/guide/hygiene.md. Pure.
import { ZodError } from 'zod';
import { PlimsollError } from '../../platform/errors.ts';
import type { HygieneSettings, OwnerRule } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import {
  type CheckCounts,
  type CheckOutcome,
  type Outcomes,
  outcomesOf,
  overallOf,
  withWords,
} from '../check-outcome.ts';
import { type WaiverUse, waive } from '../waivers/waivers.ts';
import { type Change, changeBetween, told } from './before.ts';
import type { CheckDescription, HygieneInput, JudgeRelease } from './check.ts';
import { ownersIn } from './owners.ts';
import { TEMPLATES } from './registry.ts';

/** A result with what is known besides. */
export interface HygieneVerdict extends Verdict {
  /** Who has to mend it; absent where no rule of plimsoll.yaml says. */
  readonly owner?: string;
  /** What the same check said of the same thing in the release before; absent where that did not have it. */
  readonly before?: Verdict['verdict'];
}

/** What is said of a release. */
export interface HygieneResult {
  readonly assessment: Assessment;
  /** The release before. */
  readonly since?: Assessment;
  /** What changed since then. */
  readonly change?: Change;
  /** Of the whole. */
  readonly verdict: Verdict;
  /** Of all checks. */
  readonly counts: CheckCounts;
  /** The worst first: by severity of what failed, then how often. */
  readonly checks: readonly CheckOutcome[];
  /** In the order of the checks; of one check the worst first, then by subject. */
  readonly results: readonly HygieneVerdict[];
  readonly waivers: readonly WaiverUse[];
}

/** What a release is judged by. */
export interface HygieneRules {
  readonly descriptions: readonly CheckDescription[];
  readonly settings?: HygieneSettings | undefined;
  readonly owners?: readonly OwnerRule[] | undefined;
}

/**
 * Judges a release. Waivers are held against the date of its assessment.
 * @throws PlimsollError `config-invalid` for settings of a check that is not there, or that it does not have.
 */
export function hygieneOf(
  input: HygieneInput,
  { descriptions, settings = {}, owners = [] }: HygieneRules,
): HygieneResult {
  const { release, since } = input;
  const { assessment } = release;
  refuseUnknown(descriptions, settings);
  const judged = descriptions.flatMap((description) => judge(input, description, settings));
  const { results, waivers } = waive(judged, settings.waivers ?? [], assessment.asOf.slice(0, 10));
  // What only two releases show, and what is asked at their places, is not known of the one before.
  const { since: _, signatures: __, ...alone } = input;
  const earlier =
    since === undefined
      ? []
      : descriptions.flatMap((description) => judge({ ...alone, release: since }, description, settings));
  const [ownerOf, before] = [ownersIn(release, owners), told(earlier)];
  const outcomes = outcomesOf(descriptions, results);
  return {
    assessment,
    ...(since === undefined ? {} : { since: since.assessment, change: changeBetween(earlier, results) }),
    verdict: overall(assessment, outcomes),
    counts: outcomes.counts,
    checks: outcomes.checks,
    results: outcomes.results.map((result) => withMore(result, ownerOf(result.subject), before(result))),
    waivers,
  };
}

function withMore(result: Verdict, owner: string | undefined, before: Verdict['verdict'] | undefined): HygieneVerdict {
  return { ...result, ...(owner === undefined ? {} : { owner }), ...(before === undefined ? {} : { before }) };
}

function judge(
  input: HygieneInput,
  description: CheckDescription,
  { parameters = {} }: HygieneSettings,
): readonly Verdict[] {
  const { id } = description;
  const template = TEMPLATES.find(({ name }) => name === description.template);
  if (template === undefined)
    throw new PlimsollError('internal', `the check ${id} names no template that there is: ${description.template}`);
  const { name, version } = input.release.assessment.release;
  if (template.comparesReleases && input.since === undefined) {
    const reason = 'it compares two releases: name the one before with --since';
    return [{ check: id, subject: `${name} ${version}`.trim(), verdict: 'not-applicable', evidence: [], reason }];
  }
  const judgeRelease = prepared(id, () => template.withParameters({ ...description.parameters, ...parameters[id] }));
  return judgeRelease(input).map((judgement) => withWords(judgement, description));
}

/** @throws PlimsollError `config-invalid` */
function prepared(id: string, prepare: () => JudgeRelease): JudgeRelease {
  try {
    return prepare();
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const problems = error.issues.map(
      ({ path, message }) => `hygiene.parameters.${[id, ...path.map(String)].join('.')}: ${message}`,
    );
    throw new PlimsollError('config-invalid', problems.join('\n'), { cause: error });
  }
}

/** @throws PlimsollError `config-invalid`: a misspelt name that is silently ignored would change what is judged. */
function refuseUnknown(
  descriptions: readonly CheckDescription[],
  { parameters = {}, waivers = [] }: HygieneSettings,
): void {
  const known = new Set(descriptions.map(({ id }) => id));
  const unknown = [
    ...Object.keys(parameters).map((id) => [`hygiene.parameters.${id}`, id] as const),
    ...waivers.map(({ check }, index) => [`hygiene.waivers.${index}.check`, check] as const),
  ].filter(([, id]) => !known.has(id));
  if (unknown.length === 0) return;
  const lines = unknown.map(([place, id]) => `${place}: there is no check ${id}; docs/reference/hygiene.md lists them`);
  throw new PlimsollError('config-invalid', lines.join('\n'));
}

function overall({ id, release: { name, version } }: Assessment, outcomes: Outcomes): Verdict {
  return { check: 'hygiene', subject: `${name} ${version}`.trim(), evidence: [id], ...overallOf(outcomes) };
}
