// Sets of connections under small numbers: a release has few different ones, and each union and intersection of two is made once.
import { ALL_CONNECTIONS, type Connections, connectionsText, intersect, NO_CONNECTIONS, unite } from './connections.ts';

/** Numbers of the two sets that every table begins with. */
export const NONE = 0;
/** See NONE. */
export const ALL = 1;
/** Room for the number of a set beside that of another in one key. */
const SIDE = 2 ** 26;

/** Gives each different set a number, equal sets the same. */
export class ConnectionTable {
  readonly #sets: Connections[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #unions = new Map<number, number>();
  readonly #intersections = new Map<number, number>();

  constructor() {
    this.numberOf(NO_CONNECTIONS);
    this.numberOf(ALL_CONNECTIONS);
  }

  numberOf(connections: Connections): number {
    const text = connectionsText(connections);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#sets.length;
    this.#sets.push(connections);
    this.#numbers.set(text, number);
    return number;
  }

  connections(number: number): Connections {
    return this.#sets[number] ?? NO_CONNECTIONS;
  }

  unite(a: number, b: number): number {
    if (a === b || b === NONE || a === ALL) return a;
    if (a === NONE || b === ALL) return b;
    return this.#joined(this.#unions, unite, a, b);
  }

  intersect(a: number, b: number): number {
    if (a === b || a === NONE || b === ALL) return a;
    if (b === NONE || a === ALL) return b;
    return this.#joined(this.#intersections, intersect, a, b);
  }

  #joined(known: Map<number, number>, join: typeof unite, a: number, b: number): number {
    const key = Math.min(a, b) * SIDE + Math.max(a, b);
    const found = known.get(key);
    if (found !== undefined) return found;
    const number = this.numberOf(join(this.connections(a), this.connections(b)));
    known.set(key, number);
    return number;
  }
}
