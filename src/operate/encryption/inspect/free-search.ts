// Searches stretches of free bytes that may be longer than a window: each trace is found once, and judged with what lies before and behind it.
import type { ByteWindow } from '../etcd/byte-window.ts';
import type { FileTally } from './file-tally.ts';
import { MARGIN, RemnantSearch } from './remnant-search.ts';

/** A search through one file, from its beginning to its end. */
export class FreeSearch {
  readonly #window: ByteWindow;
  readonly #search: RemnantSearch;
  readonly #tally: FileTally;
  readonly #area: 'free' | 'wal';
  /** Where the stretch begins, and from where it is still to be searched; offsets in the file. */
  #start: number | undefined;
  #from = 0;

  constructor(window: ByteWindow, search: RemnantSearch, tally: FileTally, area: 'free' | 'wal') {
    this.#window = window;
    this.#search = search;
    this.#tally = tally;
    this.#area = area;
  }

  /** Free bytes begin here, unless they began before. */
  begin(offset: number): void {
    if (this.#start !== undefined) return;
    this.#start = offset;
    this.#from = offset;
  }

  /** The stretch ends here; all of it that was not searched must be in the window. */
  finish(offset: number): void {
    if (this.#start === undefined) return;
    this.#find(offset, offset);
    this.#start = undefined;
  }

  /**
   * The window ends, and the stretch, if there is one, goes on at `offset` at the earliest: searches what can be judged already.
   * @returns from where the next window must hold the bytes
   */
  pause(offset: number): number {
    if (this.#start === undefined) return offset;
    const to = Math.max(this.#from, offset - MARGIN);
    this.#find(to, offset);
    this.#from = to;
    return Math.max(this.#start, to - MARGIN);
  }

  #find(to: number, end: number): void {
    const { bytes, start } = this.#window;
    const first = Math.max(0, (this.#start ?? 0) - start);
    const span = { start: first, from: this.#from - start, to: to - start, end: end - start };
    this.#tally.addRemnants(this.#area, this.#search.find(bytes, span), start);
  }
}

/** Searches a file from an offset to its end. */
export async function searchFrom(
  window: ByteWindow,
  offset: number,
  tally: FileTally,
  area: 'free' | 'wal',
): Promise<void> {
  const free = new FreeSearch(window, new RemnantSearch(tally.judged), tally, area);
  free.begin(offset);
  let at = offset;
  for (let from = offset; at < window.size; from = free.pause(at)) {
    await window.fill(from, at + 1 - from);
    at = window.end;
  }
  free.finish(window.size);
}
