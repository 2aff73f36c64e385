// What is said of one container: findings with the facts that they rest on, and what they come to.
import type { Verdict } from '../../platform/verdict.ts';

/** What a container comes to under the identity that it would have. */
export type Outcome = 'block' | 'likely-break' | 'unknown' | 'ok';

/**
 * How much a finding says: `block`: the kubelet, the API server or the runtime refuses it; `likely-break`: it starts, and what it does fails; `unknown`:
 * evidence is missing; `writes`: it cannot write where programs like it often do; `root`: it runs, as root.
 */
export type FindingClass = 'block' | 'likely-break' | 'unknown' | 'writes' | 'root';

/** The checks by id, with what each asks. */
export const NONROOT_CHECKS = {
  identity: 'who the container runs as is settled, and accepted by the kubelet',
  'runs-as-root': 'it runs as another user than root',
  'settings-conflict': 'its settings do not contradict each other',
  program: 'what it starts can be executed by that user',
  'working-directory': 'that user can enter the working directory',
  'low-port': 'it listens on no port below 1024',
  'file-capabilities': 'capabilities of files that it starts are not needed, or take effect',
  'added-capabilities': 'capabilities that it is given take effect',
  script: 'what its scripts start needs no root',
  setuid: 'it starts no setuid program where privileges cannot grow',
  'host-path': 'folders of the node are not written to',
  volume: 'volumes can be written to by that user',
  'secret-file': 'files of Secrets and ConfigMaps can be read by that user',
  'image-volume': 'folders that the image declares as volumes can be written to',
  writes: 'folders where programs keep their state can be written to',
} as const;

/** Id of a check. */
export type NonrootCheck = keyof typeof NONROOT_CHECKS;

/** One thing that is found. */
export interface NonrootFinding {
  readonly check: NonrootCheck;
  readonly class: FindingClass;
  readonly reason: string;
  /** Fields, files with their layer, lines of the image's configuration. */
  readonly facts: readonly string[];
  readonly remediation: string;
  /** Of `writes`, `image-volume`: the folder, where an empty volume would do. */
  readonly emptyFolder?: string;
}

/** The verdict of a finding in the shared shape. */
export const FINDING_VERDICTS: Readonly<Record<FindingClass, Verdict['verdict']>> = {
  block: 'fail',
  root: 'fail',
  'likely-break': 'warn',
  writes: 'warn',
  unknown: 'no-evidence',
};

/** The worst that the findings say; running as root and doubtful writes do not keep a container from working. */
export function outcomeOf(findings: readonly NonrootFinding[]): Outcome {
  const worst = (['block', 'likely-break', 'unknown'] as const).find((one) =>
    findings.some((finding) => finding.class === one),
  );
  return worst ?? 'ok';
}
