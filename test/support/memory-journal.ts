// A ledger in memory: entries chained as on disk, contents as JSON. A run that is killed leaves it as it is; `reopened` begins the next run with it.

import { entryHash, NO_ENTRY } from '../../src/operate/mitigation/ledger/chain.ts';
import type { ContentReference, LedgerEntry, LedgerEvent } from '../../src/operate/mitigation/ledger/entry.ts';
import type { Journal } from '../../src/operate/mitigation/ledger/ledger.ts';
import { canonicalJson, type Digest, digestOf } from '../../src/platform/canonical.ts';

/** The ledger. `beforeAppend` and `afterAppend` may throw. */
export class MemoryJournal implements Journal {
  readonly entries: LedgerEntry[] = [];
  readonly #contents = new Map<string, string>();
  #head: Digest = NO_ENTRY;
  beforeAppend: () => void = () => undefined;
  afterAppend: () => void = () => undefined;

  constructor() {
    this.append({ event: 'begin', format: 1, site: 'test' });
  }

  append(event: LedgerEvent): LedgerEntry {
    this.beforeAppend();
    const entry: LedgerEntry = {
      ...event,
      sequence: this.entries.length,
      at: '2022-05-01T00:00:00.000Z',
      who: 'test',
      previous: this.#head,
    };
    this.entries.push(entry);
    this.#head = entryHash(entry);
    this.afterAppend();
    return entry;
  }

  keep(value: unknown): ContentReference {
    const id = String(this.#contents.size).padStart(24, '0');
    this.#contents.set(id, canonicalJson(value));
    return { id, digest: digestOf(id) };
  }

  content({ id }: ContentReference): unknown {
    const text = this.#contents.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** As when the key file is deleted. */
  forgetContents(): void {
    this.#contents.clear();
  }
}
