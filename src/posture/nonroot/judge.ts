// Judges one container under the identity that it would have: pure, from the Pod as admitted and what is known of its image.

import { privilegesOf } from './capabilities.ts';
import {
  addedCapabilityFindings,
  conflictFindings,
  portFindings,
  workingDirectoryFindings,
} from './checks/privileges.ts';
import { programFindings } from './checks/program.ts';
import { volumeFindings } from './checks/volumes.ts';
import { writeFindings } from './checks/writes.ts';
import type { PodContainer } from './container.ts';
import { type NonrootFinding, type Outcome, outcomeOf } from './finding.ts';
import { type Identity, identityOf } from './identity.ts';
import type { ImageStart, Known } from './image-start.ts';
import { judgedContainer } from './judged.ts';

/** What came of a container. */
export interface Judgement {
  /** Absent where it cannot be told. */
  readonly identity?: Identity;
  readonly outcome: Outcome;
  /** In the order of the checks. */
  readonly findings: readonly NonrootFinding[];
}

/** Judges a container. */
export function judge(container: PodContainer, image: Known<ImageStart>): Judgement {
  const { identity, finding } = identityOf(container, image);
  const conflicts = conflictFindings({ container, privileges: privilegesOf(container) });
  const first = [...(finding === undefined ? [] : [finding]), ...conflicts];
  if (identity === undefined) return { outcome: outcomeOf(first), findings: first };
  // What the kubelet refuses does not come to anything else.
  if (finding?.class === 'block') return { identity, outcome: 'block', findings: first };
  const findings = [
    ...first,
    ...asRoot(identity),
    ...('unknown' in image ? [unread(image.unknown)] : checks(container, image.value, identity)),
  ];
  return { identity, outcome: outcomeOf(findings), findings };
}

function checks(container: PodContainer, image: ImageStart, identity: Identity): readonly NonrootFinding[] {
  const judged = judgedContainer(container, image, identity);
  return [
    ...programFindings(judged),
    ...workingDirectoryFindings(judged),
    ...portFindings(judged),
    ...addedCapabilityFindings(judged),
    ...volumeFindings(judged),
    ...writeFindings(judged),
  ];
}

function asRoot({ uid, facts }: Identity): readonly NonrootFinding[] {
  if (uid !== 0) return [];
  return [
    {
      check: 'runs-as-root',
      class: 'root',
      reason: 'it runs as root, and nothing keeps it from doing so',
      facts,
      remediation: 'Set runAsNonRoot and a numeric runAsUser; `plimsoll nonroot propose` names one.',
    },
  ];
}

function unread(reason: string): NonrootFinding {
  return {
    check: 'program',
    class: 'unknown',
    reason: `the image could not be read: ${reason}`,
    facts: [],
    remediation: 'Give the image: a registry that can be reached, or a target with its layers.',
  };
}
