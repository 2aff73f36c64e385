import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultValidator } from '../../test/support/schemas.ts';
import { compareResults } from '../posture/benchmark/compare.ts';
import { evaluate } from '../posture/benchmark/evaluate.ts';
import { readResult } from '../posture/benchmark/result/read-result.ts';
import {
  benchmarkOf,
  checkText,
  evidenceOf,
  nodeWith,
  running,
  sectionText,
} from '../posture/benchmark/test-benchmark.ts';
import { benchmarkJson } from './json/benchmark.ts';
import { publishedBenchmark } from './published-benchmark.ts';

const API = '/bin/ps -ef | grep $apiserverbin | grep -v grep';
const SECTION = sectionText(
  'master',
  1,
  checkText('1.1', API, '{test_items: [{flag: "--a", compare: {op: eq, value: 1}}]}'),
  '  - {id: 1.2, text: Manual, type: manual, scored: false}\n',
);

function resultWith(value: string): string {
  const nodes = ['secret-host-1', 'secret-host-2'].map((name) =>
    nodeWith(name, running('kube-apiserver', `--a=${value}`)),
  );
  return benchmarkJson(
    evaluate({
      benchmark: benchmarkOf(SECTION),
      evidence: evidenceOf(...nodes),
      waivers: [
        {
          check: '1.1',
          subjects: ['secret-host-1'],
          owner: 'secret owner',
          reason: 'secret reason',
          expires: '2022-12-31',
        },
      ],
      attestations: [{ check: '1.2', by: 'secret name', statement: 'secret words', expires: '2022-12-31' }],
      day: '2022-04-20',
      as: 'plimsoll',
    }),
  );
}

test("what goes out has neither names nor the benchmark's own text, and follows the schema", () => {
  const published = benchmarkJson(publishedBenchmark(resultWith('2'), false));
  assert.doesNotMatch(published, /secret|Manual|Check 1\.1|mend/);
  assert.match(published, /"node 1"/);
  const validate = resultValidator('benchmark-1');
  const document: unknown = JSON.parse(published);
  assert.ok(validate(document), JSON.stringify(validate.errors));
  const inside = benchmarkJson(publishedBenchmark(resultWith('2'), true));
  assert.match(inside, /secret-host-1/);
  assert.doesNotMatch(inside, /Check 1\.1|mend/);
});

test('a site compares its settings with the published ones', () => {
  const reference = readResult(benchmarkJson(publishedBenchmark(resultWith('1'), false)), 'f');
  const { changes } = compareResults(reference, readResult(resultWith('2'), 'f'));
  assert.deepEqual(
    changes.map(({ check, cause, settings }) => [check, cause, settings]),
    [['1.1', 'configuration-changed', [{ name: '--a', from: ['1'], to: ['2'] }]]],
  );
  assert.deepEqual(compareResults(reference, readResult(resultWith('1'), 'f')).changes, []);
});

test('what is no result, or names no benchmark, is refused', () => {
  const named = resultWith('1').replace('"benchmark": "test-1"', '"benchmark": "<b>"');
  for (const text of ['', '{}', named]) assert.throws(() => publishedBenchmark(text, false), { code: 'parse' });
});
