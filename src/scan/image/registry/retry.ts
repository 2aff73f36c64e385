// Repeats what may pass: exponential backoff with full jitter, or the time that the server asks for.
// RFC 9110 10.2.3 "Retry-After".
import { setTimeout as sleep } from 'node:timers/promises';
import { PlimsollError } from '../../../platform/errors.ts';

/** How long to keep trying. Times in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly backoffMs: number;
  readonly retryAfterMs: number;
}

/** A failure that a repetition may cure: a broken connection, a busy or failing server. */
export class TransientError extends PlimsollError {
  /** The wait that the server asked for, in milliseconds. */
  readonly waitMs: number | undefined;

  constructor(message: string, options?: { readonly cause?: unknown; readonly waitMs?: number | undefined }) {
    super('registry', message, options);
    this.waitMs = options?.waitMs;
  }
}

/** Longest wait that backoff reaches by itself, in milliseconds. */
const BACKOFF_CEILING_MS = 15_000;

/** Runs `work` until it succeeds, fails for good, or has failed `policy.attempts` times; the last failure is thrown. */
export async function withRetries<T>(policy: RetryPolicy, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError) || attempt >= policy.attempts) throw error;
      await pause(policy, attempt, error.waitMs);
    }
  }
}

/** Waits before repetition number `attempt` (from 1). */
export async function pause(policy: RetryPolicy, attempt: number, askedMs: number | undefined): Promise<void> {
  const ceiling = Math.min(policy.backoffMs * 2 ** (attempt - 1), BACKOFF_CEILING_MS);
  // At least half, so that a burst of failures is not repeated at once; the rest is chance, so that clients spread.
  const own = ceiling / 2 + Math.random() * (ceiling / 2);
  await sleep(askedMs === undefined ? own : Math.min(Math.max(askedMs, own), policy.retryAfterMs));
}

/** Milliseconds that a Retry-After header asks for: seconds, or a date. Undefined when it is absent or neither. */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value.trim()) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
