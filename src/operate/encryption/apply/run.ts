// Takes a change, act by act. Every act can be done again: a run that was killed between any two goes on where it was, or back. The record is written before
// the act that it speaks of, so that what is on the disk is never ahead of it. An act that fails by an error leaves things as they are, for the next run.
import { join, posix } from 'node:path';
import { PlimsollError } from '../../../platform/errors.ts';
import type { TransformerId } from '../plan/transformer-id.ts';
import type { Change } from './change.ts';
import type { CheckResult } from './check-result.ts';
import { letGo } from './let-go.ts';
import { type NodeSite, placeOf } from './node-site.ts';
import { privateFolder, readPrivateFile, removePrivateFile, replacePrivateFile } from './private-file.ts';
import type { NodeRecord, RecordEvent } from './record.ts';
import { type Waited, waitForServer } from './wait.ts';
import { noWayBack } from './way-back.ts';

/** The acts, in the order in which they are taken: forward, and back when the server does not come back. */
export const ACTS = {
  forward: [
    'keep-previous',
    'begin',
    'write-configuration',
    'write-manifest',
    'await-server',
    'read-canary',
    'end',
    'let-go',
  ],
  back: [
    'turn-back',
    'restore-configuration',
    'restore-manifest',
    'await-previous',
    'remove-configuration',
    'end',
    'let-go',
  ],
} as const;

/** One of them. */
export type Act = (typeof ACTS.forward)[number] | (typeof ACTS.back)[number];

/** How a run ended. `stayed`: the server is not as it should be, and no earlier configuration reads everything. `interfered`: somebody else changed a file. */
export interface RunEnd {
  readonly outcome: 'applied' | 'went-back' | 'stayed' | 'interfered';
  readonly reason: string;
  readonly checks: readonly CheckResult[];
  /** Where the previous configuration is kept, when it has keys that the new one has not. */
  readonly kept?: string;
}

/** What a run needs besides the change. */
export interface RunWorld {
  readonly site: NodeSite;
  readonly record: NodeRecord;
  /** Digest of the plan. */
  readonly plan: `sha256:${string}`;
  /** What every server must be able to read, by the plan. */
  readonly needed: readonly TransformerId[];
  readonly timeoutMs: number;
  readonly canary: () => Promise<Pick<CheckResult, 'outcome' | 'reason'>>;
  /** What is no longer as the plan found it with other servers, in words. */
  readonly peerChanges: () => Promise<readonly string[]>;
  /** Called after each act. */
  readonly onAct: (act: Act) => void | Promise<void>;
}

/** Where in the state folder the files of before are. */
const BEFORE = { manifest: 'before-manifest.yaml', configuration: 'before-configuration.yaml' } as const;
const KEPT = 'kept';
/** Characters of a reason that the record keeps. */
const MOST_REASON = 2000;

/** The files as a run that was killed found them. @throws PlimsollError `input-missing` when they are gone */
export function filesBefore(site: NodeSite): Change['before'] {
  const manifest = readPrivateFile(statePlace(site, BEFORE.manifest));
  if (manifest === undefined) {
    const state = site.paths.state;
    throw new PlimsollError('input-missing', `${state}/${BEFORE.manifest} is gone: plan again, which begins anew`);
  }
  const configuration = readPrivateFile(statePlace(site, BEFORE.configuration));
  return { manifest, ...(configuration === undefined ? {} : { configuration }) };
}

/** Clears what an earlier run kept and left: a plan has overtaken it, or it was killed when all was done. Keys that nothing else has stay. */
export function clearLeft(site: NodeSite, turn: string, present: string | undefined): void {
  const previous = readPrivateFile(statePlace(site, BEFORE.configuration));
  if (previous === undefined) return;
  letGo(statePlace(site, KEPT), turn, previous, { forgotten: [], ...(present === undefined ? {} : { present }) });
}

/** Takes a change from its beginning. */
export async function runChange(change: Change, world: RunWorld): Promise<RunEnd> {
  const { site, onAct } = world;
  const { manifest, configuration } = change.before;
  clearLeft(site, `${change.turn}-left`, configuration);
  replacePrivateFile(statePlace(site, BEFORE.manifest), manifest);
  if (configuration === undefined) removePrivateFile(statePlace(site, BEFORE.configuration));
  else replacePrivateFile(statePlace(site, BEFORE.configuration), configuration);
  await onAct('keep-previous');
  append(world, beganOf(change, world));
  await onAct('begin');
  return goOn(change, world);
}

/** Goes on where a run was killed, from any act. */
export async function goOn(change: Change, world: RunWorld): Promise<RunEnd> {
  const { site, onAct, timeoutMs } = world;
  const { configuration, before, after } = change;
  if (after.configuration !== undefined) {
    makeFolder(site, configuration);
    if (!put(placeOf(site, configuration), before.configuration, after.configuration)) {
      return end(change, world, 'interfered', `${configuration} was changed by another meanwhile: plan again`);
    }
  }
  append(world, { event: 'configuration-written' });
  await onAct('write-configuration');
  if (!put(placeOf(site, site.paths.manifest), before.manifest, after.manifest)) {
    return end(change, world, 'interfered', `${site.paths.manifest} was changed by another meanwhile: plan again`);
  }
  append(world, { event: 'manifest-written' });
  await onAct('write-manifest');
  const waited = await waitForServer(site, after.manifest, change.to, timeoutMs);
  const ready = readyCheck(waited);
  await onAct('await-server');
  if (waited.state === 'replaced') return end(change, world, 'interfered', `${waited.reason}: plan again`, [ready]);
  if (waited.state === 'late') return goBack(change, world, [ready]);
  append(world, { event: 'ready' });
  const canary: CheckResult = { check: 'canary-from-server', when: 'after', ...(await world.canary()) };
  await onAct('read-canary');
  if (canary.outcome === 'failed') return goBack(change, world, [ready, canary]);
  if (canary.outcome === 'passed') append(world, { event: 'canary-read' });
  return end(change, world, 'applied', canary.reason, [ready, canary]);
}

/** Goes back to the previous configuration, if that reads everything. @param isDecided a run that was killed was on its way back */
export async function goBack(
  change: Change,
  world: RunWorld,
  checks: readonly CheckResult[],
  isDecided = false,
): Promise<RunEnd> {
  const { site, onAct, timeoutMs } = world;
  const { before, after, from, to, configuration } = change;
  const why = checks.find(({ outcome }) => outcome === 'failed')?.reason ?? 'the run before this one was going back';
  if (!isDecided) {
    const changes = await world.peerChanges();
    const none = noWayBack({ ...(from === undefined ? {} : { from }), to, needed: world.needed, changes });
    if (none !== undefined) return end(change, world, 'stayed', `${why}; ${none}`, checks);
    append(world, { event: 'going-back', reason: why.slice(0, MOST_REASON) });
    await onAct('turn-back');
  }
  const previous = before.configuration;
  const foreign = (path: string): Promise<RunEnd> =>
    end(change, world, 'interfered', `${why}; ${path} was changed by another meanwhile: plan again`, checks);
  if (previous !== undefined && !put(placeOf(site, configuration), after.configuration, previous)) {
    return foreign(configuration);
  }
  await onAct('restore-configuration');
  if (!put(placeOf(site, site.paths.manifest), after.manifest, before.manifest)) return foreign(site.paths.manifest);
  await onAct('restore-manifest');
  const waited = await waitForServer(site, before.manifest, from ?? [], timeoutMs);
  await onAct('await-previous');
  if (previous === undefined && readPrivateFile(placeOf(site, configuration)) === after.configuration) {
    removePrivateFile(placeOf(site, configuration));
  }
  await onAct('remove-configuration');
  const back =
    waited.state === 'ready'
      ? 'with its previous configuration it is ready'
      : `also with its previous configuration: ${waited.reason}`;
  return end(change, world, 'went-back', `${why}; ${back}`, [...checks, readyCheck(waited)]);
}

async function end(
  change: Change,
  world: RunWorld,
  outcome: RunEnd['outcome'],
  reason: string,
  checks: readonly CheckResult[] = [],
): Promise<RunEnd> {
  const { site, onAct } = world;
  append(world, { event: 'ended', outcome, reason: reason.slice(0, MOST_REASON) });
  await onAct('end');
  const present = readPrivateFile(placeOf(site, change.configuration));
  // What leaves in this phase was shown to be needless; in every other one nothing is.
  const isRetired = outcome === 'applied' && change.step.phase === 'retire';
  const forgotten = isRetired ? (change.from ?? []).filter((id) => !change.to.includes(id)) : [];
  const keys = { forgotten, ...(present === undefined ? {} : { present }) };
  const kept = letGo(
    statePlace(site, KEPT),
    change.turn,
    readPrivateFile(statePlace(site, BEFORE.configuration)),
    keys,
  );
  for (const name of Object.values(BEFORE)) removePrivateFile(statePlace(site, name));
  await onAct('let-go');
  return { outcome, reason, checks, ...(kept === undefined ? {} : { kept }) };
}

function beganOf({ step, from, to, configuration, turn }: Change, { plan }: RunWorld): RecordEvent {
  const { kind, phase } = step;
  return {
    event: 'began',
    plan,
    kind,
    phase,
    ...(from === undefined ? {} : { from: [...from] }),
    to: [...to],
    configuration,
    turn,
  };
}

function append({ record }: RunWorld, event: RecordEvent): void {
  record.append(event);
}

/** Puts a text in the place of another one; whether what was there is one of the two. */
function put(path: string, before: string | undefined, after: string): boolean {
  const now = readPrivateFile(path);
  if (now === after) return true;
  if (now !== before) return false;
  replacePrivateFile(path, after);
  return true;
}

function makeFolder(site: NodeSite, configuration: string): void {
  privateFolder(placeOf(site, posix.dirname(configuration)));
}

function readyCheck(waited: Waited): CheckResult {
  const isReady = waited.state === 'ready';
  const reason = isReady ? 'its process is younger than its files, and it is ready' : waited.reason;
  return { check: 'server-ready', when: 'after', outcome: isReady ? 'passed' : 'failed', reason };
}

function statePlace(site: NodeSite, name: string): string {
  return join(placeOf(site, site.paths.state), name);
}
