// When a test's pod or job has ended, and as what. Kubernetes API, PodStatus and JobStatus.
import type { KubernetesObject } from '../../kubernetes/api/resource.ts';

/** What a test came to. `no-evidence`: it never ran. */
export type TestOutcome = 'pass' | 'fail' | 'no-evidence';

/** An end, with its reason. */
export interface Ended {
  readonly outcome: TestOutcome;
  readonly reason: string;
}

/** How a pod ended; undefined while it may still run. @param isOver its time is over */
export function podEnd(pod: KubernetesObject, isOver: boolean): Ended | undefined {
  const { phase, message, containerStatuses, initContainerStatuses } = membersOf(pod['status']);
  if (phase === 'Succeeded') return { outcome: 'pass', reason: 'all containers ended with 0' };
  if (phase === 'Failed') {
    const ends = [initContainerStatuses, containerStatuses].flatMap(exitTexts);
    const said = typeof message === 'string' ? message : 'the pod failed';
    return { outcome: 'fail', reason: ends.length === 0 ? said : ends.join('; ') };
  }
  if (!isOver) return undefined;
  if (phase === 'Running') return { outcome: 'fail', reason: 'it ran and did not end in time' };
  return { outcome: 'no-evidence', reason: `it never ran: ${waitingText(pod)}` };
}

/** How a job ended; undefined while it may still run. @param isOver its time is over */
export function jobEnd(job: KubernetesObject, isOver: boolean): Ended | undefined {
  const { conditions, active, failed } = membersOf(job['status']);
  const list: readonly unknown[] = Array.isArray(conditions) ? conditions : [];
  const holds = (type: string): Readonly<Record<string, unknown>> | undefined =>
    list.map(membersOf).find((one) => one['type'] === type && one['status'] === 'True');
  if (holds('Complete') !== undefined) return { outcome: 'pass', reason: 'the job is complete' };
  const failure = holds('Failed');
  if (failure !== undefined) {
    return {
      outcome: 'fail',
      reason: `the job failed: ${String(failure['message'] ?? failure['reason'] ?? 'no reason given')}`,
    };
  }
  if (!isOver) return undefined;
  const ran = [active, failed].some((count) => typeof count === 'number' && count > 0);
  return ran
    ? { outcome: 'fail', reason: 'it ran and did not end in time' }
    : { outcome: 'no-evidence', reason: 'it never ran: no pod of it was started' };
}

function exitTexts(statuses: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(statuses) ? statuses : [];
  return list.flatMap((status) => {
    const { name, state } = membersOf(status);
    const { exitCode, reason } = membersOf(membersOf(state)['terminated']);
    if (typeof exitCode !== 'number' || exitCode === 0) return [];
    return [`container ${String(name)} ended with ${exitCode}${typeof reason === 'string' ? ` (${reason})` : ''}`];
  });
}

/** Why a pod waits, as its conditions or containers say it. */
function waitingText(pod: KubernetesObject): string {
  const { conditions, containerStatuses } = membersOf(pod['status']);
  const statuses: readonly unknown[] = Array.isArray(containerStatuses) ? containerStatuses : [];
  const waiting = statuses.map((one) => membersOf(membersOf(membersOf(one)['state'])['waiting'])['reason']);
  const told = waiting.find((one) => typeof one === 'string');
  if (typeof told === 'string') return told;
  const list: readonly unknown[] = Array.isArray(conditions) ? conditions : [];
  const condition = list.map(membersOf).find((one) => one['status'] === 'False' && typeof one['message'] === 'string');
  return typeof condition?.['message'] === 'string' ? condition['message'] : 'no node took it';
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
