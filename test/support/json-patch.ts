// JSON patches (RFC 6902) as an API server applies them: add, replace, remove and test, all or nothing. For tests that need no server.
import { isDeepStrictEqual } from 'node:util';
import type { JsonPatchOperation } from '../../src/kubernetes/api/patch.ts';

/** The patched copy. @throws Error for a test that fails and for a path that leads nowhere */
export function applyJsonPatch(document: unknown, operations: readonly JsonPatchOperation[]): unknown {
  let whole: unknown = structuredClone(document);
  for (const operation of operations) {
    if ('from' in operation) throw new Error(`${operation.op} is not used`);
    const parts = operation.path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = parts.pop();
    if (last === undefined) {
      if (operation.op === 'test') expectSame(whole, operation.value, operation.path);
      else whole = operation.op === 'remove' ? undefined : structuredClone(operation.value);
      continue;
    }
    const parent = parts.reduce(memberOf, whole);
    if (operation.op === 'test') expectSame(memberOf(parent, last), operation.value, operation.path);
    else if (operation.op === 'add') add(parent, last, structuredClone(operation.value));
    else if (operation.op === 'replace') replace(parent, last, structuredClone(operation.value));
    else remove(parent, last);
  }
  return whole;
}

function memberOf(value: unknown, part: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) throw new Error(`nothing at ${part}`);
  return Reflect.get(value, part);
}

function expectSame(found: unknown, expected: unknown, path: string): void {
  if (!isDeepStrictEqual(found, expected)) throw new Error(`the test at ${path} fails`);
}

function add(parent: unknown, part: string, value: unknown): void {
  if (Array.isArray(parent)) parent.splice(part === '-' ? parent.length : Number(part), 0, value);
  else if (typeof parent === 'object' && parent !== null) Reflect.set(parent, part, value);
  else throw new Error('nothing to add to');
}

function replace(parent: unknown, part: string, value: unknown): void {
  memberOf(parent, part);
  Reflect.set(Object(parent), part, value);
}

function remove(parent: unknown, part: string): void {
  memberOf(parent, part);
  if (Array.isArray(parent)) parent.splice(Number(part), 1);
  else Reflect.deleteProperty(Object(parent), part);
}
