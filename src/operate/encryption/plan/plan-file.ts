// A plan as it travels to the node that takes its step: what the servers had when it was made, what must stay readable, and the steps. It holds no key.
// Schema: schema/encryption-plan-1.json. The digest is over everything but who wrote it: a plan that was edited is refused.
import { z } from 'zod';
import { canonicalJson, type Digest, digestOf } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { Fault } from './faults.ts';
import type { ServerState } from './state.ts';
import type { Check, Done, Goal, Refused, Step } from './step.ts';
import type { TransformerId } from './transformer-id.ts';

/** A server as the plan saw it, and where it alone is reached. */
export interface PlannedServer extends ServerState {
  /** `https://ADDRESS:PORT`; absent when no manifest says it. */
  readonly address?: string;
}

/** What a plan says. */
export interface Plan {
  readonly resource: string;
  readonly goal: Goal;
  /** Of every server's lists and of what must stay readable. */
  readonly state: Digest;
  readonly servers: readonly PlannedServer[];
  /** What every server must be able to read. */
  readonly needed: readonly TransformerId[];
  readonly faults: readonly Fault[];
  /** The first is the next one; the rest is a preview. */
  readonly steps: readonly Step[];
  readonly end?: Done | Refused;
}

/** What a reader of the file goes by. */
export type ReadPlan = Omit<Plan, 'faults' | 'state' | 'end'> & { readonly digest: Digest };

const CHECKS = [
  'state-unchanged',
  'key-fingerprints',
  'all-ready',
  'server-ready',
  'canary-each-way',
  'canary-from-server',
  'canary-of-unknown',
  'backup-since-rewrite',
  'data-examined',
  'members-compacted',
] as const satisfies readonly Check[];

const TEXT = z.string().max(4096);
const TRANSFORMER = TEXT.min(1);
const LIST = z.array(TRANSFORMER).min(1).max(10_000);
const STEP = {
  phase: z.enum(['repair', 'readable', 'write', 'rewrite', 'forget', 'retire']),
  reason: z.string(),
  before: z.array(z.enum(CHECKS)),
  after: z.array(z.enum(CHECKS)),
};
const PLAN = z.looseObject({
  schemaVersion: z.literal(1),
  digest: z.string(),
  resource: TEXT.min(1),
  goal: z.object({ kind: z.enum(['enable', 'rotate', 'provider', 'disable']), target: TRANSFORMER }),
  servers: z
    .array(
      z.object({
        name: TEXT.min(1),
        address: TEXT.regex(/^https:\/\//).exactOptional(),
        file: z.discriminatedUnion('state', [
          z.object({ state: z.literal('read'), transformers: LIST }),
          z.object({ state: z.enum(['broken', 'not-examined']), reason: z.string() }),
        ]),
        running: z.discriminatedUnion('state', [
          z.object({
            state: z.literal('loaded'),
            transformers: LIST,
            startedAt: TEXT,
            ready: z.boolean().exactOptional(),
          }),
          z.object({ state: z.literal('down') }),
          z.object({ state: z.literal('unknown') }),
        ]),
      }),
    )
    .max(1000),
  needed: z.array(TRANSFORMER).max(10_000),
  steps: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('apply'), server: TEXT, transformers: LIST, ...STEP }),
        z.object({ kind: z.literal('restart'), server: TEXT, ...STEP }),
        z.object({ kind: z.enum(['rewrite', 'compact', 'inspect']), ...STEP }),
      ]),
    )
    .max(10_000),
});

/** The digest of a plan. The same servers, processes, needs and goal give the same one. */
export function planDigest(plan: Plan): Digest {
  return digestOf(canonicalJson(plan));
}

/**
 * Reads a plan that `encryption plan --format json` wrote.
 * @param name of the file, for messages
 * @throws ParseError for what is none, and for one that was altered; LimitError
 */
export function readPlan(text: string, name: string): ReadPlan {
  if (text.length > LIMITS.statementFileBytes) {
    throw new LimitError(`${name}: more than ${LIMITS.statementFileBytes} characters`);
  }
  const wrong = (what: string, cause?: unknown): ParseError => new ParseError(`${name}: no plan: ${what}`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong('not JSON: write it with plimsoll encryption plan --format json', error);
  }
  const result = PLAN.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw wrong(`${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'wrong'}`);
  }
  const { digest, resource, goal, servers, needed, steps } = result.data;
  const { schemaVersion: _version, tool: _tool, digest: _digest, ...body } = Object(value) as Record<string, unknown>;
  const found = digestOf(canonicalJson(body));
  if (found !== digest) throw wrong('it was altered since it was made');
  return { digest: found, resource, goal, servers, needed, steps };
}
