// The CVSS scores that reports state beside their words for severities. Pure.
import { scoreCvss } from '../advisory/cvss/index.ts';
import type { Finding } from '../assess/assessment.ts';

/** A score as a finding keeps it. */
export type StatedScore = NonNullable<Finding['cvss']>;

/** A score as a report has it: any of the parts may be missing or wrong. */
export interface GivenScore {
  readonly score?: number | null | undefined;
  readonly vector?: string | null | undefined;
  readonly source?: string | null | undefined;
}

/** The stated base score, else that of the vector; undefined where there is neither a score from 0 to 10 nor a vector of CVSS. */
export function scoreFrom({ score, vector, source }: GivenScore): StatedScore | undefined {
  const ofVector = scoreCvss(vector ?? '')?.score;
  const stated = score != null && score >= 0 && score <= 10 ? score : ofVector;
  if (stated === undefined) return undefined;
  return {
    score: stated,
    ...(vector && ofVector !== undefined ? { vector } : {}),
    ...(source ? { source } : {}),
  };
}

/** Of several the one of the wished source, else of NVD, else the first; of one source's, version 3 before 4 before 2. */
export function chosenScore(given: readonly GivenScore[], wished?: string | null): StatedScore | undefined {
  const usable = given.flatMap((one) => scoreFrom(one) ?? []);
  const of = (name: string): readonly StatedScore[] =>
    usable.filter(({ source }) => source?.toLowerCase().startsWith(name.toLowerCase()));
  const [wanted, nvd] = [wished ? of(wished) : [], of('nvd')];
  const [first] = usable;
  const candidates =
    wanted.length > 0 ? wanted : nvd.length > 0 ? nvd : usable.filter(({ source }) => source === first?.source);
  return candidates.toSorted((a, b) => versionRank(a) - versionRank(b))[0];
}

function versionRank({ vector }: StatedScore): number {
  const version = scoreCvss(vector ?? '')?.version ?? '';
  return ['3.1', '3.0', '4.0', '2.0', ''].indexOf(version);
}
