// What a running API server says of itself: whether it is ready, since when it runs, when it last loaded its configuration anew, and what it could not read
// or write. `/readyz`; `/metrics`: process_start_time_seconds (Prometheus client), apiserver_encryption_config_controller_automatic_reload_last_timestamp_
// seconds (from 1.28), ..._last_config_info (from 1.34), apiserver_storage_transformation_operations_total (in 1.20 and 1.34; the newer one has the resource).
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { parseMetrics } from '../../../kubernetes/metrics/parse.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { ParseError } from '../../../platform/errors.ts';
import { compareText } from '../../../platform/order.ts';
import { type ControlPlane, isSameStart, later, type ProcessFacts } from './control-plane.ts';

const STARTED = /^process_start_time_seconds (\S+)$/m;
const RELOADED =
  /^apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds\{[^}]*status="success"[^}]*\} (\S+)$/m;

const LOADED =
  /^apiserver_encryption_config_controller_last_config_info\{(?:[^}]*,)?hash="sha256:([0-9a-f]{64})"[^}]*\} 1$/m;
const OPERATIONS = /^apiserver_storage_transformation_operations_total\{.*$/gm;
/** Lines of that metric that are looked at: a server has a handful for each resource and key. */
const MOST_LINES = 10_000;
/** Kinds of failure that are kept. */
const MOST_FAILURES = 100;
const MOST_PREFIX = 200;
/** What a value's beginning says, or what stands for it. Others are the second half of a key's beginning (`key1:`), of the same operations. */
const WHOLE_PREFIX = /^(?:k8s:enc:.*|identity|unknown|)$/s;
const KEY_PREFIX = /^k8s:enc:(?:aescbc|aesgcm|secretbox):/;
const UNKNOWN = 'unknown';

/** What one server answered: `refused` when nobody listens there. */
export type LiveFacts = 'refused' | (MetricsFacts & Pick<ProcessFacts, 'ready'>);

/** What its metrics say. */
export interface MetricsFacts extends Pick<ProcessFacts, 'startedAt' | 'reloadedAt' | 'failures'> {
  /** SHA-256 of the file that it loaded, in hexadecimal. Of a typed key it would be a quick test for guesses: it is compared, and kept nowhere. */
  readonly loadedHash?: string;
}

/**
 * Asks one server.
 * @throws ServerError when it cannot be asked, but for a refused connection
 */
export async function askServer(client: ApiClient): Promise<LiveFacts> {
  try {
    const ready = await client.raw('/readyz');
    const metrics = await client.raw('/metrics');
    return { ...metricsFacts(metrics.text), ready: ready.status === 200 };
  } catch (error) {
    if (error instanceof ServerError && isRefused(error)) return 'refused';
    throw error;
  }
}

/** What a server's metrics say. Without the start, the beginning of time: nothing counts as loaded since. */
export function metricsFacts(text: string): MetricsFacts {
  const startedAt = timeOf(STARTED.exec(text)?.[1]);
  const reloadedAt = timeOf(RELOADED.exec(text)?.[1]);
  const loadedHash = LOADED.exec(text)?.[1];
  return {
    startedAt: startedAt ?? new Date(0).toISOString(),
    ...(reloadedAt === undefined ? {} : { reloadedAt }),
    ...(loadedHash === undefined ? {} : { loadedHash }),
    ...failuresOf(text),
  };
}

/** Operations that did not end well, over all resources, by direction and prefix. */
function failuresOf(text: string): Pick<ProcessFacts, 'failures'> {
  const counts = { read: new Map<string, number>(), write: new Map<string, number>() };
  for (const { labels, value } of operationsOf(text)) {
    const { status = '', transformation_type: type = '', transformer_prefix: prefix = '' } = labels;
    if (status === 'OK' || !Number.isSafeInteger(value) || value <= 0) continue;
    const found = type === 'to_storage' ? counts.write : counts.read;
    const shown = prefix.slice(0, MOST_PREFIX);
    found.set(shown, (found.get(shown) ?? 0) + value);
  }
  const failures = (['read', 'write'] as const).flatMap((direction) =>
    [...onceEach(counts[direction])].map(([prefix, count]) => ({ direction, prefix, count })),
  );
  return failures.length === 0 ? {} : { failures: failures.slice(0, MOST_FAILURES) };
}

/**
 * A value of a key provider goes through two prefixes: `k8s:enc:aescbc:v1:`, then the key's name, or `unknown` where no key has the name. Only the first is
 * told; `unknown` stays for values whose provider nobody has.
 */
function onceEach(counts: ReadonlyMap<string, number>): readonly (readonly [prefix: string, count: number])[] {
  const sum = (is: (prefix: string) => boolean): number =>
    [...counts].reduce((total, [prefix, count]) => total + (is(prefix) ? count : 0), 0);
  const named = sum((prefix) => !WHOLE_PREFIX.test(prefix));
  const unnamed = Math.max(0, sum((prefix) => KEY_PREFIX.test(prefix)) - named);
  return [...counts]
    .filter(([prefix]) => WHOLE_PREFIX.test(prefix))
    .map(([prefix, count]) => [prefix, prefix === UNKNOWN ? count - unnamed : count] as const)
    .filter(([, count]) => count > 0)
    .sort(([one], [other]) => compareText(one, other));
}

function operationsOf(text: string): ReturnType<typeof parseMetrics> {
  const lines = text.match(OPERATIONS)?.slice(0, MOST_LINES) ?? [];
  try {
    return parseMetrics(lines.join('\n'));
  } catch (error) {
    // Told for information only: what nobody can read says nothing.
    if (error instanceof ParseError) return [];
    throw error;
  }
}

/**
 * A control plane with what its server said.
 * @param fileHash SHA-256 of its configuration as it was looked at, where that is at hand
 */
export function withAnswer(plane: ControlPlane, answer: LiveFacts, fileHash?: string): ControlPlane {
  if (answer === 'refused') return { ...plane, process: 'none' };
  const { process, loaded } = plane;
  const { loadedHash, ...said } = answer;
  const isOfFile = loadedHash === undefined || fileHash === undefined ? undefined : loadedHash === fileHash;
  // What was known is of an earlier look: it holds for the same process only. The kernel's time of its start is the finer one.
  const isSame = process !== undefined && process !== 'none' && isSameStart(process, answer);
  const { flag, startedAt } = isSame ? process : { flag: { known: false } as const, startedAt: answer.startedAt };
  const { loaded: _, ...rest } = plane;
  const holds = loaded !== undefined && isSame && process.reloadedAt === answer.reloadedAt;
  return {
    ...rest,
    process: { ...said, startedAt, flag, ...(isOfFile === undefined ? {} : { isOfFile }) },
    ...(holds ? { loaded } : {}),
  };
}

/**
 * The same for what was written down earlier. A process that began after that, or loaded its file anew, may have other files by now: then nothing is known of
 * them.
 */
export function withLaterAnswer(plane: ControlPlane, answer: LiveFacts): ControlPlane {
  const { node, at, resource } = plane;
  const since = answer === 'refused' ? at : later(answer.startedAt, answer.reloadedAt);
  if (answer === 'refused' || since <= at) return withAnswer(plane, answer);
  const { loadedHash: _, ...said } = answer;
  return {
    node,
    at,
    resource,
    manifestProblem: `its files were looked at ${at}, and its process began, or loaded its file anew, ${since}: look at them again (status --format facts)`,
    process: { ...said, flag: { known: false } },
  };
}

function isRefused({ kind, cause }: ServerError): boolean {
  return kind === 'unreachable' && cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function timeOf(seconds: string | undefined): string | undefined {
  const milliseconds = Math.floor(Number(seconds ?? 'NaN') * 1000);
  // Beyond this a Date has no text; a metric without a reload yet is zero.
  return milliseconds > 0 && milliseconds < 8.64e15 ? new Date(milliseconds).toISOString() : undefined;
}
