import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseManifestObjects } from '../../scan/release/manifests/objects.ts';
import { isOn, minorHistories, stateIn, stepBetween } from './history.ts';
import { lineSupport } from './line-support.ts';
import { compareMinors, isMinor, type Minor, minorOf } from './minor.ts';
import { judgeApis } from './served-apis.ts';
import { parseVersionTable, readVersionTable, STAGES } from './table.ts';

const TABLE = readVersionTable();

function feature(id: string) {
  const found = TABLE.features.find((one) => one.id === id);
  assert.ok(found !== undefined, id);
  return found;
}

test('minors are read out of versions as API servers and people write them', () => {
  const texts = ['1.20', 'v1.20.2', 'v1.27.3+k3s1', '1.9', '2.0', '1.20x', 'latest', ''];
  assert.deepEqual(texts.map(minorOf), ['1.20', '1.20', '1.27', '1.9', undefined, undefined, undefined, undefined]);
  assert.ok(compareMinors('1.9', '1.10') < 0);
  assert.ok(isMinor('1.20') && !isMinor('v1.20') && !isMinor('1.20.2'));
});

test('the table: minors in order without holes, stages in order, every id once, nothing removed before its successor is served', () => {
  const { minors, features, apis } = TABLE;
  for (const [index, { minor, released, ended }] of minors.entries()) {
    const before = minors[index - 1];
    if (before !== undefined) {
      assert.equal(compareMinors(minor, before.minor), 1, minor);
      assert.ok(before.ended < ended && (before.released ?? '') < (released ?? '9'), minor);
    }
    assert.ok((released ?? '') < ended, minor);
  }
  assert.equal(new Set(features.map(({ id }) => id)).size, features.length);
  for (const { id, stages, on, ends } of features) {
    const reached = STAGES.flatMap((stage) => stages[stage] ?? []);
    assert.ok(reached.length > 0, id);
    for (const [index, minor] of reached.entries()) {
      const before = reached[index - 1];
      if (before !== undefined) assert.ok(compareMinors(before, minor) < 0, id);
    }
    const last = reached.at(-1);
    if (ends !== undefined && last !== undefined) assert.ok(compareMinors(last, ends) < 0, id);
    if (on !== undefined)
      assert.ok(
        reached.some((minor) => compareMinors(minor, on) <= 0),
        id,
      );
  }
  for (const { api, kinds, removed, since } of apis) {
    if (since !== undefined) assert.ok(compareMinors(since, removed) <= 0, `${api} ${kinds}`);
  }
});

test('of a pair of version and kind there is one row', () => {
  const keys = TABLE.apis.flatMap(({ api, kinds }) => kinds.map((kind) => `${api} ${kind}`));
  assert.deepEqual(
    keys.filter((key, at) => keys.indexOf(key) !== at),
    [],
  );
});

test('a table that says something unknown is refused with its place', () => {
  assert.throws(
    () => parseVersionTable('minors: []\nfeatures: []\napis: []\nmore: 1\n'),
    /kubernetes-versions.yaml:4:/,
  );
  const bad = 'minors: [{minor: "1.x", ended: "2020-01-01", source: "https://a"}]\nfeatures: []\napis: []\n';
  assert.throws(() => parseVersionTable(bad), /as "1.20"/);
});

test('PodSecurityPolicy is there before the table begins, goes with 1.25, and nothing of it is there later', () => {
  const psp = feature('pod-security-policy');
  const states = (['1.16', '1.20', '1.21', '1.24', '1.25', '1.30'] as const).map((minor) => stateIn(psp, minor));
  assert.deepEqual(states, ['there', 'there', 'deprecated', 'deprecated', 'ended', 'ended']);
  assert.deepEqual([isOn(psp, '1.20'), isOn(psp, '1.25')], [true, false]);
});

test('1.20 to 1.24: what a platform of that time gains, loses, and what changes', () => {
  const step = stepBetween(TABLE, '1.20', '1.24');
  const of = (wanted: string) =>
    step.features.filter(({ change }) => change === wanted).map(({ feature: { id } }) => id);
  assert.ok(of('gained').includes('ephemeral-containers'));
  assert.ok(of('gained').includes('pod-security-admission'));
  assert.ok(of('gained').includes('bound-service-account-tokens'));
  assert.deepEqual(of('lost'), ['dynamic-kubelet-configuration', 'dockershim']);
  assert.ok(of('changed').includes('pod-security-policy'));
  assert.ok(step.removes.every(({ removed }) => removed === '1.22'));
  assert.equal(step.removes.length, 15);
});

test('law: a step equals its halves: what is removed adds up, states meet', () => {
  const minors = TABLE.minors.map(({ minor }) => minor);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...minors), { minLength: 3, maxLength: 3 }), (picked) => {
      const [a, b, c] = picked.toSorted(compareMinors) as [Minor, Minor, Minor];
      const [whole, first, second] = [stepBetween(TABLE, a, c), stepBetween(TABLE, a, b), stepBetween(TABLE, b, c)];
      assert.equal(whole.removes.length, first.removes.length + second.removes.length);
      for (const { feature: one, from, to } of whole.features) {
        assert.equal(stateIn(one, a), from);
        assert.equal(stateIn(one, c), to);
      }
      assert.equal(stepBetween(TABLE, a, a).features.length, 0);
    }),
    { numRuns: 100 },
  );
});

test('each row is an event of exactly its minor', () => {
  const histories = minorHistories(TABLE);
  const removed = histories.reduce((sum, { removes }) => sum + removes.length, 0);
  assert.equal(removed, TABLE.apis.length);
  const events = histories
    .find(({ minor }) => minor === '1.25')
    ?.features.map(({ feature: { id }, events: all }) => [id, ...all]);
  assert.deepEqual(events?.slice(0, 3), [
    ['pod-security-policy', 'ended'],
    ['pod-security-admission', 'stable'],
    ['ephemeral-containers', 'stable'],
  ]);
});

const MANIFESTS = `
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: p}
---
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: i, namespace: services}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: c, namespace: services}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: services}
---
apiVersion: networking.istio.io/v1beta1
kind: Sidecar
metadata: {name: s}
`;

test('objects: gone, ending, not yet served; others and custom resources are not judged', () => {
  const { objects } = parseManifestObjects(MANIFESTS, 'm.yaml');
  const judge = (minor: Minor, before?: Minor) =>
    judgeApis(objects, TABLE.apis, minor, before).results.map(
      ({ subject, verdict, check }) => `${subject} ${verdict} ${check}`,
    );
  assert.deepEqual(judge('1.20'), [
    'CronJob/services/c fail api-not-yet-served',
    'Ingress/services/i warn api-removed',
    'PodSecurityPolicy/p warn api-removed',
  ]);
  assert.deepEqual(judge('1.24'), ['Ingress/services/i fail api-removed', 'PodSecurityPolicy/p warn api-removed']);
  assert.deepEqual(judge('1.25', '1.18'), [
    'Ingress/services/i fail api-removed',
    'PodSecurityPolicy/p fail api-removed',
  ]);
  const [ingress] = judgeApis(objects, TABLE.apis, '1.25', '1.18').results;
  assert.equal(ingress?.remediation, 'use networking.k8s.io/v1, served since 1.19: not before the step from 1.18');
  assert.deepEqual(ingress?.evidence, ['m.yaml:6: apiVersion networking.k8s.io/v1beta1']);
});

test('a line that is kept longer than its Kubernetes warns, then fails; one without a version is no evidence', () => {
  const lines = [
    { name: '1.2', state: 'supported', kubernetes: '1.20.13', end: '2022-12-31' },
    { name: '1.3', state: 'supported' },
    { name: '1.4', state: 'supported', kubernetes: '1.99' },
    { name: '1.0', state: 'ended', kubernetes: '1.18' },
    { name: '1.5', state: 'supported', kubernetes: 'v1.24', end: '2023-01-31' },
  ] as const;
  const verdicts = (asOf: string) => lineSupport(lines, TABLE, asOf).map(({ verdict }) => verdict.verdict);
  assert.deepEqual(verdicts('2021-12-01'), ['warn', 'no-evidence', 'no-evidence', 'not-applicable', 'pass']);
  assert.deepEqual(verdicts('2022-03-01'), ['fail', 'no-evidence', 'no-evidence', 'not-applicable', 'pass']);
  assert.equal(lineSupport(lines, TABLE, '2022-03-01')[0]?.daysLeft, -1);
});
