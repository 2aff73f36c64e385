// Order of Maven artifact versions: numbers and qualifiers in nested lists, a hyphen or a change between digits and letters
// opening a list. Source: the "Version Order Specification" of Maven's POM reference, as ComparableVersion of Maven 3.8 and 3.9 has it.

import { compareText } from '../platform/order.ts';
import { compareDigits, isDigit, trimZeros } from './digits.ts';
import { type Order, reversed, versionOrder } from './order.ts';
import { VersionError } from './version-error.ts';

/** A number (digits without leading zeros), a qualifier, or a list that a hyphen or a change of kind opened. */
type Item =
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'qualifier'; readonly rank: number; readonly text: string }
  | { readonly kind: 'list'; readonly items: Item[] };

/** Known qualifiers from old to new; the release itself is the empty one, unknown qualifiers come last in alphabetical order. */
const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const RELEASE = QUALIFIERS.indexOf('');
const UNKNOWN = QUALIFIERS.length;
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ga', ''],
  ['final', ''],
  ['release', ''],
  ['cr', 'rc'],
]);
/** Short forms that count only directly before a digit: a1 is alpha-1. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

/** 1.x < 1-1 < 1.1 */
const KIND_RANK = { qualifier: 0, list: 1, number: 2 } as const;

/** The order of ComparableVersion. */
export const maven = versionOrder('maven', parse, compareLists);

function parse(version: string): readonly Item[] {
  if (!/^[\x21-\x7e]+$/.test(version) || /[\\/:"<>|?*[\](){},]/.test(version)) {
    throw new VersionError(
      'maven',
      version,
      'only ASCII without spaces and without any of \\ / : " < > | ? * [ ] ( ) { } ,',
    );
  }
  const outermost: Item[] = [];
  const lists = [outermost];
  let current = outermost;
  const open = (): void => {
    const items: Item[] = [];
    current.push({ kind: 'list', items });
    lists.push(items);
    current = items;
  };
  for (const match of version.toLowerCase().matchAll(/(\d+|[^\d.-]*)([.-]?)/g)) {
    const [token, text = '', separator = ''] = match;
    if (token === '') break;
    const last = match.index + token.length === version.length;
    const changes = separator === '' && !last;
    if (text === '' || isDigit(text.charCodeAt(0))) {
      current.push({ kind: 'number', digits: trimZeros(text) });
    } else {
      // A qualifier that is not followed by a separator opens a list even after a dot: 1.0.X1 is read as 1.0-X1.
      if (separator === '' && current.length > 0) open();
      current.push(qualifier(changes ? (SHORT.get(text) ?? text) : text));
    }
    if (separator === '-' || changes) open();
  }
  for (const list of lists.reverse()) dropNulls(list);
  return outermost;
}

function qualifier(text: string): Item {
  const name = ALIASES.get(text) ?? text;
  const rank = QUALIFIERS.indexOf(name);
  return { kind: 'qualifier', rank: rank === -1 ? UNKNOWN : rank, text: name };
}

/** Takes away items that mean nothing (0, the release, empty lists) at the end of a list and before its trailing lists. */
function dropNulls(items: Item[]): void {
  for (let i = items.length - 1; i >= 0; i -= 1) {
    const item = items[i];
    if (item === undefined) return;
    if (isNull(item)) items.splice(i, 1);
    else if (item.kind !== 'list') return;
  }
}

function isNull(item: Item): boolean {
  if (item.kind === 'number') return item.digits === '';
  return item.kind === 'qualifier' ? item.rank === RELEASE : item.items.length === 0;
}

function compareLists(a: readonly Item[], b: readonly Item[]): Order {
  for (let i = 0; i < a.length || i < b.length; i += 1) {
    const order = compareItems(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareItems(a: Item | undefined, b: Item | undefined): Order {
  if (a === undefined) return b === undefined ? 0 : reversed(compareWithNothing(b));
  if (b === undefined) return compareWithNothing(a);
  if (a.kind === 'number' && b.kind === 'number') return compareDigits(a.digits, b.digits);
  if (a.kind === 'list' && b.kind === 'list') return compareLists(a.items, b.items);
  if (a.kind === 'qualifier' && b.kind === 'qualifier') {
    if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
    return compareText(a.text, b.text);
  }
  return KIND_RANK[a.kind] < KIND_RANK[b.kind] ? -1 : 1;
}

/** Order of an item against a version that has ended: 1-rc < 1, 1.1 > 1. */
function compareWithNothing(item: Item): Order {
  if (item.kind === 'number') return item.digits === '' ? 0 : 1;
  if (item.kind === 'qualifier') return item.rank === RELEASE ? 0 : item.rank < RELEASE ? -1 : 1;
  for (const inner of item.items) {
    const order = compareWithNothing(inner);
    if (order !== 0) return order;
  }
  return 0;
}
