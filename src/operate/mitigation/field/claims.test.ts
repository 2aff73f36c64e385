import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlimsollError } from '../../../platform/errors.ts';
import { addClaim, type ClaimedObject, differences, rebased, releaseClaims, transformed, UNCLAIMED } from './claims.ts';
import { sameValue, type Value, valueAt, withValue } from './document.ts';
import { type Path, parsePath } from './path.ts';

/** An object under claims, as a runner would keep it. */
class Subject {
  document: Value;
  claims: ClaimedObject = UNCLAIMED;
  #order = 0;

  constructor(document: Value) {
    this.document = document;
  }

  claim(holder: string, path: string, value: Value): void {
    this.#order += 1;
    this.#become(addClaim(this.claims, this.document, { holder, order: this.#order, path: parsePath(path), value }));
  }

  /** Claims as a runner does: what has no place, or comes out as something else, is refused. */
  tries(holder: string, path: Path, value: Value): boolean {
    let after: ClaimedObject;
    let next: Value;
    try {
      after = addClaim(this.claims, this.document, { holder, order: this.#order + 1, path, value });
      next = transformed(this.claims, after, this.document);
    } catch (error) {
      if (error instanceof PlimsollError && error.code === 'unsupported') return false;
      throw error;
    }
    if (!sameValue(valueAt(next, path), value)) return false;
    this.#order += 1;
    this.#become(after);
    return true;
  }

  release(holder: string): void {
    this.#become(releaseClaims(this.claims, holder));
  }

  #become(after: ClaimedObject): void {
    this.document = transformed(this.claims, after, this.document);
    this.claims = after;
    assert.deepEqual(differences(after, this.document), []);
  }
}

test('of X setting 1 to 2 and Y setting 2 to 3, either can go first', () => {
  for (const [first, between, second] of [
    ['x', 3, 'y'],
    ['y', 2, 'x'],
  ] as const) {
    const subject = new Subject({ a: 1 });
    subject.claim('x', '/a', 2);
    subject.claim('y', '/a', 3);
    subject.release(first);
    assert.deepEqual(subject.document, { a: between });
    subject.release(second);
    assert.deepEqual(subject.document, { a: 1 });
  }
});

test('a value that two claim stays until both have let go', () => {
  const subject = new Subject({});
  subject.claim('x', '/spec/userns', '0');
  subject.claim('y', '/spec/userns', '0');
  subject.release('x');
  assert.deepEqual(subject.document, { spec: { userns: '0' } });
  subject.release('y');
  assert.deepEqual(subject.document, {});
});

test('an object that X made and Y changed goes with X, and Y then has nothing to give back', () => {
  const made = { kind: 'Policy', spec: { rules: [{ name: 'r', action: 'Audit' }] } };
  const subject = new Subject(undefined);
  subject.claim('x', '', made);
  subject.claim('y', '/spec/rules/[name=r]/action', 'Enforce');
  assert.deepEqual(valueAt(subject.document, parsePath('/spec/rules/[name=r]/action')), 'Enforce');
  subject.release('x');
  assert.equal(subject.document, undefined);
  subject.release('y');
  assert.equal(subject.document, undefined);
});

test('entries are found by name wherever they stand, and a list that was made for one goes with it', () => {
  const subject = new Subject({ containers: [{ name: 'a' }, { name: 'b', env: [{ name: 'M', value: '1' }] }] });
  const before = structuredClone(subject.document);
  subject.claim('x', '/containers/[name=a]/env/[name=L]', { name: 'L', value: 'true' });
  subject.claim('y', '/containers/[name=b]/env/[name=M]/value', '2');
  // Another puts a container before ours.
  const list = valueAt(subject.document, ['containers']) as readonly unknown[];
  subject.document = withValue(subject.document, ['containers'], [{ name: 'sidecar' }, ...list]);
  subject.release('x');
  subject.release('y');
  assert.deepEqual(
    subject.document,
    withValue(
      before,
      ['containers'],
      [{ name: 'sidecar' }, { name: 'a' }, { name: 'b', env: [{ name: 'M', value: '1' }] }],
    ),
  );
});

test('entries that were taken out come back at their places, whatever the order', () => {
  for (const order of [
    ['x', 'y', 'z'],
    ['z', 'x', 'y'],
    ['y', 'z', 'x'],
  ]) {
    const subject = new Subject({ l: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }] });
    const before = subject.document;
    subject.claim('x', '/l/[name=b]', undefined);
    subject.claim('y', '/l/[name=c]', undefined);
    subject.claim('z', '/l/[name=e]', { name: 'e' });
    for (const holder of order) subject.release(holder);
    assert.deepEqual(subject.document, before);
  }
});

test('a change of others is told, and is no more undone once it is taken for the base', () => {
  const subject = new Subject({ a: 1 });
  subject.claim('x', '/a', 2);
  subject.document = { a: 5 };
  assert.deepEqual(differences(subject.claims, subject.document), [{ path: ['a'], expected: 2, found: 5 }]);
  const after = rebased(subject.claims, subject.document, [['a']]);
  subject.document = transformed(subject.claims, after, subject.document);
  assert.deepEqual(subject.document, { a: 2 });
  subject.claims = after;
  subject.release('x');
  assert.deepEqual(subject.document, { a: 5 });
});

test('an entry that stands twice in a list is not guessed at', () => {
  const subject = new Subject({ env: [{ name: 'A' }, { name: 'A' }] });
  assert.throws(() => subject.claim('x', '/env/[name=A]/value', '1'), /2 entries with name A/);
});

const name = fc.constantFrom('a', 'b', 'c');
const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y', true));
const { node } = fc.letrec<{ node: Value; map: Value; list: Value }>((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, leaf, tie('map'), tie('list')),
  map: fc.dictionary(name, tie('node'), { maxKeys: 3, noNullPrototype: true }),
  list: fc.uniqueArray(
    fc.record({ name, v: leaf, sub: tie('node') }, { requiredKeys: ['name'], noNullPrototype: true }),
    {
      selector: (entry) => entry.name,
      maxLength: 3,
    },
  ),
}));
const root = fc.dictionary(name, node, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
const part = fc.oneof(
  name,
  fc.constantFrom('sub', 'v'),
  name.map((value) => ({ key: 'name', value })),
);
const path: fc.Arbitrary<Path> = fc.array(part, { maxLength: 4 });

/** What up to three holders do, and the order in which they let go in the end. */
const story = fc.record({
  document: fc.oneof({ weight: 5, arbitrary: root }, { weight: 1, arbitrary: fc.constant(undefined) }),
  steps: fc.array(
    fc.record({
      holder: fc.constantFrom('x', 'y', 'z'),
      path,
      value: fc.option(node, { nil: undefined }),
      release: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  last: fc.shuffledSubarray(['x', 'y', 'z'], { minLength: 3, maxLength: 3 }),
});

/** What can stand at the path: the entry of a list has its name, the document itself is an object. */
function fitting(where: Path, value: Value): Value {
  const last = where.at(-1);
  if (value === undefined) return undefined;
  if (last === undefined) return typeof value === 'object' && !Array.isArray(value) ? value : { a: value };
  return typeof last === 'string' ? value : { name: last.value, v: value };
}

test('law: whatever overlaps, when all have let go in any order the document is as it was', () => {
  let claimed = 0;
  fc.assert(
    fc.property(story, ({ document, steps, last }) => {
      const subject = new Subject(document);
      for (const { holder, path: where, value, release } of steps) {
        if (release) subject.release(holder);
        else if (subject.tries(holder, where, fitting(where, value))) claimed += 1;
      }
      for (const holder of last) subject.release(holder);
      assert.deepEqual(subject.document, document);
      assert.deepEqual(subject.claims, UNCLAIMED);
    }),
    { numRuns: 5000 },
  );
  assert.ok(claimed > 1000, `${claimed} claims had a place`);
});
