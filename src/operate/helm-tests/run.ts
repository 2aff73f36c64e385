// Runs the tests of a chart release as `helm test` does, and keeps what it does not: a result a test, with what its pods printed. Every test runs, also
// behind one that failed. A pod that never ran is no evidence, neither that something works nor that it does not.
import type { ApiClient } from '../../kubernetes/api/client.ts';
import { type KubernetesObject, objectPath, PODS } from '../../kubernetes/api/resource.ts';
import { ServerError } from '../../kubernetes/transport/server-error.ts';
import { messageOf, PlimsollError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { knownTarget, type ObjectTarget } from '../mitigation/step/target.ts';
import { HOOK_ANNOTATION, podContainers, type TestHook } from './hook.ts';
import { type Ended, jobEnd, podEnd, type TestOutcome } from './outcome.ts';
import type { ChartTests } from './release.ts';

/** What of the client is used. */
export type HelmTestApi = Pick<ApiClient, 'find' | 'create' | 'delete' | 'list' | 'raw'>;

/** What one test came to. */
export interface TestResult {
  readonly kind: string;
  readonly name: string;
  readonly outcome: TestOutcome;
  readonly reason: string;
  /** Milliseconds from its making to its end. */
  readonly milliseconds: number;
  /** What its containers printed. */
  readonly logs: readonly { readonly pod: string; readonly container: string; readonly text: string }[];
  /** What could not be had. */
  readonly gaps: readonly string[];
}

/** The results of a release. */
export interface ReleaseRun {
  readonly namespace: string;
  readonly release: string;
  readonly revision?: number;
  readonly chart?: string;
  readonly tests: readonly TestResult[];
}

/** How a run waits. */
export interface RunTimes {
  /** Milliseconds that one test may take. */
  readonly timeoutMs: number;
  /** Milliseconds, of a clock that is never set back. */
  readonly clock: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** How often a test is looked at. */
const LOOK_MS = 500;
/** How long a server may take to give what a container printed. */
const LOG_MS = 10_000;

/** Runs the tests of a release, one after the other. @throws ServerError when the server cannot be asked at all */
export async function runChartTests(chart: ChartTests, api: HelmTestApi, times: RunTimes): Promise<ReleaseRun> {
  const { namespace, release, revision, chart: name, hooks } = chart;
  const tests: TestResult[] = [];
  for (const hook of hooks) {
    const result = await runHook(hook, namespace, api, times);
    // What a test only needs (a ConfigMap, a Role) is told when it could not be made.
    if (isTest(hook) || result.outcome !== 'pass') tests.push(result);
  }
  return {
    namespace,
    release,
    ...(revision === undefined ? {} : { revision }),
    ...(name === undefined ? {} : { chart: name }),
    tests,
  };
}

/** Whether a hook runs something: the others are what tests need. */
export function isTest({ kind }: TestHook): boolean {
  return kind === 'Pod' || kind === 'Job';
}

async function runHook(hook: TestHook, namespace: string, api: HelmTestApi, times: RunTimes): Promise<TestResult> {
  const { kind, name, deletePolicies } = hook;
  const begun = times.clock();
  const result = (ended: Ended, more: Partial<TestResult> = {}): TestResult => {
    return { kind, name, ...ended, milliseconds: Math.round(times.clock() - begun), logs: [], gaps: [], ...more };
  };
  const target = targetOfHook(hook, namespace);
  if (target === undefined) {
    return result({ outcome: 'no-evidence', reason: `objects of the kind ${kind} are not made by this program` });
  }
  const left = await removeBefore(hook, target, api, times);
  if (left !== undefined) return result({ outcome: 'no-evidence', reason: left });
  try {
    const metadata = { ...hook.object.metadata, ...target.name };
    await api.create(target.resource, { ...hook.object, metadata });
  } catch (error) {
    if (!(error instanceof ServerError) || isDeaf(error)) throw error;
    return result({ outcome: 'no-evidence', reason: `it could not be made: ${messageOf(error)}` });
  }
  if (!isTest(hook)) return result({ outcome: 'pass', reason: 'it was made' });
  const ended = await awaitEnd(hook, target, api, times);
  const milliseconds = Math.round(times.clock() - begun);
  // The logs go with the pod.
  const { logs, gaps } = await logsOf(hook, target, api);
  const goes = ended.outcome === 'pass' ? 'hook-succeeded' : 'hook-failed';
  const kept = deletePolicies.includes(goes) ? await remove(target, api, times) : undefined;
  return { ...result(ended), milliseconds, logs, gaps: kept === undefined ? gaps : [...gaps, kept] };
}

/** Where the object is made: Helm puts what names no namespace into that of the release. */
function targetOfHook({ object }: TestHook, namespace: string): ObjectTarget | undefined {
  const { apiVersion = '', kind = '', metadata } = object;
  const reference = { apiVersion, kind, name: metadata.name ?? '' };
  return knownTarget({ ...reference, namespace: metadata.namespace ?? namespace }) ?? knownTarget(reference);
}

/** Takes away what an earlier run left; the reason when that may or can not be. */
async function removeBefore(
  { deletePolicies }: TestHook,
  target: ObjectTarget,
  api: HelmTestApi,
  times: RunTimes,
): Promise<string | undefined> {
  if (!deletePolicies.includes('before-hook-creation')) return undefined;
  const before = await api.find(target.resource, target.name);
  if (before === undefined) return undefined;
  if (before.metadata.annotations?.[HOOK_ANNOTATION] === undefined) {
    return 'another object has its name, which is no test: it stays';
  }
  return remove(target, api, times);
}

/** Deletes an object and waits until it is gone; the reason when it is not. */
async function remove(
  { resource, name }: ObjectTarget,
  api: HelmTestApi,
  { timeoutMs, clock, pause }: RunTimes,
): Promise<string | undefined> {
  const end = clock() + timeoutMs;
  try {
    // A job's pods go with it.
    await api.delete(resource, name, { propagationPolicy: 'Background' });
    while ((await api.find(resource, name)) !== undefined) {
      if (clock() >= end)
        return 'it was deleted, and is not gone: a finalizer, or a node that does not answer, holds it';
      await pause(LOOK_MS);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ServerError) || isDeaf(error)) throw error;
    return error.kind === 'not-found' ? undefined : `it could not be deleted: ${messageOf(error)}`;
  }
}

async function awaitEnd(
  { kind }: TestHook,
  { resource, name }: ObjectTarget,
  api: HelmTestApi,
  { timeoutMs, clock, pause }: RunTimes,
): Promise<Ended> {
  const end = clock() + timeoutMs;
  for (;;) {
    const object = await api.find(resource, name);
    if (object === undefined) return { outcome: 'no-evidence', reason: 'it was deleted by others before it ended' };
    const isOver = clock() >= end;
    const ended = kind === 'Pod' ? podEnd(object, isOver) : jobEnd(object, isOver);
    if (ended !== undefined) return ended;
    await pause(Math.min(LOOK_MS, Math.max(1, end - clock())));
  }
}

/** What the containers of a test's pods printed, and of which nobody gives it. */
async function logsOf(
  { kind }: TestHook,
  { name: { namespace = '', name } }: ObjectTarget,
  api: HelmTestApi,
): Promise<Pick<TestResult, 'logs' | 'gaps'>> {
  const logs: TestResult['logs'][number][] = [];
  const gaps: string[] = [];
  for (const pod of await podsOf(kind, namespace, name, api)) {
    for (const { name: container } of podContainers({ ...pod, kind: 'Pod' })) {
      const place = { pod: pod.metadata.name ?? '', container: String(container) };
      const query = new URLSearchParams({ container: place.container, tailLines: '1000' });
      const missing = (why: string): number => gaps.push(`no logs of ${place.pod}/${place.container}: ${why}`);
      try {
        const path = `${objectPath(PODS, { namespace, name: place.pod })}/log?${query}`;
        const { status, text } = await api.raw(path, { timeoutMs: LOG_MS });
        if (status === 200) logs.push({ ...place, text: text.slice(-LIMITS.helmTestLogBytes) });
        else missing(`the server answered ${status}`);
      } catch (error) {
        if (!(error instanceof PlimsollError)) throw error;
        missing(messageOf(error));
      }
    }
  }
  return { logs, gaps };
}

async function podsOf(
  kind: string,
  namespace: string,
  name: string,
  api: HelmTestApi,
): Promise<readonly KubernetesObject[]> {
  if (kind === 'Pod') return [await api.find(PODS, { namespace, name })].filter((pod) => pod !== undefined);
  const pods: KubernetesObject[] = [];
  for await (const pod of api.list(PODS, { namespace, labelSelector: `job-name=${name}` })) pods.push(pod);
  return pods.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
}

/** Nobody answers: there is no use in going on. */
function isDeaf({ kind }: ServerError): boolean {
  return ['unreachable', 'certificate', 'no-answer', 'broken', 'unauthorized'].includes(kind);
}
