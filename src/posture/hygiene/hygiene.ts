// Judges a release by all checks: results in the shared shape with their waivers, and figures a check. Rules: docs/guide/hygiene.md. Pure.
import { ZodError } from 'zod';
import { PlimsollError } from '../../platform/errors.ts';
import { compareText } from '../../platform/order.ts';
import type { HygieneSettings, OwnerRule } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { type Change, changeBetween, told } from './before.ts';
import {
  CHECK_SEVERITIES,
  type CheckDescription,
  type CheckSeverity,
  type HygieneInput,
  type JudgeRelease,
} from './check.ts';
import { ownersIn } from './owners.ts';
import { TEMPLATES } from './registry.ts';
import { type WaiverUse, waive } from './waivers.ts';

/** Order of verdicts, the worst first. */
const VERDICTS: readonly Verdict['verdict'][] = [
  'fail',
  'warn',
  'no-evidence',
  'unsupported',
  'attested',
  'pass',
  'not-applicable',
];

/** Number of results of one check by verdict; those that a waiver covers are counted apart from the failed ones. */
export interface CheckCounts {
  readonly fail: number;
  readonly warn: number;
  readonly waived: number;
  readonly noEvidence: number;
  readonly pass: number;
  readonly notApplicable: number;
}

/** A check with what came of it. */
export interface CheckOutcome extends CheckCounts {
  readonly id: string;
  readonly title: string;
  readonly severity: CheckSeverity;
  readonly remediation: string;
}

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
  const byCheck = Map.groupBy(results, ({ check }) => check);
  const outcomes = descriptions.map(
    ({ id, title, severity, remediation }): CheckOutcome => ({
      id,
      title,
      severity,
      remediation,
      ...countsOf(byCheck.get(id) ?? []),
    }),
  );
  // A stable sort: equals stay in the order of the file.
  const checks = outcomes.toSorted((a, b) => weightOf(b) - weightOf(a) || b.fail - a.fail || b.warn - a.warn);
  const counts = total(checks);
  return {
    assessment,
    ...(since === undefined ? {} : { since: since.assessment, change: changeBetween(earlier, results) }),
    verdict: overall(assessment, checks, counts),
    counts,
    checks,
    results: checks
      .flatMap(({ id }) => (byCheck.get(id) ?? []).toSorted(compareResults))
      .map((result) => withMore(result, ownerOf(result.subject), before(result))),
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
  const { id, severity, remediation } = description;
  const template = TEMPLATES.find(({ name }) => name === description.template);
  if (template === undefined)
    throw new PlimsollError('internal', `the check ${id} names no template that there is: ${description.template}`);
  const { name, version } = input.release.assessment.release;
  if (template.comparesReleases && input.since === undefined) {
    const reason = 'it compares two releases: name the one before with --since';
    return [{ check: id, subject: `${name} ${version}`.trim(), verdict: 'not-applicable', evidence: [], reason }];
  }
  const judgeRelease = prepared(id, () => template.withParameters({ ...description.parameters, ...parameters[id] }));
  const isMinor = severity === 'low' || severity === 'info';
  return judgeRelease(input).map((judgement): Verdict => {
    const { subject, evidence, reason } = judgement;
    const verdict = isMinor && judgement.verdict === 'fail' ? 'warn' : judgement.verdict;
    const needsWork = verdict === 'fail' || verdict === 'warn';
    return {
      check: id,
      subject,
      verdict,
      evidence,
      reason,
      ...(needsWork ? { remediation: judgement.remediation ?? remediation } : {}),
    };
  });
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

function countsOf(results: readonly Verdict[]): CheckCounts {
  const of = (...verdicts: readonly Verdict['verdict'][]) =>
    results.filter(({ verdict, waiver }) => waiver === undefined && verdicts.includes(verdict)).length;
  return {
    fail: of('fail'),
    warn: of('warn'),
    waived: results.filter(({ waiver }) => waiver !== undefined).length,
    noEvidence: of('no-evidence', 'unsupported'),
    pass: of('pass', 'attested'),
    notApplicable: of('not-applicable'),
  };
}

function total(checks: readonly CheckCounts[]): CheckCounts {
  const sum = (name: keyof CheckCounts) => checks.reduce((all, check) => all + check[name], 0);
  return {
    fail: sum('fail'),
    warn: sum('warn'),
    waived: sum('waived'),
    noEvidence: sum('noEvidence'),
    pass: sum('pass'),
    notApplicable: sum('notApplicable'),
  };
}

/** How far up a check stands: what failed by its severity, then what could not be judged. */
function weightOf({ severity, fail, warn, noEvidence, waived }: CheckOutcome): number {
  const rank = CHECK_SEVERITIES.length - CHECK_SEVERITIES.indexOf(severity);
  if (fail > 0) return 300 + rank;
  if (warn > 0) return 200 + rank;
  if (noEvidence > 0) return 100 + rank;
  return waived > 0 ? rank : 0;
}

function compareResults(a: Verdict, b: Verdict): number {
  return (
    Number(a.waiver !== undefined) - Number(b.waiver !== undefined) ||
    VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
    compareText(a.subject, b.subject) ||
    compareText(a.reason, b.reason)
  );
}

function overall(
  { id, release: { name, version } }: Assessment,
  checks: readonly CheckOutcome[],
  { waived, pass }: CheckCounts,
): Verdict {
  const number = (of: keyof CheckCounts) => checks.filter((check) => check[of] > 0).length;
  const [failed, warned, open] = [number('fail'), number('warn'), number('noEvidence')];
  const [verdict, said] =
    failed > 0
      ? (['fail', `${failed} of ${checks.length} checks failed`] as const)
      : warned > 0
        ? (['warn', `no check failed, ${warned} of ${checks.length} warn`] as const)
        : open > 0
          ? (['no-evidence', `no check failed, ${open} of ${checks.length} lack evidence`] as const)
          : pass + waived > 0
            ? (['pass', `none of ${checks.length} checks failed`] as const)
            : (['no-evidence', 'there is nothing to judge'] as const);
  // What is waived is no pass in silence.
  const reason = waived === 0 ? said : `${said}; ${waived === 1 ? 'one result is' : `${waived} results are`} waived`;
  return { check: 'hygiene', subject: `${name} ${version}`.trim(), verdict, evidence: [id], reason };
}
