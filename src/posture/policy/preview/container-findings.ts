// Findings of containers as they would run: who they run as, after charts and policies have had their say.

import { type Json, valueAt } from '../../../platform/json.ts';
import type { Verdict } from '../../../platform/verdict.ts';
import { subjectName } from '../check/pss-check.ts';
import { checkedPod, type PodContainer } from '../pss/check.ts';
import type { PreviewedAdmission } from './admissions.ts';

const WORDS: Readonly<Record<PodContainer['list'], string>> = {
  containers: 'container',
  initContainers: 'init container',
  ephemeralContainers: 'ephemeral container',
};

/** Findings of the containers of every Pod that is admitted. */
export function containerFindings(admissions: readonly PreviewedAdmission[]): readonly Verdict[] {
  return admissions.flatMap(({ source, admission: { object } }) => {
    const pod = object.kind === 'Pod' ? checkedPod(object.value) : undefined;
    if (pod === undefined || pod.windows) return [];
    const ofPod = valueAt(pod.spec, 'securityContext');
    return pod.containers.flatMap((container) => {
      const finding = identity(container, ofPod);
      if (finding === undefined) return [];
      const subject = `${subjectName(source)} ${WORDS[container.list]} ${container.name}`;
      return [{ ...finding, subject, evidence: [source.position] }];
    });
  });
}

/** The container's own settings go before those of its Pod, one by one (Kubernetes API reference v1.33, SecurityContext). */
function identity(
  container: PodContainer,
  ofPod: Json | undefined,
): Pick<Verdict, 'check' | 'verdict' | 'reason' | 'remediation'> | undefined {
  const setting = (name: string) =>
    valueAt(container.value, 'securityContext', name) ?? valueAt(ofPod, name) ?? undefined;
  const [nonRoot, user] = [setting('runAsNonRoot'), setting('runAsUser')];
  if (user === 0 && nonRoot === true) {
    return {
      check: 'identity-contradicts',
      verdict: 'fail',
      reason: 'runAsNonRoot with runAsUser 0: it cannot start',
      remediation: 'Take one of the two away.',
    };
  }
  if (typeof user === 'number' && user !== 0) return undefined;
  if (nonRoot === true) {
    return {
      check: 'identity-by-image',
      verdict: 'warn',
      reason: "runAsNonRoot without runAsUser: it starts only if the image's user is a number other than 0",
      remediation: 'Set a numeric runAsUser.',
    };
  }
  return {
    check: 'identity-open',
    verdict: 'fail',
    reason: user === 0 ? 'it runs as root' : 'nothing keeps it from running as root: it runs as the image says',
    remediation: 'Set runAsNonRoot and a numeric runAsUser in the chart or by a policy.',
  };
}
