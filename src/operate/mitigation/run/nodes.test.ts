// Nodes whose scripts run any number of times, late, not at all or on a machine that was installed anew, and whose results get lost, come twice or lie.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MemoryJournal } from '../../../../test/support/memory-journal.ts';
import { MemoryNode } from '../../../../test/support/memory-node.ts';
import { Killed } from '../../../../test/support/memory-objects.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { pathText } from '../field/path.ts';
import type { ApplyEvent } from '../ledger/entry.ts';
import { ledgerState } from '../ledger/state.ts';
import { type NodeEdit, nodePath } from '../node/place.ts';
import type { NodeResult } from '../node/results.ts';
import { nodeScript } from '../node/script.ts';
import { applyMitigation } from './apply.ts';
import { backOutMitigation } from './backout.ts';
import type { OnDifference } from './change.ts';
import type { ObjectDriver } from './driver.ts';
import { type NodeOutcome, recordResults } from './node-results.ts';
import { applyChanges, backoutChanges, unheardOf } from './nodes.ts';

const NO_OBJECTS: ObjectDriver = { read: none, rehearse: none, write: none };
function none(): never {
  throw new Error('there are no objects');
}

function event(mitigation: string, nodes: readonly string[]): ApplyEvent {
  const rest = { title: mitigation, cves: [], expires: '2023-01-01', supersedes: [] } as const;
  return { event: 'apply', mitigation, version: 1, bundle: digestOf(mitigation), phase: 'enforce', nodes, ...rest };
}

function sysctls(values: Readonly<Record<string, string>>): readonly NodeEdit[] {
  return Object.entries(values).map(([key, value]) => ({ kind: 'sysctl', key, value }));
}

/** What a script prints, by the node that ran it. */
type Script = (node: MemoryNode) => readonly NodeResult[];

/** A ledger, and what the commands do with nodes. */
class Site {
  readonly journal = new MemoryJournal();

  begin(mitigation: string, nodes: readonly string[]): Promise<unknown> {
    const apply = event(mitigation, nodes);
    return applyMitigation(
      { journal: this.journal, driver: NO_OBJECTS },
      { apply, objects: [], more: true, onDifference: 'ask' },
    );
  }

  script(mitigation: string, nodes: readonly string[], edits: readonly NodeEdit[], overwrites = false): Script {
    const steps = edits.map((edit, at) => ({ ...edit, step: `s.${at}` }));
    const places = edits.map((edit) => pathText(nodePath(edit)));
    const script = digestOf(mitigation);
    const changes = applyChanges(this.journal, nodes, steps, overwrites);
    const run = overwrites ? `${mitigation} ${this.journal.entries.length}` : mitigation;
    const over = overwrites ? { overwrites } : {};
    this.journal.append({ event: 'script', mitigation, action: 'apply', script, nodes, places, run, ...over });
    return (node) => node.run({ mitigation, action: 'apply', run, changes: changes.get(node.name) ?? [] });
  }

  record(mitigation: string, results: readonly NodeResult[], onDifference: OnDifference = 'ask') {
    return [
      ...recordResults(this.journal, { mitigation, action: 'apply', results, onDifference }),
      ...recordResults(this.journal, { mitigation, action: 'backout', results, onDifference }),
    ];
  }

  backoutScript(mitigation: string, overwrites = false): Script {
    const changes = backoutChanges(this.journal, mitigation, overwrites);
    return (node) =>
      node.run({ mitigation, action: 'backout', run: `b ${mitigation}`, changes: changes.get(node.name) ?? [] });
  }

  /** Ends the back-out; whether nothing is left to do. */
  async backedOut(mitigation: string): Promise<boolean> {
    const one = ledgerState(this.journal.entries).active.get(mitigation);
    const more = backoutChanges(this.journal, mitigation).size > 0 || (one?.unheard.size ?? 0) > 0;
    const backout = { mitigation, reason: 'test', onDifference: 'ask', more } as const;
    if (one !== undefined) await backOutMitigation({ journal: this.journal, driver: NO_OBJECTS }, backout);
    return !ledgerState(this.journal.entries).active.has(mitigation);
  }

  awaited(mitigation: string): readonly string[] {
    return [...(ledgerState(this.journal.entries).active.get(mitigation)?.awaited ?? [])].sort();
  }
}

function problems(outcomes: readonly NodeOutcome[]): readonly string[] {
  return outcomes.flatMap((one) => one.problems);
}

/** One node with a mitigation that set `a` from 1 to 0. */
async function appliedSite() {
  const site = new Site();
  const node = new MemoryNode('n1', 'machine', { 'sysctl a': '1', 'sysctl b': '1' });
  await site.begin('m', ['n1']);
  const script = site.script('m', ['n1'], sysctls({ a: '0' }));
  const results = script(node);
  assert.deepEqual(site.record('m', results), [{ node: 'n1', done: true, problems: [] }]);
  assert.deepEqual(site.awaited('m'), []);
  return { site, node, script, results };
}

test('a step that failed on a node is not forgotten when the rest is recorded', async () => {
  const site = new Site();
  const node = new MemoryNode('n1', 'machine', { 'sysctl a': '1', 'sysctl b': '1' });
  node.refuses.add('sysctl b');
  await site.begin('m', ['n1']);
  const script = site.script('m', ['n1'], sysctls({ a: '0', b: '0' }));
  assert.deepEqual(problems(site.record('m', script(node))), ['s.1 b: failed']);
  assert.deepEqual(site.awaited('m'), ['n1']);
  node.refuses.clear();
  site.record('m', script(node));
  assert.deepEqual(site.awaited('m'), []);
  site.record('m', site.backoutScript('m')(node));
  assert.ok(await site.backedOut('m'));
  assert.deepEqual(node.places(), { 'sysctl a': '1', 'sysctl b': '1' });
});

test('what others changed on a node is left, or written over, and then done with', async () => {
  for (const [decision, expected] of [
    ['leave', '7'],
    ['overwrite', '1'],
  ] as const) {
    const { site, node } = await appliedSite();
    node.put('sysctl a', '7');
    const asked = site.backoutScript('m')(node);
    assert.deepEqual(problems(site.record('m', asked)), ['back.1 a: different']);
    assert.ok(!(await site.backedOut('m')));
    if (decision === 'leave') assert.deepEqual(problems(site.record('m', asked, 'leave')), []);
    else site.record('m', site.backoutScript('m', true)(node));
    assert.ok(await site.backedOut('m'));
    assert.equal(node.places()['sysctl a'], expected);
  }
});

test('a control that was dropped on a node is laid over what is there now, which is what comes back', async () => {
  const { site, node, script } = await appliedSite();
  node.put('sysctl a', '5');
  const again = site.script('m', ['n1'], sysctls({ a: '0' }));
  assert.deepEqual(problems(site.record('m', again(node))), ['s.0 a: different']);
  assert.deepEqual(site.awaited('m'), ['n1']);
  site.record('m', site.script('m', ['n1'], sysctls({ a: '0' }), true)(node));
  assert.deepEqual([node.places()['sysctl a'], site.awaited('m')], ['0', []]);
  // The first script may run once more: it tells what it found at first, which is known.
  site.record('m', script(node));
  site.record('m', site.backoutScript('m')(node));
  assert.ok(await site.backedOut('m'));
  assert.equal(node.places()['sysctl a'], '5');
});

test('a node that was installed anew: nothing of the earlier one is given back, and it can be applied there', async () => {
  const { site } = await appliedSite();
  await site.begin('other', ['n1']);
  const anew = new MemoryNode('n1', 'another', { 'sysctl a': '3' });
  site.record(
    'other',
    site.script('other', ['n1'], sysctls({ b: '0' }))(new MemoryNode('n1', 'machine', { 'sysctl b': '1' })),
  );
  const [result] = site.record('m', site.script('m', ['n1'], sysctls({ a: '0' }), true)(anew));
  assert.deepEqual([result?.done, result?.problems.length], [true, 1]);
  assert.match(result?.problems[0] ?? '', /installed anew/);
  assert.deepEqual([site.awaited('m'), site.awaited('other')], [[], ['n1']], 'what others did there is gone, too');
  site.record('m', site.backoutScript('m')(anew));
  assert.ok(await site.backedOut('m'));
  assert.equal(anew.places()['sysctl a'], '3');
  const { site: second } = await appliedSite();
  const out = second.backoutScript('m')(new MemoryNode('n1', 'another', { 'sysctl a': '1' }));
  assert.match(problems(second.record('m', out))[0] ?? '', /installed anew/);
  assert.ok(await second.backedOut('m'), 'there is nothing to give back');
});

test('a node cannot speak of places that no script changes, nor of nodes for which none was written', async () => {
  const { site, results } = await appliedSite();
  const [own] = results;
  assert.ok(own !== undefined);
  const forged = { ...own, kind: 'file', key: '/etc/shadow', before: '0644 0:0 ZXZpbA==', after: '*' } as const;
  assert.match(problems(site.record('m', [forged]))[0] ?? '', /shadow: no script of this mitigation changes that/);
  assert.match(
    problems(site.record('m', [{ ...own, node: 'n2' }]))[0] ?? '',
    /no script of this mitigation was written for it/,
  );
  assert.match(problems(site.record('m', [own, { ...own, before: '9' }]))[0] ?? '', /contradict/);
  assert.match(problems(site.record('m', [own, { ...own, machine: 'x' }]))[0] ?? '', /two machines/);
  const changes = backoutChanges(site.journal, 'm');
  const text = nodeScript({ mitigation: 'm', action: 'backout', run: 'r', changes, reloads: [], probes: [] });
  assert.doesNotMatch(text, /shadow/);
  assert.deepEqual([...changes.keys()], ['n1']);
});

test('as long as nobody gave what one script printed, no other is written for its places', async () => {
  const site = new Site();
  await site.begin('x', ['n1']);
  site.script('x', ['n1'], sysctls({ a: '0' }));
  assert.deepEqual(unheardOf(site.journal, 'y', ['n1', 'n2'], sysctls({ a: '2' })), ['x on n1']);
  assert.deepEqual(unheardOf(site.journal, 'y', ['n1'], sysctls({ b: '2' })), []);
  assert.deepEqual(unheardOf(site.journal, 'x', ['n1'], sysctls({ a: '0' })), []);
});

const world = fc.record({
  bundles: fc.array(
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('0', '2', '3'), {
      minKeys: 1,
      noNullPrototype: true,
    }),
    {
      minLength: 2,
      maxLength: 3,
    },
  ),
  order: fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }),
  runs: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 }),
  kills: fc.array(fc.nat(6), { maxLength: 6 }),
});
const BEFORE = { 'sysctl a': '1', 'sysctl b': '2' };

test('law: overlapping bundles on nodes, scripts run again and again, with kills anywhere, leave every node as it was', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(world, async ({ bundles, order, runs, kills }) => {
      const site = new Site();
      const nodes = ['n1', 'n2'].map((name) => new MemoryNode(name, name, BEFORE));
      const names = nodes.map(({ name }) => name);
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
      const insist = async <T>(action: () => Promise<T> | T): Promise<T> => {
        for (;;) {
          try {
            return await action();
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
          }
        }
      };
      const runAll = (script: Script, times: number): readonly NodeResult[] =>
        nodes.flatMap((node) => Array.from({ length: times }, () => script(node)).flat());
      for (const [at, bundle] of bundles.entries()) {
        await insist(() => site.begin(`m${at}`, names));
        const script = await insist(() => site.script(`m${at}`, names, sysctls(bundle)));
        const results = runAll(script, runs[at] ?? 1);
        await insist(() => site.begin(`m${at}`, names));
        await insist(() => site.record(`m${at}`, results));
        await insist(() => site.begin(`m${at}`, names));
        assert.deepEqual(site.awaited(`m${at}`), []);
      }
      if (nodes.some((node) => JSON.stringify(node.places()) !== JSON.stringify(BEFORE))) changed += 1;
      for (const at of order) {
        if (at >= bundles.length) continue;
        const results = runAll(site.backoutScript(`m${at}`), runs[3 + at] ?? 1);
        await insist(() => site.record(`m${at}`, results));
        assert.ok(await insist(() => site.backedOut(`m${at}`)));
      }
      for (const node of nodes) assert.deepEqual(node.places(), BEFORE);
    }),
    { numRuns: 300 },
  );
  assert.ok(changed > 100, `${changed} stories changed something`);
});
