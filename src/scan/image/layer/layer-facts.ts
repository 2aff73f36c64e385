// The facts of one layer while it is walked. An archive may hold a path twice, or a file where it had a directory: the later entry stands.
import { LimitError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { LayerFact } from './layer-report.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** The facts at one path, which all come from one entry. */
interface FactsAt {
  /** Number of the entry among those with facts, from 1. */
  readonly entry: number;
  readonly byReader: Map<string, LayerFact>;
}

/** Collects facts by path and reader. */
export class LayerFacts {
  readonly #budget: MemoryBudget;
  readonly #byPath = new Map<string, FactsAt>();
  readonly #counts = new Map<string, number>();
  /** Characters of all facts as JSON. */
  #text = 0;
  /** Folders that hold facts, each with the number of entries that had facts when a file last took its place: those below it are gone. */
  readonly #folders = new Map<string, number>();
  #entries = 0;
  #anyReplaced = false;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /**
   * Keeps a fact; `full` when the reader has as many as one layer may yield.
   * @throws LimitError when the facts take more memory than those of a layer may.
   */
  add(fact: LayerFact): 'kept' | 'full' {
    const { path, reader } = fact;
    const count = (this.#counts.get(reader) ?? 0) + 1;
    if (count > LIMITS.layerFacts) return 'full';
    this.#text += JSON.stringify(fact.data).length;
    if (this.#text > LIMITS.layerFactText) {
      throw new LimitError(`the facts of one layer take more than ${LIMITS.layerFactText} characters`);
    }
    this.#counts.set(reader, count);
    let here = this.#byPath.get(path);
    if (here === undefined) {
      this.#budget.takeName(path);
      this.#entries += 1;
      here = { entry: this.#entries, byReader: new Map() };
      this.#byPath.set(path, here);
      this.#noteFolders(path);
    }
    here.byReader.set(reader, fact);
    return 'kept';
  }

  /** The facts at a path, by reader. */
  at(path: string): ReadonlyMap<string, LayerFact> | undefined {
    const here = this.#byPath.get(path);
    return here !== undefined && this.#replacedAt(path, new Map()) < here.entry ? here.byReader : undefined;
  }

  /**
   * A new entry at `path`: what was there before is gone, and what was below it unless the entry is a directory.
   * @returns whether facts below it are gone.
   */
  replace(path: string, isDirectory: boolean): boolean {
    if (this.#byPath.size === 0) return false;
    this.#byPath.delete(path);
    if (isDirectory || !this.#folders.has(path)) return false;
    this.#folders.set(path, this.#entries);
    this.#anyReplaced = true;
    return true;
  }

  /** All facts that stand, in no particular order. */
  all(): LayerFact[] {
    const known = new Map<string, number>();
    return [...this.#byPath].flatMap(([path, { entry, byReader }]) =>
      this.#replacedAt(path, known) < entry ? [...byReader.values()] : [],
    );
  }

  #noteFolders(path: string): void {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (this.#folders.has(folder)) return;
      this.#budget.takeName(folder);
      this.#folders.set(folder, 0);
    }
  }

  /** When a folder above the path was last replaced, as a number of entries. `known` remembers it for folders. */
  #replacedAt(path: string, known: Map<string, number>): number {
    const slash = path.lastIndexOf('/');
    if (!this.#anyReplaced || slash < 1) return 0;
    const folder = path.slice(0, slash);
    let latest = known.get(folder);
    if (latest === undefined) {
      latest = Math.max(this.#folders.get(folder) ?? 0, this.#replacedAt(folder, known));
      known.set(folder, latest);
    }
    return latest;
  }
}
