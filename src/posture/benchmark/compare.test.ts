import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { benchmarkJson } from '../../publish/json/benchmark.ts';
import { type BenchmarkComparison, compareIds, compareResults } from './compare.ts';
import { evaluate } from './evaluate.ts';
import { importKubeBench } from './import-kube-bench.ts';
import { readResult } from './result/read-result.ts';
import { benchmarkOf, checkText, evidenceOf, nodeWith, running, sectionText } from './test-benchmark.ts';

const API = '/bin/ps -ef | grep $apiserverbin | grep -v grep';

function item(flag: string, value = 'false'): string {
  return `{test_items: [{flag: "${flag}", compare: {op: eq, value: ${value}}}]}`;
}

function result(section: string, ...flags: readonly string[]) {
  const nodes = flags.length === 0 ? [] : [nodeWith('m1', running('kube-apiserver', ...flags))];
  const evidence = evidenceOf(...nodes);
  const benchmark = benchmarkOf(section);
  const run = evaluate({ benchmark, evidence, waivers: [], attestations: [], day: '2022-04-20', as: 'plimsoll' });
  return readResult(benchmarkJson(run), 'f');
}

const SECTION = sectionText('master', 1, checkText('1.1', API, item('--a')), checkText('1.2', API, item('--b')));

function told({ changes }: BenchmarkComparison) {
  return changes.map(({ check, cause, from, to, worse }) => [check, cause, from, to, worse]);
}

test('a changed flag is told with both values', () => {
  const comparison = compareResults(
    result(SECTION, '--a=false', '--b=false'),
    result(SECTION, '--a=true', '--b=false'),
  );
  assert.deepEqual(told(comparison), [['1.1', 'configuration-changed', 'pass', 'fail', true]]);
  assert.deepEqual(comparison.changes[0]?.settings, [{ name: '--a', from: ['false'], to: ['true'] }]);
  assert.equal(comparison.changes[0]?.reason, '--a: false -> true');
  assert.equal(comparison.same, 1);
});

test('a check that asks something else, and one that a side does not have', () => {
  const other = sectionText(
    'master',
    1,
    checkText('1.1', API, item('--a', 'true')),
    checkText('1.3', API, item('--b', 'true')),
  );
  const comparison = compareResults(result(SECTION, '--a=false', '--b=false'), result(other, '--a=false', '--b=false'));
  assert.deepEqual(told(comparison), [
    ['1.1', 'benchmark-changed', 'pass', 'fail', true],
    ['1.3', 'benchmark-changed', undefined, 'fail', true],
    ['1.2', 'benchmark-changed', 'pass', undefined, false],
  ]);
});

test('missing evidence is no change of the configuration', () => {
  const comparison = compareResults(result(SECTION, '--a=false', '--b=false'), result(SECTION));
  assert.deepEqual(told(comparison), [
    ['1.1', 'evidence-missing', 'pass', 'no-evidence', false],
    ['1.2', 'evidence-missing', 'pass', 'no-evidence', false],
  ]);
  assert.deepEqual(comparison.causes, { 'benchmark-changed': 0, 'evidence-missing': 2, 'configuration-changed': 0 });
});

test('law: nothing differs from itself, and each direction finds the same checks', () => {
  const flags = fc.array(fc.constantFrom('--a=true', '--a=false', '--b=true', '--b=false', '--b'), { maxLength: 3 });
  fc.assert(
    fc.property(flags, flags, (left, right) => {
      const [a, b] = [result(SECTION, ...left), result(SECTION, ...right)];
      assert.deepEqual(compareResults(a, a).changes, []);
      const checks = (one: BenchmarkComparison) => one.changes.map(({ check }) => check).sort();
      assert.deepEqual(checks(compareResults(a, b)), checks(compareResults(b, a)));
    }),
    { numRuns: 50 },
  );
});

test('checks are in the order of their numbers', () => {
  assert.deepEqual(['1.2.10', '1.2.9', '2', '1.2', '1.10.1', '1.a'].sort(compareIds), [
    '1.2',
    '1.2.9',
    '1.2.10',
    '1.10.1',
    '1.a',
    '2',
  ]);
});

function kubeBench(status: string, more: Readonly<Record<string, unknown>> = {}): string {
  const check = {
    test_number: '1.1',
    test_desc: 'A',
    status,
    scored: true,
    type: '',
    actual_value: '--a=true',
    expected_result: 'x',
    ...more,
  };
  const control = { id: '1', version: 'test-1', node_type: 'master', tests: [{ section: '1.1', results: [check] }] };
  return JSON.stringify({ Controls: [control], Totals: {} });
}

function imported(...texts: readonly string[]) {
  return importKubeBench(
    texts.map((text, index) => ({ node: `n${index}`, text, file: `f${index}` })),
    '2022-04-20',
  );
}

test("kube-bench's results of several nodes fan in", () => {
  const { results, totals, as, nodes } = imported(kubeBench('PASS'), kubeBench('FAIL'));
  assert.deepEqual([results[0]?.verdict, results[0]?.reason], ['fail', 'fails on 1 of 2 masters: expected: x']);
  assert.deepEqual([as, nodes, totals.fail], ['kube-bench', ['n0', 'n1'], 1]);
});

test('its WARN is a manual check, a command that failed, or a warning', () => {
  const verdict = (more: Readonly<Record<string, unknown>>) => imported(kubeBench('WARN', more)).results[0]?.verdict;
  assert.equal(verdict({ type: 'manual' }), 'no-evidence');
  assert.equal(verdict({ reason: 'failed to run: "x"' }), 'no-evidence');
  assert.equal(verdict({}), 'warn');
});

test('its older forms, and what is no result of it', () => {
  const { Controls } = JSON.parse(kubeBench('PASS'));
  assert.equal(imported(JSON.stringify(Controls)).results.length, 1);
  assert.equal(imported(JSON.stringify(Controls[0])).results.length, 1);
  const etcd = JSON.stringify({ ...Controls[0], node_type: 'etcd' }).replaceAll('1.1', '2.1');
  assert.equal(imported(`${JSON.stringify(Controls[0])}\n${etcd}\n`).results.length, 2);
  for (const text of ['', '{}', '[]', '{"Controls":[{}]}', kubeBench('GOOD'), kubeBench('PASS', { test_number: '' })]) {
    assert.throws(() => imported(text), { code: 'parse' }, text);
  }
  const other = kubeBench('PASS').replace('test-1', 'test-2');
  assert.throws(() => imported(kubeBench('PASS'), other), /different benchmarks: test-1, test-2/);
});

test('imported results are compared by their verdicts with those of evidence', () => {
  const theirs = readResult(benchmarkJson(imported(kubeBench('PASS'))), 'f');
  const ours = result(sectionText('master', 1, checkText('1.1', API, item('--a'))), '--a=true');
  assert.deepEqual(told(compareResults(theirs, ours)), [['1.1', 'configuration-changed', 'pass', 'fail', true]]);
});

test('what is no result is refused', () => {
  for (const text of ['', '{}', '{"schemaVersion":1}', '[]'])
    assert.throws(() => readResult(text, 'f'), { code: 'parse' });
});
