// Chart tests without a cluster: hooks of manifests, Helm's records, ends of pods and jobs, JUnit, comparison, coverage.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { compareRuns, type HelmTestRun, RUN_TIMES } from './compare.ts';
import { coverageOf } from './coverage.ts';
import { testHooks } from './hook.ts';
import { junitXml } from './junit.ts';
import { jobEnd, podEnd } from './outcome.ts';
import { readRelease } from './release.ts';

function manifest(name: string, annotations: string, image = 'c:1'): string {
  return `kind: Pod\napiVersion: v1\nmetadata: {name: ${name}, annotations: {${annotations}}}\nspec: {containers: [{name: c, image: "${image}"}]}\n`;
}

test('hooks are in the order of Helm, with its policies; what is no test is none', () => {
  const text = [
    manifest('z', 'helm.sh/hook: test'),
    manifest('b', 'helm.sh/hook: "pre-install, test-success", helm.sh/hook-weight: "-2"'),
    manifest('a', 'helm.sh/hook: test, helm.sh/hook-delete-policy: "hook-succeeded,hook-failed"'),
    manifest('no', 'helm.sh/hook: test-failure'),
    'kind: Pod\nmetadata: {name: plain}\n',
  ].join('---\n');
  const hooks = testHooks(text, 'f').map(({ name, deletePolicies }) => [name, deletePolicies.join()]);
  assert.deepEqual(hooks, [
    ['b', 'before-hook-creation'],
    ['a', 'hook-succeeded,hook-failed'],
    ['z', 'before-hook-creation'],
  ]);
  assert.throws(() => testHooks('a: [', 'f'), ParseError);
});

test('a record that unpacks without end is refused, and a broken one does not tell what it holds', () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 ** 2));
  assert.throws(() => readRelease(bomb, 'n', 'Secret n/r'), LimitError);
  for (const text of ['{"name": "r", "password": "TOP-SECRET"', '{"config": "TOP-SECRET"}']) {
    assert.throws(
      () => readRelease(gzipSync(text), 'n', 'Secret n/r'),
      (error) => error instanceof ParseError && !error.message.includes('TOP-SECRET'),
    );
  }
});

test('ends: what never ran is no evidence, what runs too long failed', () => {
  const pod = (status: object) => ({ metadata: {}, status });
  assert.equal(podEnd(pod({ phase: 'Pending' }), false), undefined);
  assert.equal(podEnd(pod({ phase: 'Pending' }), true)?.outcome, 'no-evidence');
  const waiting = [{ state: { waiting: { reason: 'ErrImagePull' } } }];
  assert.deepEqual(podEnd(pod({ phase: 'Pending', containerStatuses: waiting }), true), {
    outcome: 'no-evidence',
    reason: 'it never ran: ErrImagePull',
  });
  assert.equal(podEnd(pod({ phase: 'Running' }), true)?.outcome, 'fail');
  assert.equal(podEnd(pod({ phase: 'Succeeded' }), false)?.outcome, 'pass');
  assert.equal(jobEnd(pod({ active: 1 }), true)?.outcome, 'fail');
  assert.equal(jobEnd(pod({}), true)?.outcome, 'no-evidence');
  const conditions = [
    { type: 'Complete', status: 'False' },
    { type: 'Failed', status: 'True', message: 'm' },
  ];
  assert.deepEqual(jobEnd(pod({ conditions }), false), { outcome: 'fail', reason: 'the job failed: m' });
});

test('law: a test counts as an effect only when it failed before, passes after, and fails again after back-out', () => {
  const outcome = fc.constantFrom('pass', 'fail', 'no-evidence');
  fc.assert(
    fc.property(fc.tuple(outcome, outcome, fc.option(outcome, { nil: undefined })), ([before, after, back]) => {
      const run = (as: HelmTestRun['as'], word: typeof before): HelmTestRun => {
        const result = {
          kind: 'Pod',
          name: 't',
          outcome: word,
          reason: '',
          milliseconds: 0,
          logs: [],
          gaps: [],
        } as const;
        return { as, at: '2022-04-01', releases: [{ namespace: 'n', release: 'r', tests: [result] }] };
      };
      const runs = [before, after, back].flatMap((word, at) => {
        const as = RUN_TIMES[at];
        return word === undefined || as === undefined ? [] : [run(as, word as typeof before)];
      });
      const change = compareRuns(runs)[0]?.change;
      const isEffect = before === 'fail' && after === 'pass' && (back === undefined || back === 'fail');
      assert.equal(change === 'effect', isEffect);
      if (before === 'no-evidence' || after === 'no-evidence' || back === 'no-evidence')
        assert.equal(change, 'not-known');
    }),
    { numRuns: 200 },
  );
});

test('JUnit stays well-formed whatever a test prints', () => {
  const test = {
    kind: 'Pod',
    name: '<"&>',
    outcome: 'fail',
    reason: 'a\u0000]]>',
    milliseconds: 1500,
    gaps: [],
  } as const;
  const logs = [{ pod: 'p', container: 'c', text: '\u001b[1m</system-out>\ud800' }];
  const text = junitXml({
    as: 'after',
    at: '2022-04-01T00:00:00.000Z',
    releases: [{ namespace: 'n', release: 'r', tests: [{ ...test, logs }] }],
  });
  assert.match(text, /<testcase classname="n\/r" name="Pod\/&lt;&quot;&amp;&gt;" time="1.500">/);
  assert.ok(!text.includes('\u0000') && !text.includes('\u001b') && !/<\/system-out>\S/.test(text));
  assert.ok(text.isWellFormed());
});

test('coverage tells images that the release ships from those it does not', () => {
  const hooks = testHooks(
    ['quay.io/team/app:1', 'quay.io/team/app:2', 'alpine:3', 'not an image']
      .map((image, at) => manifest(`t${at}`, 'helm.sh/hook: test', image))
      .join('---\n'),
    'f',
  );
  const index = [{ logical: 'quay.io/team/app:1', physical: 'mirror.example/app:1' }];
  const [release] = coverageOf([{ namespace: 'n', release: 'r', hooks }], index);
  assert.deepEqual(
    release?.images.map(({ image, index: found }) => [image, found]),
    [
      ['docker.io/library/alpine:3', 'not-listed'],
      ['not an image', 'not-listed'],
      ['quay.io/team/app:1', 'listed'],
      ['quay.io/team/app:2', 'other-tag'],
    ],
  );
});
