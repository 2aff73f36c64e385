// What a running API server says of itself: whether it is ready, since when it runs, and when it last loaded its configuration anew. `/readyz`;
// `/metrics`: process_start_time_seconds (Prometheus client), apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds (from 1.28).
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { ServerError } from '../../../kubernetes/transport/server-error.ts';
import { type ControlPlane, isSameStart, type ProcessFacts } from './control-plane.ts';

const STARTED = /^process_start_time_seconds (\S+)$/m;
const RELOADED =
  /^apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds\{[^}]*status="success"[^}]*\} (\S+)$/m;

/** What one server answered: `refused` when nobody listens there. */
export type LiveFacts = 'refused' | Pick<ProcessFacts, 'startedAt' | 'reloadedAt' | 'ready'>;

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

/** The times in a server's metrics. Without the start, the beginning of time: nothing counts as loaded since. */
export function metricsFacts(text: string): Pick<ProcessFacts, 'startedAt' | 'reloadedAt'> {
  const startedAt = timeOf(STARTED.exec(text)?.[1]);
  const reloadedAt = timeOf(RELOADED.exec(text)?.[1]);
  return {
    startedAt: startedAt ?? new Date(0).toISOString(),
    ...(reloadedAt === undefined ? {} : { reloadedAt }),
  };
}

/** A control plane with what its server said. */
export function withAnswer(plane: ControlPlane, answer: LiveFacts): ControlPlane {
  if (answer === 'refused') return { ...plane, process: 'none' };
  const { process } = plane;
  // What was known is of an earlier look: it holds for the same process only. The kernel's time of its start is the finer one.
  const isSame = process !== undefined && process !== 'none' && isSameStart(process, answer);
  const { flag, startedAt } = isSame ? process : { flag: { known: false } as const, startedAt: answer.startedAt };
  return { ...plane, process: { ...answer, startedAt, flag } };
}

function isRefused({ kind, cause }: ServerError): boolean {
  return kind === 'unreachable' && cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function timeOf(seconds: string | undefined): string | undefined {
  const milliseconds = Math.floor(Number(seconds ?? 'NaN') * 1000);
  // Beyond this a Date has no text; a metric without a reload yet is zero.
  return milliseconds > 0 && milliseconds < 8.64e15 ? new Date(milliseconds).toISOString() : undefined;
}
