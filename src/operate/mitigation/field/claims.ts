// Who claims which value of one object, over which value. A region is a place that claims have touched, with the value it had before the first of them;
// what should stand there is that value with the claims laid over it in their order. So backing out one of several claims, in any order, leaves what the
// others want, and backing out the last leaves what was there. Pure: reading and writing the object is the runner's part.
import {
  hasPlace,
  isEmpty,
  isMembers,
  keysOf,
  missingAbove,
  sameValue,
  type Value,
  valueAt,
  withValue,
} from './document.ts';
import { isWithin, type Path, pathText, samePath } from './path.ts';

/** One value that a mitigation wants at a place; undefined: nothing may stand there. */
export interface Claim {
  /** The application of a mitigation that holds it. */
  readonly holder: string;
  /** Place in the order of claims; the later lies over the earlier. */
  readonly order: number;
  readonly path: Path;
  readonly value: Value;
}

/** A place that claims have touched. No region lies within another of the same object. */
export interface Region {
  readonly path: Path;
  /** What stood there before the first claim; undefined: nothing. */
  readonly base: Value;
  /** In their order; all within the path. */
  readonly claims: readonly Claim[];
}

/** All claims on one object. */
export interface ClaimedObject {
  readonly regions: readonly Region[];
  /** Members and lists that had to be made for a claim: when they are empty again they go. Outermost first. */
  readonly made: readonly Path[];
  /** Keys of lists whose entries are claimed, as the lists stood before. */
  readonly orders: readonly ListOrder[];
}

/** How a list stood before its entries were claimed. */
export interface ListOrder {
  readonly list: Path;
  readonly keys: readonly string[];
}

/** An object that nobody claims anything of. */
export const UNCLAIMED: ClaimedObject = { regions: [], made: [], orders: [] };

/** What claims make of a region; undefined: nothing stands there. */
export function wantedIn({ path, base, claims }: Region, orders: readonly ListOrder[] = []): Value {
  let value = base;
  for (const claim of claims) {
    const inner = claim.path.slice(path.length);
    // Once what it was laid over is gone, a claim may have no place any more: nothing can stand within an object or an entry that is not there.
    if (inner.length > 0 && value === undefined && typeof path.at(-1) !== 'string') continue;
    if (!hasPlace(value, inner)) continue;
    value = withValue(value, inner, claim.value, orderFor(orders, claim.path));
  }
  return value;
}

/**
 * Adds a claim, of an object as it now stands. Where it covers narrower claims, they become one region, whose base is what stood there before all.
 * @param document the object now, with all earlier claims in force
 * @throws PlimsollError `unsupported` where the path does not fit the object
 */
export function addClaim(object: ClaimedObject, document: Value, claim: Claim): ClaimedObject {
  const { path } = claim;
  const orders = withOrder(object.orders, object, document, path);
  const around = object.regions.find((region) => isWithin(path, region.path));
  if (around !== undefined) {
    const claims = [...around.claims, claim];
    return { ...object, orders, regions: replaced(object.regions, around, { ...around, claims }) };
  }
  const inner = object.regions.filter((region) => isWithin(region.path, path));
  const base = valueAt(undone({ ...object, regions: inner }, document), path);
  const claims = [...inner.flatMap((region) => region.claims), claim].sort((a, b) => a.order - b.order);
  // What was made within the region is of no account any more: its base has it not.
  const made = object.made.filter((above) => !isWithin(above, path));
  const missing = missingAbove(document, path).filter((above) => !made.some((known) => samePath(known, above)));
  return {
    regions: sorted([...object.regions.filter((region) => !inner.includes(region)), { path, base, claims }]),
    made: [...made, ...missing].sort((a, b) => a.length - b.length || (pathText(a) < pathText(b) ? -1 : 1)),
    orders,
  };
}

/** Takes a holder's claims away. Regions without a claim are gone from the result. */
export function releaseClaims(object: ClaimedObject, holder: string): ClaimedObject {
  const regions = object.regions.flatMap((region) => {
    const claims = region.claims.filter((claim) => claim.holder !== holder);
    return claims.length === 0 ? [] : [{ ...region, claims }];
  });
  const needed = (path: Path): boolean => regions.some((region) => isWithin(region.path, path));
  return {
    regions,
    made: object.made.filter(needed),
    orders: object.orders.filter(({ list }) => needed(list) || regions.some(({ path }) => isWithin(list, path))),
  };
}

/** A place that is not as the claims left it. */
export interface Difference {
  readonly path: Path;
  readonly expected: Value;
  readonly found: Value;
}

/** Where the object is not as its claims want it. */
export function differences(object: ClaimedObject, document: Value): readonly Difference[] {
  return object.regions.flatMap((region) => {
    const found = valueAt(document, region.path);
    return isAsWanted(region, object.orders, found)
      ? []
      : [{ path: region.path, expected: wantedIn(region, object.orders), found }];
  });
}

/** Whether what stands in a region is what its claims make of it. A server leaves out a map or list from which claims took the last member. */
export function isAsWanted(region: Region, orders: readonly ListOrder[], found: Value): boolean {
  const wanted = wantedIn(region, orders);
  if (sameValue(wanted, found)) return true;
  const isEmptied = region.claims.some(({ path, value }) => value === undefined && path.length > region.path.length);
  return found === undefined && isEmptied && isEmpty(wanted);
}

/** Takes what now stands in regions for what stood there before all claims: a change of others' is not undone with ours. */
export function rebased(object: ClaimedObject, document: Value, paths: readonly Path[]): ClaimedObject {
  const regions = object.regions.map((region) =>
    paths.some((path) => samePath(path, region.path)) ? { ...region, base: valueAt(document, region.path) } : region,
  );
  return { ...object, regions };
}

/** Places of which more, less or something else is claimed than before. */
export function touchedPaths(before: ClaimedObject, after: ClaimedObject): readonly Path[] {
  const changed = after.regions.filter((region) => !isAmong(region, before.regions)).map(({ path }) => path);
  const released = before.regions
    .filter(({ path }) => !after.regions.some((region) => isWithin(path, region.path)))
    .map(({ path }) => path);
  return [...changed, ...released];
}

/**
 * The document as it is to be under other claims: regions with other claims than before get what these want, those that are no longer claimed get their
 * base back. What stands in any other place stays, whatever it is.
 */
export function transformed(before: ClaimedObject, after: ClaimedObject, document: Value): Value {
  const released: ClaimedObject = {
    regions: before.regions.filter((region) => !after.regions.some(({ path }) => isWithin(region.path, path))),
    made: before.made.filter((path) => !after.made.some((kept) => samePath(kept, path))),
    orders: before.orders,
  };
  let next = undone(released, document);
  for (const region of after.regions) {
    if (isAmong(region, before.regions)) continue;
    if (next === undefined && region.path.length > 0) continue;
    next = withValue(next, region.path, wantedIn(region, after.orders), orderFor(after.orders, region.path));
  }
  return next;
}

/** The document with the regions' bases back, and without the containers that were made for them and are empty. */
function undone({ regions, made, orders }: ClaimedObject, document: Value): Value {
  let next = document;
  for (const { path, base } of regions) {
    if (next === undefined && path.length > 0) continue;
    next = withValue(next, path, base, orderFor(orders, path));
  }
  for (const path of made.toReversed()) {
    const value = valueAt(next, path);
    if (value !== undefined && isEmpty(value) && path.length > 0) next = withValue(next, path, undefined);
  }
  return next;
}

/** Remembers how a list stood when an entry of it is claimed for the first time, or an entry that others have added since. */
function withOrder(
  orders: readonly ListOrder[],
  { regions }: ClaimedObject,
  document: Value,
  path: Path,
): readonly ListOrder[] {
  let known = orders;
  for (const [at, part] of path.entries()) {
    if (typeof part === 'string') continue;
    const list = path.slice(0, at);
    const value = valueAt(document, list);
    const own = known.find((order) => samePath(order.list, list));
    const added = (key: string): boolean =>
      regions.some(
        ({ path: other, base }) => base === undefined && samePath(other, [...list, { ...part, value: key }]),
      );
    const keys = mergedKeys(
      own?.keys ?? [],
      keysOf(value, part.key).filter((key) => !added(key)),
    );
    known = [...known.filter((order) => order !== own), { list, keys }];
  }
  return known;
}

/** Known keys with new ones behind what they now stand behind. */
function mergedKeys(known: readonly string[], present: readonly string[]): readonly string[] {
  const keys = [...known];
  for (const [at, key] of present.entries()) {
    if (keys.includes(key)) continue;
    const before = present.slice(0, at).findLast((one) => keys.includes(one));
    keys.splice(before === undefined ? 0 : keys.indexOf(before) + 1, 0, key);
  }
  return keys;
}

function isAmong(region: Region, regions: readonly Region[]): boolean {
  return regions.some((other) => samePath(other.path, region.path) && sameValue(other, region));
}

function orderFor(orders: readonly ListOrder[], path: Path): readonly string[] {
  const list = path.slice(0, -1);
  return orders.find((order) => samePath(order.list, list))?.keys ?? [];
}

function replaced(regions: readonly Region[], old: Region, next: Region): readonly Region[] {
  return regions.map((region) => (region === old ? next : region));
}

function sorted(regions: readonly Region[]): readonly Region[] {
  return regions.toSorted((a, b) => (pathText(a.path) < pathText(b.path) ? -1 : 1));
}

/** Whether the value covers another: all that the other has is there and the same. What a server adds by itself does not count. */
export function covers(value: Value, wanted: Value): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && value.length === wanted.length && wanted.every((one, at) => covers(value[at], one));
  }
  if (isMembers(wanted)) {
    return isMembers(value) && Object.entries(wanted).every(([name, one]) => covers(value[name], one));
  }
  return sameValue(value, wanted);
}
