import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlimsollError } from '../../platform/errors.ts';
import type { HygieneSettings } from '../../platform/settings.ts';
import { failsOn, parseFailOn } from '../fail-on.ts';
import type { CheckDescription } from './check.ts';
import { parseDescriptions, readDescriptions } from './descriptions.ts';
import { hygieneOf } from './hygiene.ts';
import { TEMPLATES } from './registry.ts';
import { type TestImage, testInput } from './test-release.ts';

const descriptions = readDescriptions();
const IMAGES: readonly TestImage[] = [
  { logical: 'q.io/team/a:1.0.0', traits: {} },
  { logical: 'q.io/team/b:1', traits: { user: '1000' } },
  { logical: 'q.io/team/c:1.0.0', read: false },
];

function judge(settings?: HygieneSettings, images = IMAGES) {
  return hygieneOf(testInput(images), { descriptions, settings });
}

test('every description has a template that takes its parameters, every template a description, and no id comes twice', () => {
  const names = TEMPLATES.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { id, template, parameters } of descriptions) {
    const found = TEMPLATES.find(({ name }) => name === template);
    assert.ok(found, `${id}: ${template}`);
    assert.doesNotThrow(() => found.withParameters(parameters), id);
    assert.throws(() => found.withParameters({ ...parameters, unheard: 1 }), id);
  }
  assert.deepEqual(
    names.filter((name) => descriptions.every(({ template }) => template !== name)),
    [],
  );
  assert.equal(new Set(descriptions.map(({ id }) => id)).size, descriptions.length);
});

test('words of descriptions stand in sentences: titles without a full stop, remedies in the middle of one', () => {
  for (const { id, title, why, remediation } of descriptions) {
    assert.match(title, /^[A-Z].*[^.]$/, id);
    assert.match(why, /^[A-Z].*\.$/, id);
    assert.match(remediation, /^[a-z].*[^.]$/, id);
  }
});

test('descriptions that are none are refused with their place', () => {
  assert.throws(() => parseDescriptions('- id: A\n'), /hygiene-checks.yaml:1:/);
  assert.throws(() => parseDescriptions('id: [\n'), /hygiene-checks.yaml:2:/);
});

test('an image that was not read passes no check', () => {
  const result = judge(undefined, [{ logical: 'q.io/team/c', read: false }]);
  const passed = result.results.filter(({ verdict }) => verdict === 'pass').map(({ check }) => check);
  // What the reference itself tells is told without the image.
  assert.deepEqual(passed, ['repository-tags']);
});

test('where there is nothing to judge, nothing passes', () => {
  const result = judge(undefined, []);
  assert.equal(result.verdict.verdict, 'no-evidence');
  assert.equal(failsOn(result, parseFailOn('gaps')), true);
});

test('counts are those of the results, and the worst come first', () => {
  const { counts, checks, results, verdict } = judge();
  const sum = (name: keyof typeof counts) => checks.reduce((all, check) => all + check[name], 0);
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) assert.equal(counts[name], sum(name), name);
  assert.equal(
    Object.values(counts).reduce((all, count) => all + count, 0),
    results.length,
  );
  assert.equal(verdict.verdict, 'fail');
  const kinds = checks.map(({ fail, warn, noEvidence }) => (fail > 0 ? 3 : warn > 0 ? 2 : noEvidence > 0 ? 1 : 0));
  assert.deepEqual(
    kinds,
    kinds.toSorted((a, b) => b - a),
  );
  assert.deepEqual(
    [...new Set(results.map(({ check }) => check))],
    checks.filter(({ id }) => results.some(({ check }) => check === id)).map(({ id }) => id),
  );
  const minor = new Set(checks.filter(({ severity }) => severity === 'low' || severity === 'info').map(({ id }) => id));
  assert.ok(results.every(({ check, verdict: one }) => one !== 'fail' || !minor.has(check)));
  assert.ok(
    results.every(
      ({ verdict: one, remediation }) => (one === 'fail' || one === 'warn') === (remediation !== undefined),
    ),
  );
});

test('the order of images changes nothing', () => {
  const expected = judge();
  fc.assert(
    fc.property(fc.shuffledSubarray([...IMAGES], { minLength: IMAGES.length }), (images) => {
      assert.deepEqual(judge(undefined, images).results, expected.results);
    }),
    { numRuns: 6 },
  );
});

const WAIVER = { check: 'root-user', owner: 'Team A', reason: 'reads logs', expires: '2022-04-06' };

test('a waiver covers what it names up to its last day, and is told', () => {
  const { results, counts, waivers } = judge({ waivers: [{ ...WAIVER, subjects: ['q.io/team/*'] }] });
  const waived = results.filter(({ waiver }) => waiver !== undefined);
  assert.deepEqual(
    waived.map(({ check, subject, verdict, waiver }) => [check, subject, verdict, waiver]),
    [['root-user', 'q.io/team/a:1.0.0', 'fail', 'Team A until 2022-04-06: reads logs']],
  );
  assert.equal(counts.waived, 1);
  assert.deepEqual(
    waivers.map(({ state, results: number }) => [state, number]),
    [['active', 1]],
  );
  const root = judge().checks.find(({ id }) => id === 'root-user');
  assert.deepEqual([root?.fail, root?.waived], [1, 0]);
});

test('an expired waiver covers nothing, and says how much is open again; one that nothing fits says so', () => {
  const { results, counts, waivers } = judge({
    waivers: [
      { ...WAIVER, expires: '2022-04-05' },
      { ...WAIVER, subjects: ['q.io/other/*'], expires: '2023-01-01' },
    ],
  });
  assert.ok(results.every(({ waiver }) => waiver === undefined));
  assert.equal(counts.waived, 0);
  assert.deepEqual(
    waivers.map(({ state, results: number }) => [state, number]),
    [
      ['expired', 1],
      ['unused', 0],
    ],
  );
});

test('settings of what is not there are refused', () => {
  const refused = (settings: HygieneSettings, message: RegExp) =>
    assert.throws(
      () => judge(settings),
      (error) => error instanceof PlimsollError && error.code === 'config-invalid' && message.test(error.message),
    );
  refused({ waivers: [{ ...WAIVER, check: 'root' }] }, /hygiene\.waivers\.0\.check: there is no check root/);
  refused({ parameters: { 'image-agee': { days: 1 } } }, /hygiene\.parameters\.image-agee: there is no check/);
  refused({ parameters: { 'image-age': { days: 'many' } } }, /hygiene\.parameters\.image-age\.days: /);
  refused({ parameters: { 'image-age': { years: 1 } } }, /hygiene\.parameters\.image-age: .*years/);
  const { checks } = judge({ parameters: { 'tag-opaque': { numbers: 1 } } });
  assert.equal(checks.find(({ id }) => id === 'tag-opaque')?.fail, 0);
});

test('a fail of a minor check is a warning, and a template that is not there is an error of ours', () => {
  const only = (changes: Partial<CheckDescription>): CheckDescription => ({
    id: 'only',
    title: 'T',
    template: 'user',
    severity: 'low',
    why: 'W.',
    remediation: 'do',
    parameters: {},
    ...changes,
  });
  const of = (description: CheckDescription) =>
    hygieneOf(testInput([{ logical: 'q.io/a:1', traits: {} }]), { descriptions: [description] });
  assert.deepEqual([of(only({})).verdict.verdict, of(only({ severity: 'medium' })).verdict.verdict], ['warn', 'fail']);
  assert.throws(() => of(only({ template: 'nonsense' })), /names no template/);
});

test('--fail-on: severities of what is open, and gaps', () => {
  const result = judge();
  assert.ok(failsOn(result, parseFailOn('high')));
  assert.ok(!failsOn(result, parseFailOn('critical')));
  assert.ok(failsOn(result, parseFailOn('critical, gaps')));
  assert.throws(() => parseFailOn('critical,severe'), /there is no "severe"/);
  const waived = hygieneOf(testInput([{ logical: 'q.io/a:1', traits: {} }]), {
    descriptions: descriptions.filter(({ id }) => id === 'root-user'),
    settings: { waivers: [WAIVER] },
  });
  assert.ok(!failsOn(waived, parseFailOn('high')));
  assert.deepEqual(
    [waived.verdict.verdict, waived.verdict.reason],
    ['pass', 'none of 1 checks failed; one result is waived'],
  );
});

test('over two releases each result says what was before; new and closed ones are counted, what could not be judged is neither', () => {
  const before: readonly TestImage[] = [
    { logical: 'q.io/team/same:1.0.0', traits: {} },
    { logical: 'q.io/team/mended:1.0.0', traits: {} },
    { logical: 'q.io/team/gone:1.0.0', traits: {} },
    { logical: 'q.io/team/unread:1.0.0', read: false },
  ];
  const now: readonly TestImage[] = [
    { logical: 'q.io/team/same:1.0.1', traits: {} },
    { logical: 'q.io/team/mended:1.0.0', traits: { user: '1000' } },
    { logical: 'q.io/team/new:1.0.0', traits: {} },
    { logical: 'q.io/team/unread:1.0.0', traits: {} },
  ];
  const only = descriptions.filter(({ id }) => id === 'root-user');
  const { results, change } = hygieneOf(testInput(now, before), { descriptions: only });
  assert.deepEqual(results.map(({ subject, verdict, before: earlier }) => `${subject} ${verdict} ${earlier}`).sort(), [
    'q.io/team/mended:1.0.0 pass fail',
    'q.io/team/new:1.0.0 fail undefined',
    'q.io/team/same:1.0.1 fail fail',
    'q.io/team/unread:1.0.0 fail no-evidence',
  ]);
  // Opened: new. Closed: mended and gone.
  assert.deepEqual(change, { opened: 1, closed: 2 });
  assert.equal(hygieneOf(testInput(now), { descriptions: only }).change, undefined);
});

test('owners are those of the images, of charts and repositories those of most of their images', () => {
  const images: readonly TestImage[] = [
    { logical: 'q.io/team/a:1.0.0', charts: ['x/a:1'], traits: {} },
    { logical: 'q.io/team/b:1.0.0', charts: ['x/a:1'], traits: {} },
    { logical: 'q.io/other/c:1.0.0', charts: ['x/a:1', 'x/c:1'], traits: {} },
  ];
  const owners = [
    { owner: 'Team', images: ['q.io/team/*'] },
    { owner: 'Others', images: ['q.io/other/*'] },
  ];
  const { results } = hygieneOf(testInput(images), { descriptions, owners });
  const ownerOf = (check: string, subject: string) =>
    results.find((result) => result.check === check && result.subject === subject)?.owner;
  assert.equal(ownerOf('root-user', 'q.io/team/a:1.0.0'), 'Team');
  assert.equal(ownerOf('repository-tags', 'q.io/other/c'), 'Others');
  assert.equal(ownerOf('shell-free', 'x/a:1'), 'Team');
  assert.equal(ownerOf('shell-free', 'x/c:1'), 'Others');
});
