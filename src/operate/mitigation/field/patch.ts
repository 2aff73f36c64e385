// The change from one form of an object to another as a JSON patch (RFC 6902) that the server refuses when anything it was reckoned from has changed:
// a `test` stands before every operation. Positions of list entries are tested by the entry's name, since others insert and remove.
import type { JsonPatchOperation } from '../../../kubernetes/api/patch.ts';
import { isMembers, sameValue, type Value } from './document.ts';

/** Operations, first the tests; none when both are the same. The uid is tested first: an object of the same name may be another one. */
export function guardedPatch(from: Value, to: Value): readonly JsonPatchOperation[] {
  const found: Found = { tests: [], changes: [] };
  compare('', from, to, found);
  if (found.changes.length === 0) return [];
  const uid = isMembers(from) && isMembers(from['metadata']) ? from['metadata']['uid'] : undefined;
  return [
    ...(uid === undefined ? [] : [{ op: 'test' as const, path: '/metadata/uid', value: uid }]),
    ...found.tests,
    ...found.changes,
  ];
}

interface Found {
  readonly tests: JsonPatchOperation[];
  readonly changes: JsonPatchOperation[];
}

function compare(path: string, from: Value, to: Value, found: Found): void {
  if (sameValue(from, to)) return;
  if (isMembers(from) && isMembers(to)) compareMembers(path, from, to, found);
  else if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) compareLists(path, from, to, found);
  else {
    found.tests.push({ op: 'test', path, value: from });
    found.changes.push({ op: 'replace', path, value: to });
  }
}

function compareMembers(
  path: string,
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
  found: Found,
): void {
  const added = Object.keys(to).filter((name) => !Object.hasOwn(from, name));
  // Nothing can be tested where nothing stands: the container is, as it is.
  if (added.length > 0) found.tests.push(path === '' ? wholeTest(from) : { op: 'test', path, value: from });
  for (const name of added) found.changes.push({ op: 'add', path: `${path}/${token(name)}`, value: to[name] });
  for (const name of Object.keys(from)) {
    const inner = `${path}/${token(name)}`;
    if (Object.hasOwn(to, name)) compare(inner, from[name], to[name], found);
    else {
      found.tests.push({ op: 'test', path: inner, value: from[name] });
      found.changes.push({ op: 'remove', path: inner });
    }
  }
}

/** API servers cannot test a whole document; its resourceVersion stands for it. */
function wholeTest(from: Readonly<Record<string, unknown>>): JsonPatchOperation {
  const metadata = isMembers(from['metadata']) ? from['metadata'] : {};
  const { resourceVersion } = metadata;
  if (resourceVersion === undefined) return { op: 'test', path: '', value: from };
  return { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion };
}

function compareLists(path: string, from: readonly unknown[], to: readonly unknown[], found: Found): void {
  for (const [at, entry] of from.entries()) {
    const next = to[at];
    if (sameValue(entry, next)) continue;
    const inner = `${path}/${at}`;
    if (isMembers(entry) && isMembers(next) && typeof entry['name'] === 'string' && entry['name'] === next['name']) {
      found.tests.push({ op: 'test', path: `${inner}/name`, value: entry['name'] });
      compareMembers(inner, entry, next, found);
    } else {
      found.tests.push({ op: 'test', path: inner, value: entry });
      found.changes.push({ op: 'replace', path: inner, value: next });
    }
  }
}

function token(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
