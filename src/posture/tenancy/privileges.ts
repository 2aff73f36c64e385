// Privileges of Pods of users, by the Pod Security Standards as the version of Kubernetes has them: beyond the baseline fails, beyond restricted warns.
import type { Json } from '../../platform/json.ts';
import type { Minor } from '../kubernetes-versions/minor.ts';
import type { PssLevel } from '../policy/pss/check.ts';
import { judgePod, NEWEST_MINOR } from '../policy/pss/evaluate.ts';
import type { Judgement } from './check.ts';
import type { TenancyView } from './view.ts';

/** The check of host paths tells these. */
const TOLD_ELSEWHERE = 'hostPathVolumes';

/** Judges the Pods of users. */
export function judgePrivileges({ userWorkloads, kubernetes }: TenancyView): readonly Judgement[] {
  const minor = standardMinor(kubernetes);
  return userWorkloads.map(({ subject, position, pods }) => {
    const common = { check: 'privileges' as const, subject };
    const baseline = violationsOf(pods, 'baseline', minor);
    const restricted = violationsOf(pods, 'restricted', minor);
    if (baseline === undefined || restricted === undefined) {
      return {
        ...common,
        verdict: 'no-evidence',
        reason: 'it has no containers that could be judged',
        evidence: [position],
      };
    }
    if (baseline.length > 0) {
      const reason = `${baseline.length} ${baseline.length === 1 ? 'setting goes' : 'settings go'} beyond the baseline`;
      return { ...common, verdict: 'fail', reason, evidence: baseline };
    }
    if (restricted.length > 0) {
      const reason = `it keeps the baseline; ${restricted.length} ${restricted.length === 1 ? 'setting goes' : 'settings go'} beyond restricted`;
      return { ...common, verdict: 'warn', reason, evidence: restricted };
    }
    return { ...common, verdict: 'pass', reason: 'it keeps the restricted level', evidence: [`v1.${minor}`] };
  });
}

/** The number of the version whose standards hold; the newest known where it is not known. */
function standardMinor(kubernetes: Minor | undefined): number {
  return kubernetes === undefined ? NEWEST_MINOR : Math.min(Number(kubernetes.slice(2)), NEWEST_MINOR);
}

function violationsOf(pods: readonly Json[], level: PssLevel, minor: number): readonly string[] | undefined {
  const found: string[] = [];
  for (const pod of pods) {
    const results = judgePod(pod, { level, minor });
    if (results === undefined) return undefined;
    for (const { check, violations } of results) {
      if (check.id === TOLD_ELSEWHERE) continue;
      for (const { field, value, container } of violations) {
        const where = container === undefined ? '' : ` of ${container.name}`;
        found.push(`${check.id}: ${field}${where} ${value === undefined ? 'is not set' : `is ${value}`}`);
      }
    }
  }
  return pods.length === 0 ? undefined : [...new Set(found)].sort();
}
