// The checks before a step, in the order of their cost. Those that write canaries come last, and only where a run is to write.
import type { PlannedServer } from '../plan/plan-file.ts';
import type { DataState } from '../plan/state.ts';
import type { Check, Step } from '../plan/step.ts';
import { idText, type TransformerId } from '../plan/transformer-id.ts';
import type { ControlPlane } from '../status/control-plane.ts';
import { type CanaryWorld, canaryEachWay, canaryOfUnknown } from './canary-checks.ts';
import type { CheckResult } from './check-result.ts';
import type { Answer } from './node-site.ts';
import { ownChanges, processChanges } from './unchanged.ts';

/** What the checks look at. */
export interface BeforeInput {
  readonly step: Step;
  readonly node: string;
  readonly servers: readonly PlannedServer[];
  readonly needed: readonly TransformerId[];
  readonly target: TransformerId;
  readonly plane: ControlPlane;
  /** What the others answered, by name. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** A backup as it was examined. */
  readonly backup?: DataState;
  /** A run that was killed is taken up: this node is between two states. */
  readonly isResumed: boolean;
  /** Absent when nothing may be written. */
  readonly canaries?: CanaryWorld;
}

type Outcome = Pick<CheckResult, 'outcome' | 'reason'>;

/** All checks of the step that can be made now; what comes after one that did not pass is not made. */
export async function checksBefore(input: BeforeInput): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of input.step.before) {
    const outcome = await outcomeOf(check, input);
    if (outcome === undefined) continue;
    results.push({ check, when: 'before', ...outcome });
    if (outcome.outcome !== 'passed') break;
  }
  return results;
}

/** Why the other servers are not as the plan found them, in words. */
export function peerChanges({
  servers,
  node,
  answers,
}: Pick<BeforeInput, 'servers' | 'node' | 'answers'>): readonly string[] {
  return servers
    .filter(({ name }) => name !== node)
    .flatMap((server) => {
      const answer = answers.get(server.name);
      return answer === undefined
        ? [`the plan does not say where ${server.name} listens`]
        : processChanges(server, answer);
    });
}

async function outcomeOf(check: Check, input: BeforeInput): Promise<Outcome | undefined> {
  switch (check) {
    case 'state-unchanged':
      return unchanged(input);
    case 'key-fingerprints':
      // The change could not have been made without them.
      return { outcome: 'passed', reason: 'every key of the step is at hand, by its fingerprint' };
    case 'all-ready':
      return allReady(input);
    case 'canary-each-way':
      // A run that is taken up had passed it before it began.
      return input.canaries === undefined || input.isResumed ? undefined : canaryEachWay(input.canaries);
    case 'canary-of-unknown':
      return input.canaries === undefined || input.isResumed ? undefined : unknownServers(input, input.canaries);
    case 'backup-since-rewrite':
      return backupOutcome(input);
    default:
      return undefined;
  }
}

function unchanged(input: BeforeInput): Outcome {
  const { servers, node, plane, isResumed } = input;
  const own = servers.find(({ name }) => name === node);
  const changes = [...(own === undefined || isResumed ? [] : ownChanges(own, plane)), ...peerChanges(input)];
  if (changes.length > 0) return failed(`${changes.join('; ')}: plan again`);
  const all = isResumed ? 'the other servers are' : 'every server is';
  return { outcome: 'passed', reason: `${all} as the plan found ${isResumed ? 'them' : 'it'}` };
}

function allReady({ plane, node, answers, isResumed }: BeforeInput): Outcome {
  const { process } = plane;
  const isReady = process !== undefined && process !== 'none' && process.ready === true;
  if (!isResumed && !isReady) return failed(`${node} is not ready`);
  for (const [name, answer] of answers) {
    if (typeof answer === 'object' && 'ready' in answer && answer.ready === true) continue;
    return failed(`${name} is not ready`);
  }
  return { outcome: 'passed', reason: 'every server answers /readyz with yes' };
}

async function unknownServers({ servers, needed }: BeforeInput, canaries: CanaryWorld): Promise<Outcome> {
  const unknown = new Set(servers.filter(({ running }) => running.state === 'unknown').map(({ name }) => name));
  for (const server of canaries.servers.filter(({ name }) => unknown.has(name))) {
    const outcome = await canaryOfUnknown(canaries, server, needed);
    if (outcome.outcome !== 'passed') return outcome;
  }
  return { outcome: 'passed', reason: `what ${[...unknown].join(', ')} may write was known to the plan` };
}

function backupOutcome({ backup, target }: BeforeInput): Outcome {
  if (backup === undefined) {
    return failed('make a backup now that every value is rewritten, and name it with --backup');
  }
  const other = backup.values.find(({ transformer, current }) => transformer !== target && current > 0);
  if (other !== undefined) {
    return failed(
      `the backup ${other.holder} has current values of ${idText(other.transformer)}: it was made before they were rewritten`,
    );
  }
  const [unread] = backup.unread;
  if (unread !== undefined) return { outcome: 'not-known', reason: `the backup was not read whole: ${unread}` };
  return { outcome: 'passed', reason: 'the backup has every value as it is now written' };
}

function failed(reason: string): Outcome {
  return { outcome: 'failed', reason };
}
