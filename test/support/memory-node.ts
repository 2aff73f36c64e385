// A node in memory on which scripts run: places as text, and what each run kept of them. As src/operate/mitigation/node/shell.ts does it.
import { isWanted } from '../../src/operate/mitigation/node/place.ts';
import type { NodeResult } from '../../src/operate/mitigation/node/results.ts';
import type { NodeChange } from '../../src/operate/mitigation/node/script.ts';

/** What one script does on the node. */
export interface NodeRun extends Pick<NodeResult, 'mitigation'> {
  readonly action: 'apply' | 'backout';
  readonly run: string;
  readonly changes: readonly NodeChange[];
}

/** The node. Places are named `sysctl a`; those in `refuses` keep their value whatever is written. */
export class MemoryNode {
  readonly name: string;
  readonly refuses = new Set<string>();
  readonly #machine: string;
  readonly #places: Map<string, string>;
  readonly #kept = new Map<string, string | undefined>();

  constructor(name: string, machine: string, places: Readonly<Record<string, string>>) {
    this.name = name;
    this.#machine = machine;
    this.#places = new Map(Object.entries(places));
  }

  /** Sets a place as others do. */
  put(place: string, value: string): void {
    this.#places.set(place, value);
  }

  places(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#places);
  }

  /** Runs a script, and gives what it prints. */
  run({ mitigation, action, run, changes }: NodeRun): readonly NodeResult[] {
    const results = changes.map(({ step, kind, key, value, expected }): NodeResult => {
      const place = `${kind} ${key}`;
      const kept = `${mitigation} ${run} ${step}`;
      const now = this.#places.get(place);
      const found = this.#kept.has(kept) ? this.#kept.get(kept) : now;
      const said = (outcome: NodeResult['outcome'], before?: string, after?: string): NodeResult => {
        const values = { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
        return {
          mitigation,
          action,
          run,
          node: this.name,
          machine: this.#machine,
          step,
          kind,
          key,
          outcome,
          ...values,
        };
      };
      if (now === undefined && kind !== 'file') return said('not-here');
      if (isWanted(kind, now, value)) return said('done', found, now);
      if (!('any' in expected) && now !== expected.value) return said('different', now, now);
      if (!this.#kept.has(kept)) this.#kept.set(kept, now);
      if (!this.refuses.has(place)) {
        if (value === undefined) this.#places.delete(place);
        else this.#places.set(place, value);
      }
      const after = this.#places.get(place);
      return said(isWanted(kind, after, value) ? 'done' : 'failed', found, after);
    });
    // What a mitigation kept is of no use once all of it was given back.
    if (action === 'backout' && results.every(({ outcome }) => outcome === 'done' || outcome === 'not-here')) {
      for (const kept of [...this.#kept.keys()]) if (kept.startsWith(`${mitigation} `)) this.#kept.delete(kept);
    }
    return results;
  }
}
