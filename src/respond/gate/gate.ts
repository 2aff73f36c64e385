// Whether a release is above or below the line: the criteria of plimsoll.yaml, each with a verdict and the instances that decided it.
// Missing evidence is never a pass. Criteria and rules: docs/guide/gate.md. Pure.
import { headlineOf } from '../../explain/coverage.ts';
import type { GateCriteria } from '../../platform/settings.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { importedFrom } from '../../scan/import/import-assessment.ts';
import { instancesOf } from '../priority/instance.ts';
import { coverageVerdict, endOfLifeVerdict, imagesWithSystem } from './evidence.ts';
import type { GateLookups } from './gate-verdict.ts';
import { ageVerdict, exploitedVerdict, mostVerdicts, triageVerdict } from './instances.ts';

/** The answer of the gate. */
export interface GateResult {
  readonly assessment: Assessment;
  readonly criteria: GateCriteria;
  /** `pass` above the line, `fail` below it, `no-evidence` when nothing failed and something could not be judged. */
  readonly verdict: Verdict;
  /** One or more verdicts a criterion; those of one criterion in the order of the file. */
  readonly results: readonly Verdict[];
}

/** Judges an assessment by the criteria; of none, nothing can be said. */
export function gateOf(assessment: Assessment, criteria: GateCriteria, lookups: GateLookups): GateResult {
  const cells = instancesOf(assessment);
  const doubt = doubtOf(assessment);
  const onInstances = [
    ...(criteria.knownExploited === undefined ? [] : [exploitedVerdict(cells, criteria.knownExploited, assessment)]),
    ...Object.entries(criteria.fixableOlderThan ?? {}).map(([severity, days]) =>
      ageVerdict(cells, severity, days, assessment.asOf, lookups.ageOf),
    ),
    ...(criteria.triaged === undefined ? [] : [triageVerdict(cells, criteria.triaged, lookups)]),
    ...mostVerdicts(cells, criteria.most ?? {}),
  ];
  const results = [
    // What was not found where not everything was looked at is no evidence of its absence.
    ...onInstances.map((result) =>
      doubt === undefined || result.verdict !== 'pass'
        ? result
        : { ...result, verdict: 'no-evidence' as const, reason: `${result.reason}, but ${doubt}` },
    ),
    ...(criteria.endOfLife === undefined ? [] : [endOfLifeVerdict(assessment)]),
    ...(criteria.coverage === undefined ? [] : [coverageVerdict(assessment, criteria.coverage)]),
  ];
  return { assessment, criteria, verdict: overall(assessment, results, doubt), results };
}

function overall(assessment: Assessment, results: readonly Verdict[], doubt: string | undefined): Verdict {
  const { name, version } = assessment.release;
  const base = { check: 'gate', subject: `${name} ${version}`.trim(), evidence: [assessment.id] };
  const named = (verdict: Verdict['verdict']) =>
    results.filter((result) => result.verdict === verdict).map(({ check }) => check);
  const failed = named('fail');
  const open = named('no-evidence');
  if (failed.length > 0) {
    return {
      ...base,
      verdict: 'fail',
      reason: `below the line: ${failed.length} of ${results.length} criteria not met (${failed.join(', ')})`,
    };
  }
  if (doubt !== undefined) return { ...base, verdict: 'no-evidence', reason: `no verdict: ${doubt}` };
  if (open.length > 0)
    return { ...base, verdict: 'no-evidence', reason: `no verdict: not enough evidence for ${open.join(', ')}` };
  if (results.length === 0) return { ...base, verdict: 'no-evidence', reason: 'no verdict: no criteria are stated' };
  return { ...base, verdict: 'pass', reason: `above the line: all ${results.length} criteria met` };
}

/** Why the figures are not those of the whole release; undefined when they are. */
function doubtOf(assessment: Assessment): string | undefined {
  const { headline, headlineReason } = headlineOf(assessment);
  if (!headline) return headlineReason;
  const { images } = assessment;
  const unread = images.filter(({ digest }) => digest === undefined).length;
  if (unread > 0) return `${unread} of ${images.length} images were not read`;
  const silent = silentImages(assessment);
  if (silent > 0) return `${silent} of ${images.length} images name a distribution, but no package of it was found`;
  return images.length === 0 ? 'there is no image' : undefined;
}

/** Images that name a distribution and hold no package of it. Another scanner's results need not list what it found nothing in. */
function silentImages(assessment: Assessment): number {
  if (importedFrom(assessment) !== undefined) return 0;
  const withSystem = imagesWithSystem(assessment);
  return assessment.images.filter(
    ({ digest, os }) => os !== undefined && digest !== undefined && !withSystem.has(digest),
  ).length;
}
