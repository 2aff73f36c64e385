// A system of objects in memory for runs of mitigations: objects have uids, a change is refused when the object changed meanwhile, and what is written comes
// out as a server makes it, with defaults and in its own spelling.

import { guardedPatch } from '../../src/operate/mitigation/field/patch.ts';
import type {
  LiveObject,
  ObjectDriver,
  RehearsalOutcome,
  WriteOutcome,
} from '../../src/operate/mitigation/run/driver.ts';
import { canonicalJson } from '../../src/platform/canonical.ts';
import { applyJsonPatch } from './json-patch.ts';

/** Thrown where a test ends a run. */
export class Killed extends Error {}

/** The system. `beforeWrite` and `afterWrite` are told of each change, and may throw. */
export class MemoryObjects implements ObjectDriver {
  readonly #objects = new Map<string, { readonly uid: string; readonly document: unknown }>();
  #made = 0;
  beforeWrite: () => void = () => undefined;
  afterWrite: () => void = () => undefined;

  constructor(objects: Readonly<Record<string, unknown>>) {
    for (const [target, document] of Object.entries(objects)) this.put(target, document);
  }

  /** Sets an object as others do; undefined removes it. An object that is there keeps its uid. */
  put(target: string, document: unknown): void {
    this.#made += 1;
    const uid = this.#objects.get(target)?.uid ?? `uid-${this.#made}`;
    if (document === undefined) this.#objects.delete(target);
    else this.#objects.set(target, { uid, document: stored(document) });
  }

  document(target: string): unknown {
    return this.#objects.get(target)?.document;
  }

  /** Everything, to compare. */
  all(): string {
    return canonicalJson([...this.#objects].map(([target, { document }]) => [target, document]).sort());
  }

  async read(target: string): Promise<LiveObject> {
    const object = this.#objects.get(target);
    return { document: object?.document, handle: object, ...(object === undefined ? {} : { uid: object.uid }) };
  }

  async rehearse(target: string, live: LiveObject, next: unknown): Promise<RehearsalOutcome> {
    const document = this.#changed(target, live, next);
    return document instanceof Error ? { outcome: 'changed-meanwhile' } : { outcome: 'rehearsed', document };
  }

  async write(target: string, live: LiveObject, next: unknown): Promise<WriteOutcome> {
    const document = this.#changed(target, live, next);
    if (document instanceof Error) return { outcome: 'changed-meanwhile' };
    this.beforeWrite();
    this.put(target, document);
    this.afterWrite();
    return { outcome: 'written', live: await this.read(target) };
  }

  #changed(target: string, live: LiveObject, next: unknown): unknown {
    const now = this.#objects.get(target);
    if (live.document === undefined) return now === undefined ? stored(next) : new Error('it exists');
    if (now === undefined || now.uid !== live.uid) return new Error('it is another');
    if (next === undefined) return now === live.handle ? undefined : new Error('it changed');
    try {
      return stored(applyJsonPatch(now.document, guardedPatch(live.document, next)));
    } catch (error) {
      return error;
    }
  }
}

/** As a server stores it: `1000m` is written `1`, and what has a `port` has a `protocol`. */
function stored(value: unknown): unknown {
  if (value === '1000m') return '1';
  if (Array.isArray(value)) return value.map(stored);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, stored(member)]));
  return 'port' in members && !('protocol' in members) ? { ...members, protocol: 'TCP' } : members;
}
