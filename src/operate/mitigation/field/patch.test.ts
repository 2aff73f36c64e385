import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyJsonPatch } from '../../../../test/support/json-patch.ts';
import { guardedPatch } from './patch.ts';
import { liveForm, stableForm } from './stable-form.ts';

const name = fc.constantFrom('a', 'b/c', 'd~e', 'name');
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: 0, max: 2 }),
    fc.constantFrom('x', null),
    fc.dictionary(name, tie('node'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
}));
const object = fc.dictionary(name, node, { maxKeys: 4, noNullPrototype: true });

test('law: the patch makes the one of the other', () => {
  fc.assert(
    fc.property(object, object, (from, to) => {
      assert.deepEqual(applyJsonPatch(from, guardedPatch(from, to)), to);
    }),
    { numRuns: 2000 },
  );
});

/** The value at a pointer; undefined where there is none. */
function at(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const member = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined;
  }
  return value;
}

test('law: an object that another changed is patched only if every place that is written still has the value that was read', () => {
  let [refused, accepted] = [0, 0];
  fc.assert(
    fc.property(object, object, object, name, (from, to, part, key) => {
      const other = { ...from, [key]: part[key] };
      const patch = guardedPatch(from, to);
      try {
        applyJsonPatch(other, patch);
      } catch {
        refused += 1;
        return;
      }
      accepted += 1;
      for (const { op, path } of patch) if (op !== 'test') assert.deepEqual(at(other, path), at(from, path), path);
    }),
    { numRuns: 2000 },
  );
  assert.ok(refused > 100 && accepted > 100, `${refused} refused, ${accepted} accepted`);
});

test('an addition tests what it is added to, and the uid comes first', () => {
  const from = { metadata: { uid: 'u', name: 'w' }, spec: { list: [{ name: 'c', env: [{ name: 'A', value: '1' }] }] } };
  const to = {
    ...from,
    spec: {
      list: [
        {
          name: 'c',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        },
      ],
    },
  };
  assert.deepEqual(guardedPatch(from, to), [
    { op: 'test', path: '/metadata/uid', value: 'u' },
    { op: 'test', path: '/spec/list/0/name', value: 'c' },
    { op: 'test', path: '/spec/list/0/env', value: [{ name: 'A', value: '1' }] },
    {
      op: 'replace',
      path: '/spec/list/0/env',
      value: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
  ]);
  assert.deepEqual(guardedPatch(from, from), []);
});

test('the stable form leaves out what is the server’s, and the live form puts it back', () => {
  const live = {
    kind: 'K',
    metadata: { name: 'n', uid: 'u', resourceVersion: '7', generation: 2, managedFields: [], labels: { a: 'b' } },
    spec: { x: 1 },
    status: { ready: true },
  };
  const stable = stableForm(live);
  assert.deepEqual(stable, { kind: 'K', metadata: { name: 'n', labels: { a: 'b' } }, spec: { x: 1 } });
  assert.deepEqual(liveForm(stable, live), live);
  assert.equal(stableForm(undefined), undefined);
});
