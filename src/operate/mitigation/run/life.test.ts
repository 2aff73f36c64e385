import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MemoryJournal } from '../../../../test/support/memory-journal.ts';
import { Killed, MemoryObjects } from '../../../../test/support/memory-objects.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { parsePath } from '../field/path.ts';
import type { ApplyEvent } from '../ledger/entry.ts';
import { ledgerState } from '../ledger/state.ts';
import { applyMitigation, type ObjectEdits } from './apply.ts';
import { backOutMitigation } from './backout.ts';
import type { OnDifference } from './change.ts';

function event(mitigation: string, supersedes: readonly string[] = []): ApplyEvent {
  const bundle = digestOf(mitigation);
  const rest = { title: mitigation, cves: [], expires: '2023-01-01', nodes: [], supersedes } as const;
  return { event: 'apply', mitigation, version: 1, bundle, phase: 'enforce', ...rest };
}

function edit(target: string, path: string, value: unknown): ObjectEdits {
  return { target, edits: [{ path: parsePath(path), value }] };
}

/** A system with a ledger, and the two things that are done with it. */
class Site {
  readonly journal = new MemoryJournal();
  readonly driver: MemoryObjects;

  constructor(objects: Readonly<Record<string, unknown>>) {
    this.driver = new MemoryObjects(objects);
  }

  apply(
    mitigation: string,
    objects: readonly ObjectEdits[],
    onDifference: OnDifference = 'ask',
    supersedes: readonly string[] = [],
  ) {
    const application = { apply: event(mitigation, supersedes), objects, more: false, onDifference };
    return applyMitigation(this, application);
  }

  backOut(mitigation: string, onDifference: OnDifference = 'ask') {
    return backOutMitigation(this, { mitigation, reason: 'test', onDifference, more: false });
  }

  active(): readonly string[] {
    return [...ledgerState(this.journal.entries).active.keys()];
  }
}

test('X sets 1 to 2 and Y sets 2 to 3: back out X, then Y, and it is 1', async () => {
  for (const order of [
    ['x', 'y'],
    ['y', 'x'],
  ]) {
    const site = new Site({ o: { a: 1 } });
    await site.apply('x', [edit('o', '/a', 2)]);
    await site.apply('y', [edit('o', '/a', 3)]);
    for (const mitigation of order) await site.backOut(mitigation);
    assert.deepEqual(site.driver.document('o'), { a: 1 });
    assert.deepEqual(site.active(), []);
  }
});

test('the values that the system makes of ours are what is looked for, and what was there comes back', async () => {
  const site = new Site({ o: { cpu: '2', ports: [{ name: 'a', port: 1 }] } });
  const before = site.driver.all();
  await site.apply('x', [
    {
      target: 'o',
      edits: [
        { path: parsePath('/cpu'), value: '1000m' },
        { path: parsePath('/ports/[name=b]'), value: { name: 'b', port: 2 } },
      ],
    },
    { target: 'made', edits: [{ path: [], value: { spec: { port: 3 } } }] },
  ]);
  assert.deepEqual(site.driver.document('made'), { spec: { port: 3, protocol: 'TCP' } });
  const again = await site.apply('x', [edit('made', '', { spec: { port: 3 } })]);
  assert.deepEqual(
    again.map(({ outcome }) => outcome.outcome),
    ['nothing-to-do', 'done'],
    'what is no longer wanted is given back',
  );
  await site.backOut('x');
  assert.equal(site.driver.all(), before);
});

test('what others changed is asked about, left, or written over', async () => {
  for (const [decision, expected] of [
    ['leave', { a: 7 }],
    ['overwrite', { a: 1 }],
  ] as const) {
    const site = new Site({ o: { a: 1 } });
    await site.apply('x', [edit('o', '/a', 2)]);
    site.driver.put('o', { a: 7 });
    const [asked] = await site.backOut('x');
    assert.deepEqual(asked?.outcome, {
      outcome: 'already-different',
      differences: [{ path: ['a'], expected: 2, found: 7 }],
    });
    assert.deepEqual(site.driver.document('o'), { a: 7 });
    assert.deepEqual(site.active(), ['x']);
    await site.backOut('x', decision);
    assert.deepEqual(site.driver.document('o'), expected);
    assert.deepEqual(site.active(), []);
  }
});

test('a control that an upgrade dropped is laid over the new value, which is what comes back', async () => {
  const site = new Site({ o: { a: 1 } });
  await site.apply('x', [edit('o', '/a', 2)]);
  site.driver.put('o', { a: 5 });
  const [asked] = await site.apply('x', [edit('o', '/a', 2)]);
  assert.equal(asked?.outcome.outcome, 'already-different');
  await site.apply('x', [edit('o', '/a', 2)], 'overwrite');
  assert.deepEqual(site.driver.document('o'), { a: 2 });
  await site.backOut('x');
  assert.deepEqual(site.driver.document('o'), { a: 5 });
});

test('a later version that wants less of an object takes the rest away, and is applied once', async () => {
  const site = new Site({ o: { a: 1 } });
  await site.apply('x', [edit('o', '/m', { p: 1, q: 2 })]);
  const apply = { ...event('x'), version: 2, bundle: digestOf('x 2') };
  const second = { apply, objects: [edit('o', '/m', { p: 1 })], more: false, onDifference: 'ask' } as const;
  await applyMitigation(site, second);
  assert.deepEqual(site.driver.document('o'), { a: 1, m: { p: 1 } });
  const [again] = await applyMitigation(site, second);
  assert.equal(again?.outcome.outcome, 'nothing-to-do');
  await site.backOut('x');
  assert.deepEqual(site.driver.document('o'), { a: 1 });
});

test('a control that a rollback dropped is laid over again, though what stands there is what stood there at first', async () => {
  const site = new Site({ o: { a: 1 } });
  await site.apply('x', [edit('o', '/a', 2)]);
  site.driver.put('o', { a: 1 });
  await site.apply('x', [edit('o', '/a', 2)], 'overwrite');
  assert.deepEqual(site.driver.document('o'), { a: 2 });
  await site.backOut('x');
  assert.deepEqual(site.driver.document('o'), { a: 1 });
});

test('an object that is gone or another one gets nothing back, and the ledger says why', async () => {
  for (const again of [undefined, { a: 2 }]) {
    const site = new Site({ o: { a: 1 } });
    await site.apply('x', [edit('o', '/a', 2)]);
    site.driver.put('o', undefined);
    site.driver.put('o', again);
    const [result] = await site.backOut('x');
    assert.equal(result?.outcome.outcome, 'impossible');
    assert.deepEqual(site.driver.document('o'), again);
    assert.deepEqual(site.active(), []);
    const left = site.journal.entries.filter((entry) => entry.event === 'left');
    assert.match(left[0]?.reason ?? '', again === undefined ? /is gone/ : /another object/);
  }
});

test('once the captured content is deleted nothing is guessed', async () => {
  const site = new Site({ o: { a: 1 } });
  await site.apply('x', [edit('o', '/a', 2)]);
  site.journal.forgetContents();
  const [result] = await site.backOut('x');
  assert.match(result?.outcome.outcome === 'impossible' ? result.outcome.reason : '', /was deleted/);
  assert.deepEqual(site.driver.document('o'), { a: 2 });
});

test('what supersedes another takes its places over without going back in between', async () => {
  const site = new Site({ o: { a: 1 }, p: { b: 1 } });
  const seen: unknown[] = [];
  await site.apply('x', [edit('o', '/a', 2), edit('p', '/b', 2)]);
  site.driver.afterWrite = () => seen.push(site.driver.document('o'));
  await site.apply('y', [edit('o', '/a', 3)], 'ask', ['x']);
  assert.deepEqual(seen, [{ a: 3 }, { a: 3 }]);
  assert.deepEqual(site.driver.document('p'), { b: 1 });
  assert.deepEqual(site.active(), ['y']);
  await site.backOut('y');
  assert.deepEqual(site.driver.document('o'), { a: 1 });
});

test('a value without a place is refused, and nothing is changed', async () => {
  const site = new Site({ o: { list: [] } });
  await assert.rejects(site.apply('x', [edit('o', '/list/[name=c]/env/[name=E]', { name: 'E' })]), PlimsollError);
  await assert.rejects(site.apply('x', [edit('gone', '/a', 1)]), /gone is not there/);
  await assert.rejects(site.apply('x', [edit('o', '', { a: 1 })]), /o is there already, made by others/);
  await site.backOut('x');
  assert.deepEqual(site.driver.document('o'), { list: [] });
});

const value = fc.constantFrom<unknown>('1000m', '2', { port: 1 }, { sub: { v: 1 } }, true, undefined);
const places = [
  '/a',
  '/a/sub',
  '/a/sub/v',
  '/new/deep',
  '/list/[name=c]/v',
  '/list/[name=d]',
  '/list/[name=c]',
  '',
] as const;
const edits = fc.record({ target: fc.constantFrom('o', 'p', 'fresh'), path: fc.constantFrom(...places), value });
const bundle = fc.array(edits, { minLength: 1, maxLength: 4 });
const world = fc.record({
  bundles: fc.array(bundle, { minLength: 2, maxLength: 3 }),
  kills: fc.array(fc.nat(14), { maxLength: 4 }),
  order: fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }),
  early: fc.boolean(),
});
const BEFORE = {
  o: { a: { sub: { v: 0 }, x: 1 }, list: [{ name: 'b' }, { name: 'c', v: 1 }, { name: 'd' }] },
  p: { a: '2' },
};

/** One edit an object and place, the later in the list; each fit for its place. */
function objectsOf(list: readonly { target: string; path: string; value: unknown }[]): readonly ObjectEdits[] {
  const byTarget = Map.groupBy(list, ({ target }) => target);
  return [...byTarget].map(([target, all]) => {
    const byPath = new Map(all.map(({ path, value: wanted }) => [path, wanted]));
    const fit = (path: string, wanted: unknown): unknown => {
      if (wanted === undefined) return undefined;
      if (path === '') return { a: wanted, list: [{ name: 'c' }] };
      const name = /\[name=(\w)\]$/.exec(path)?.[1];
      return name === undefined ? wanted : { name, v: wanted };
    };
    return {
      target,
      edits: [...byPath].map(([path, wanted]) => ({ path: parsePath(path), value: fit(path, wanted) })),
    };
  });
}

/** Ends runs at the given numbers of steps, a step being an entry or a change, before or after. */
class Killer {
  readonly #at: number[];
  #steps = 0;

  constructor(site: Site, at: readonly number[]) {
    this.#at = [...at];
    const step = (): void => {
      this.#steps += 1;
      if (this.#steps !== this.#at[0]) return;
      this.#at.shift();
      this.#steps = 0;
      throw new Killed();
    };
    site.driver.beforeWrite = step;
    site.driver.afterWrite = step;
    site.journal.beforeAppend = step;
    site.journal.afterAppend = step;
  }

  /** Runs until it is no longer killed. */
  async insist(action: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await action();
        return;
      } catch (error) {
        // A bundle that has no place is refused; what it changed until then is backed out like all else.
        if (error instanceof PlimsollError && error.code === 'unsupported') return;
        if (!(error instanceof Killed)) throw error;
      }
    }
  }
}

/** Killed when all that is still to go is the list that was made for an entry, which is gone already. */
const MADE_LIST_LEFT = {
  bundles: [
    [{ target: 'p' as const, path: '/list/[name=c]' as const, value: { sub: { v: 1 } } }],
    [{ target: 'p' as const, path: '/list/[name=c]/v' as const, value: { sub: { v: 1 } } }],
  ],
  kills: [12, 12, 8],
  order: [0, 2, 1],
  early: false,
};

test('law: overlapping bundles, applied and backed out in any order with kills anywhere, leave everything as it was', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(world, async ({ bundles, kills, order, early }) => {
      const site = new Site(BEFORE);
      const before = site.driver.all();
      const killer = new Killer(site, kills);
      for (const [at, list] of bundles.entries()) {
        await killer.insist(() => site.apply(`m${at}`, objectsOf(list)));
        if (early && at === 1) await killer.insist(() => site.backOut('m0'));
      }
      if (site.driver.all() !== before) changed += 1;
      for (const at of order) if (at < bundles.length) await killer.insist(() => site.backOut(`m${at}`));
      assert.equal(site.driver.all(), before);
      assert.deepEqual(site.active(), []);
      assert.deepEqual(ledgerState(site.journal.entries).pending, []);
    }),
    { numRuns: 500, examples: [[MADE_LIST_LEFT]] },
  );
  assert.ok(changed > 200, `${changed} stories changed something`);
});
