// Values of chart releases: captured before people set them, read back, given back; with deployments of others in between.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MemoryJournal } from '../../../../test/support/memory-journal.ts';
import { Killed } from '../../../../test/support/memory-objects.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import { isMembers, type Value, withValue } from '../field/document.ts';
import type { Path } from '../field/path.ts';
import { ledgerState } from '../ledger/state.ts';
import { stepWork } from '../step/kinds.ts';
import type { OnDifference } from './change.ts';
import type { ObjectDriver } from './driver.ts';
import { applyReleases, backOutReleases, type LiveRelease, type ReleaseEdits } from './releases.ts';
import { settlePending } from './settle.ts';

/** A cluster with one release, a ledger, and people who do what they are told. */
class Site {
  readonly journal = new MemoryJournal();
  live: LiveRelease | undefined;

  constructor(values: Value) {
    this.live = { document: values, uid: '2022-01-01T00:00:00Z', revision: 3, chart: 'web-1.2.0' };
  }

  get values(): Value {
    return this.live?.document;
  }

  deploy(values: Value): void {
    if (this.live !== undefined) this.live = { ...this.live, document: values, revision: this.live.revision + 1 };
  }

  set(...edits: ReleaseEdits['edits']): void {
    this.deploy(edits.reduce((all, { path, value }) => withValue(all, path, value), this.values));
  }

  /** As `helm upgrade --reuse-values --values FILE`: maps are merged, null takes away. */
  upgrade(values: Value): void {
    this.deploy(merged(this.values, values));
  }

  apply(mitigation: string, values: Readonly<Record<string, unknown>>) {
    const apply = { title: mitigation, cves: [], expires: '2023-01-01', nodes: [], supersedes: [] } as const;
    const bundle = digestOf(mitigation);
    if (!ledgerState(this.journal.entries).active.has(mitigation)) {
      this.journal.append({ event: 'apply', mitigation, version: 1, bundle, phase: 'enforce', ...apply });
    }
    return applyReleases(this.#run(), mitigation, [editsOf(values)]);
  }

  backOut(mitigation: string, onDifference: OnDifference = 'ask') {
    return backOutReleases(this.#run(), mitigation, onDifference);
  }

  #run() {
    return { journal: this.journal, read: async () => this.live };
  }
}

function editsOf(values: Readonly<Record<string, unknown>>): ReleaseEdits {
  const { release } = stepWork({ type: 'helm-values', id: 's', namespace: 'shop', release: 'web', values }, 'audit');
  assert.ok(release !== undefined);
  return { step: 's', ...release };
}

function at(path: string, value: unknown): { readonly path: Path; readonly value: Value } {
  return { path: path.split('.'), value };
}

test('what stands there is captured, the procedure told, the values read back, and given back by the same way', async () => {
  const site = new Site({ image: { tag: '1' }, log: { level: 'info', secret: 'hunter2' } });
  const before = site.values;
  const [asked] = await site.apply('m', { log: { level: 'warn', lookups: false } });
  assert.equal(asked?.done, false);
  assert.match(asked?.text ?? '', /revision 3 of web-1\.2\.0: set \{"log":\{"level":"warn","lookups":false\}\} where/);
  assert.equal(ledgerState(site.journal.entries).pending.length, 1, 'captured before anybody sets it');
  assert.doesNotMatch(
    JSON.stringify(site.journal.entries),
    /hunter2|info|warn/,
    'values stand in the captured content only',
  );
  assert.equal((await site.apply('m', { log: { level: 'warn', lookups: false } }))[0]?.done, false);
  assert.equal(ledgerState(site.journal.entries).pending.length, 1, 'asked again, nothing is captured anew');
  site.set(at('log.level', 'warn'), at('log.lookups', false));
  assert.equal((await site.apply('m', { log: { level: 'warn', lookups: false } }))[0]?.done, true);
  site.set(at('image.tag', '2'));
  const [back] = await site.backOut('m');
  assert.match(back?.text ?? '', /set \{"log":\{"level":"info","lookups":null\}\} where/);
  site.set(at('log.level', 'info'), at('log.lookups', undefined));
  assert.equal((await site.backOut('m'))[0]?.done, true);
  assert.deepEqual(site.values, { ...(before as object), image: { tag: '2' } }, 'what came since stays');
});

test('values that others changed before they were set are captured anew; while they stand, they are asked about', async () => {
  const site = new Site({ a: 1 });
  await site.apply('m', { a: 2 });
  site.set(at('a', 5));
  await site.apply('m', { a: 2 });
  site.set(at('a', 2));
  assert.equal((await site.apply('m', { a: 2 }))[0]?.done, true);
  site.set(at('a', 7));
  assert.equal((await site.apply('m', { a: 2 }))[0]?.done, false, 'dropped by others: it is to be set again');
  assert.match((await site.backOut('m'))[0]?.text ?? '', /others changed \/a; decide/);
  assert.match((await site.backOut('m', 'overwrite'))[0]?.text ?? '', /set \{"a":5\}/);
  assert.equal((await site.backOut('m', 'leave'))[0]?.done, true);
  assert.deepEqual(site.values, { a: 7 });
});

test('what nobody set needs no back-out, and of a release that was made anew nothing is given back', async () => {
  const site = new Site({ a: 1 });
  await site.apply('m', { a: 2 });
  assert.deepEqual(await site.backOut('m'), []);
  assert.deepEqual(ledgerState(site.journal.entries).pending, []);
  await site.apply('n', { a: 2 });
  assert.match((await site.apply('o', { a: 3 }))[0]?.text ?? '', /n is still to be set there/);
  site.set(at('a', 2));
  await site.apply('n', { a: 2 });
  site.live = { document: { a: 9 }, uid: '2023-01-01T00:00:00Z', revision: 1, chart: 'web-1.2.0' };
  const [back] = await site.backOut('n');
  assert.match(back?.text ?? '', /is another one/);
  assert.equal(back?.done, true);
  site.live = undefined;
  assert.match((await site.apply('p', { a: 2 }))[0]?.text ?? '', /release shop\/web is not deployed/);
});

const NO_OBJECTS: ObjectDriver = { read: none, rehearse: none, write: none };
function none(): never {
  throw new Error('there are no objects');
}

const leaf = fc.constantFrom<unknown>('x', 'y', false, 0, [1]);
const key = fc.constantFrom('a', 'b');
const values = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1, noNullPrototype: true })), {
  minKeys: 1,
  noNullPrototype: true,
});
const BEFORE = { a: { a: 'old' }, c: 'other' };

test('law: overlapping values, set and given back in any order with kills anywhere, leave the release as it was', async () => {
  let changed = 0;
  const story = fc.record({
    bundles: fc.array(values, { minLength: 2, maxLength: 3 }),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }),
    kills: fc.array(fc.nat(6), { maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ bundles, order, kills }) => {
      const site = new Site(BEFORE);
      const left = [...kills];
      let steps = 0;
      const step = (): void => {
        steps += 1;
        if (steps !== left[0]) return;
        left.shift();
        steps = 0;
        throw new Killed();
      };
      site.journal.beforeAppend = step;
      site.journal.afterAppend = step;
      const insist = async <T>(action: () => Promise<T>): Promise<T> => {
        for (;;) {
          try {
            return await action();
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
          }
        }
      };
      const applied: number[] = [];
      for (const [at, bundle] of bundles.entries()) {
        try {
          await insist(() => site.apply(`m${at}`, bundle));
        } catch (error) {
          if (!(error instanceof PlimsollError) || error.code !== 'unsupported') throw error;
          // A value has no place where another one has put no map.
          continue;
        }
        applied.push(at);
        site.upgrade(bundle);
        assert.equal((await insist(() => site.apply(`m${at}`, bundle)))[0]?.done, true);
      }
      if (JSON.stringify(site.values) !== JSON.stringify(BEFORE)) changed += 1;
      for (const at of order) {
        if (!applied.includes(at)) continue;
        for (let rounds = 0; ; rounds += 1) {
          const [outcome] = await insist(() => site.backOut(`m${at}`));
          if (outcome === undefined || outcome.done) break;
          assert.ok(rounds < 2, outcome.text);
          const told = /: set (\{.*\}) where the release/.exec(outcome.text)?.[1] ?? '{}';
          site.upgrade(JSON.parse(told));
        }
      }
      assert.deepEqual(withoutEmpty(site.values), BEFORE);
      await insist(() => settlePending({ journal: site.journal, driver: NO_OBJECTS }));
      assert.deepEqual(ledgerState(site.journal.entries).pending, []);
    }),
    { numRuns: 200 },
  );
  assert.ok(changed > 100, `${changed} stories changed something`);
});

function merged(all: Value, values: Value): Value {
  if (!isMembers(values)) return values;
  const result: Record<string, unknown> = isMembers(all) ? { ...all } : {};
  for (const [name, value] of Object.entries(values)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

/** Helm leaves the map in which a value stood that was taken away. */
function withoutEmpty(value: Value): Value {
  if (!isMembers(value)) return value;
  const kept = Object.entries(value)
    .map(([name, inner]): readonly [string, Value] => [name, withoutEmpty(inner)])
    .filter(
      ([, inner]) =>
        !(typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.keys(inner).length === 0),
    );
  return Object.fromEntries(kept);
}
