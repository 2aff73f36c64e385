// Rewrites every object of a resource as it is: first a canary namespace, one object after another, then the rest. Stops at the first object that is not
// kept as it was sent, or that somebody changed in answer. Killed at any moment it loses nothing, and a second run finds what is done as done.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import type { KubernetesObject, ObjectName, Resource } from '../../../kubernetes/api/resource.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { changedFields } from './changed-fields.ts';
import { canaryOf, type NamesByNamespace, namesOf } from './names.ts';
import { type Pace, paceOf } from './pace.ts';
import { type Outcome, putBack } from './put-back.ts';

/** What is rewritten, and how carefully. */
export interface RewriteOptions {
  /** Begins here; the smallest namespace that is not the system's unless given. */
  readonly canary?: string;
  /** Objects written a second on the average. */
  readonly perSecond: number;
  /** Milliseconds that others have to answer to the rewrite of the canary namespace. */
  readonly settleMs: number;
  /** Asks the server to go through the canary namespace without keeping anything, and writes nothing. */
  readonly rehearsal: boolean;
  /** Called after each object. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** An object that is not what it should be. */
export interface Trouble {
  readonly object: ObjectName;
  /**
   * - `not-kept`: the server keeps something else than it was sent: an admission webhook or a default of a newer version
   * - `answered`: somebody changed it after the rewrite of the canary namespace
   * - `contended`, `refused`: as in Outcome; these do not stop the rewrite
   */
  readonly kind: 'not-kept' | 'answered' | 'contended' | 'refused';
  /** Paths that differ. */
  readonly fields: readonly string[];
}

/** What a rewrite did. `written + current + gone + left.length` objects were handled, of `objects`. */
export interface Rewriting {
  readonly canary?: string;
  readonly namespaces: number;
  readonly objects: number;
  readonly written: number;
  readonly current: number;
  readonly gone: number;
  /** Writes by others that came between and are kept. */
  readonly conflicts: number;
  /** Objects that were not rewritten though the rewrite went on. */
  readonly left: readonly Trouble[];
  /** Why the rewrite ended early. */
  readonly stopped?: Trouble;
}

/** Objects on their way at once after the canary namespace; the server takes more, but a rewrite is never urgent. */
const AT_ONCE = 4;

/**
 * Rewrites, or in a rehearsal goes through the canary namespace.
 * @throws PlimsollError `usage` for a canary namespace without objects; ServerError when the server cannot be asked
 */
export async function rewrite(client: ApiClient, resource: Resource, options: RewriteOptions): Promise<Rewriting> {
  const names = await namesOf(client, resource);
  const canary = options.canary ?? canaryOf(names);
  const first = canary === undefined ? [] : (names.get(canary) ?? []);
  if (options.canary !== undefined && first.length === 0) {
    throw new PlimsollError('usage', `the canary namespace ${options.canary} has no ${resource.plural}`);
  }
  const run = new Run(client, resource, names, options);
  const kept = await run.canary(first);
  if (!options.rehearsal && run.stopped === undefined) {
    await run.watchCanary(kept);
    await run.rest([...names].flatMap(([namespace, all]) => (namespace === canary ? [] : all)));
  }
  return run.result(canary);
}

class Run {
  readonly #client: ApiClient;
  readonly #resource: Resource;
  readonly #options: RewriteOptions;
  readonly #names: NamesByNamespace;
  readonly #objects: number;
  readonly #pace: Pace;
  readonly #counts = { written: 0, current: 0, gone: 0 };
  readonly #left: Trouble[] = [];
  #conflicts = 0;
  #done = 0;
  stopped: Trouble | undefined;

  constructor(client: ApiClient, resource: Resource, names: NamesByNamespace, options: RewriteOptions) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
    this.#names = names;
    this.#objects = [...names.values()].reduce((sum, all) => sum + all.length, 0);
    this.#pace = paceOf(options.perSecond);
  }

  /** One after another; gives what the server keeps now. */
  async canary(objects: readonly ObjectName[]): Promise<readonly KubernetesObject[]> {
    const kept: KubernetesObject[] = [];
    for (const name of objects) {
      const outcome = await this.#one(name);
      if (this.stopped !== undefined) break;
      if (outcome.object !== undefined) kept.push(outcome.object);
    }
    return kept;
  }

  /** Waits, then reads the canary namespace again: a controller that answers to the rewrite by changing objects would do so everywhere. */
  async watchCanary(kept: readonly KubernetesObject[]): Promise<void> {
    if (this.#counts.written === 0) return;
    await sleep(this.#options.settleMs);
    for (const object of kept) {
      const { name = '', namespace } = object.metadata;
      const place = { name, ...(namespace === undefined ? {} : { namespace }) };
      const now = await this.#client.find(this.#resource, place);
      if (now === undefined || now.metadata.resourceVersion === object.metadata.resourceVersion) continue;
      const fields = changedFields(object, now);
      if (fields.length === 0) continue;
      this.stopped = { object: place, kind: 'answered', fields };
      return;
    }
  }

  /** Several at once. */
  async rest(objects: readonly ObjectName[]): Promise<void> {
    const waiting = objects[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const name of waiting) {
        if (this.stopped !== undefined) return;
        await this.#one(name);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  result(canary: string | undefined): Rewriting {
    return {
      ...(canary === undefined ? {} : { canary }),
      namespaces: this.#names.size,
      objects: this.#objects,
      ...this.#counts,
      conflicts: this.#conflicts,
      left: this.#left.toSorted((a, b) => order(a.object, b.object)),
      ...(this.stopped === undefined ? {} : { stopped: this.stopped }),
    };
  }

  async #one(object: ObjectName): Promise<Outcome> {
    await this.#pace.turn();
    const outcome = await putBack(this.#client, this.#resource, object, { dryRun: this.#options.rehearsal });
    const { kind, fields = [] } = outcome;
    this.#conflicts += outcome.conflicts;
    if (kind === 'changed') this.stopped ??= { object, kind: 'not-kept', fields };
    else if (kind === 'contended' || kind === 'refused') this.#left.push({ object, kind, fields });
    else this.#counts[kind] += 1;
    if (kind === 'written') this.#pace.spent();
    this.#done += 1;
    this.#options.onProgress?.(this.#done, this.#objects);
    return outcome;
  }
}

function order(a: ObjectName, b: ObjectName): number {
  const text = ({ namespace = '', name }: ObjectName): string => `${namespace}/${name}`;
  return text(a) < text(b) ? -1 : 1;
}
