// What a run needs of a system of objects: read one, try a change without keeping it, make it on condition that nothing changed meanwhile. The API server
// is one (object-driver.ts); tests have one in memory.
import type { Value } from '../field/document.ts';

/** An object as it is. */
export interface LiveObject {
  /** Without what the system keeps for itself; undefined when there is no such object. */
  readonly document: Value;
  /** Tells it from another object of the same name; undefined when there is none. */
  readonly uid?: string;
  /** Of the driver: what it needs to make its change conditional. */
  readonly handle: unknown;
}

/** What would come of a conditional change. */
export type RehearsalOutcome =
  | { readonly outcome: 'rehearsed'; readonly document: Value }
  | { readonly outcome: 'changed-meanwhile' };

/** What came of a conditional change. */
export type WriteOutcome =
  | { readonly outcome: 'written'; readonly live: LiveObject }
  /** Something of it is not as it was read any more: nothing was changed. */
  | { readonly outcome: 'changed-meanwhile' };

/** A system of objects, each known by its name as the ledger has it. */
export interface ObjectDriver {
  readonly read: (target: string) => Promise<LiveObject>;
  /** The document that would stand there after the change, as the system would write it; nothing is kept. @throws what the system refuses */
  readonly rehearse: (target: string, live: LiveObject, next: Value) => Promise<RehearsalOutcome>;
  readonly write: (target: string, live: LiveObject, next: Value) => Promise<WriteOutcome>;
}
