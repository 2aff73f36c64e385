// What a scheme gives to the rest of the program: an order over version strings. A scheme brings a parser and a comparison of
// parsed versions; this file adds the length limit and remembers parsed versions, because matching asks for the same ones again.
import { LIMITS } from '../platform/limits.ts';
import type { VersionScheme } from './scheme.ts';
import { VersionError } from './version-error.ts';

/** -1: the first is older; 0: equal in rank; 1: the first is newer. */
export type Order = -1 | 0 | 1;

/** The order of one scheme. Both functions throw VersionError for text that the scheme does not accept. */
export interface VersionOrder {
  readonly compare: (a: string, b: string) => Order;
  /** Returns when the text is a version of the scheme. */
  readonly check: (version: string) => void;
}

/** Parsed versions that a scheme remembers before it starts afresh: some megabytes at most. */
const REMEMBERED = 16_384;

/**
 * Makes the order of a scheme. `parse` gets text of 1 to LIMITS.versionLength characters and throws VersionError for what it
 * refuses; `compareParsed` must be a total preorder.
 */
export function versionOrder<Parsed>(
  scheme: VersionScheme,
  parse: (version: string) => Parsed,
  compareParsed: (a: Parsed, b: Parsed) => Order,
): VersionOrder {
  const remembered = new Map<string, Parsed>();

  function parsed(version: string): Parsed {
    const known = remembered.get(version);
    if (known !== undefined) return known;
    if (version === '') throw new VersionError(scheme, version, 'it is empty');
    if (version.length > LIMITS.versionLength) {
      throw new VersionError(scheme, version, `it is longer than ${LIMITS.versionLength} characters`);
    }
    const fresh = parse(version);
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(version, fresh);
    return fresh;
  }

  return {
    compare: (a, b) => compareParsed(parsed(a), parsed(b)),
    check: (version) => {
      parsed(version);
    },
  };
}

/** The order of the same two versions the other way round. */
export function reversed(order: Order): Order {
  return order === 0 ? 0 : order === 1 ? -1 : 1;
}
