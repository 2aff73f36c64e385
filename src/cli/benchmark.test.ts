import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { KUBE_BENCH_JSON, writeCfgFolder } from '../../test/support/benchmark-folder.ts';
import { partText } from '../../test/support/evidence-part.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-benchmark-command-'));
after(() => rmSync(folder, { recursive: true }));
writeCfgFolder(join(folder, 'cfg'), 'test-1');
const apiServer = (value: string) => ({
  kind: 'process',
  pid: 7,
  ppid: 1,
  user: 'root',
  argv: ['kube-apiserver', `--anonymous-auth=${value}`],
});
writeFileSync(join(folder, 'good.part'), partText('m1', [apiServer('false')]));
writeFileSync(join(folder, 'bad.part'), partText('m1', [apiServer('true')]));
writeFileSync(
  join(folder, 'pod.yaml'),
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ns}\nspec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}\n',
);
writeFileSync(
  join(folder, 'waivers.yaml'),
  'waivers: [{check: 1.2.1, owner: ops, reason: probes, expires: 2022-06-01}]\n',
);
writeFileSync(
  join(folder, 'attested.yaml'),
  'attestations: [{check: 5.4.2, by: ops, statement: looked, expires: 2022-06-01}]\n',
);
writeFileSync(join(folder, 'kube-bench.json'), KUBE_BENCH_JSON);

const EVALUATE = ['benchmark', 'evaluate', '--cfg', 'cfg', '--benchmark', 'test-1'];

function run(...args: readonly string[]) {
  return runCommand(args, { folder });
}

function follows(schema: string, document: unknown): void {
  const validate = resultValidator(schema);
  assert.ok(validate(document), JSON.stringify(validate.errors));
}

async function evaluated(...args: readonly string[]) {
  const { stdout, stderr, code } = await run(...EVALUATE, ...args, '--format', 'json');
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout);
  follows('benchmark-1', result);
  return result;
}

test('evidence is judged, with attestations and manifests', async () => {
  const result = await evaluated('bad.part', '--manifests', 'pod.yaml', '--attestations', 'attested.yaml');
  const words = result.results.map(({ check, verdict }: { check: string; verdict: string }) => [check, verdict]);
  assert.deepEqual(words, [
    ['1.2.1', 'fail'],
    ['5.2.1', 'warn'],
    ['5.4.2', 'attested'],
  ]);
  assert.deepEqual([result.totals.fail, result.totals.warn, result.totals.attested, result.nodes], [1, 1, 1, ['m1']]);
  assert.match(result.results[1].evidence[0], /^Pod\/ns\/p: spec\.containers/);
});

test('a release is judged before anything is installed', async () => {
  const { results } = await evaluated('--manifests', 'pod.yaml');
  assert.deepEqual([results[0].verdict, results[1].verdict], ['no-evidence', 'warn']);
});

test('--fail-on, and what a waiver covers', async () => {
  const code = async (...args: readonly string[]) => (await run(...EVALUATE, ...args)).code;
  assert.equal(await code('bad.part'), 0);
  assert.equal(await code('bad.part', '--fail-on', 'fail'), 1);
  assert.equal(await code('good.part', '--fail-on', 'fail,warn'), 0);
  assert.equal(await code('good.part', '--fail-on', 'gaps'), 1);
  assert.equal(await code('bad.part', '--waivers', 'waivers.yaml', '--fail-on', 'fail'), 0);
  assert.equal(await code('bad.part', '--fail-on', 'all'), 2);
});

test('every format has the failed check, and a waived one is no failure in any', async () => {
  const print = async (format: string, ...args: readonly string[]) =>
    (await run(...EVALUATE, 'bad.part', '--format', format, ...args)).stdout;
  const waived = ['--waivers', 'waivers.yaml'];
  assert.match(await print('table'), /fail 1\.2\.1 Check 1\.2\.1/);
  assert.match(await print('csv'), /^1\.2\.1,master,fail,masters,/m);
  assert.match(await print('junit'), /failures="1".*\n.*failures="1"/);
  assert.match(await print('junit', ...waived), /failures="0"/);
  const sarif = JSON.parse(await print('sarif', ...waived)).runs[0].results;
  assert.deepEqual(
    [sarif[0].kind, sarif[0].level, sarif[0].suppressions.length, sarif[1].kind],
    ['fail', 'error', 1, 'open'],
  );
  const report = JSON.parse(await print('policy-report'));
  assert.deepEqual([report.summary.fail, report.summary.error, report.results[0].rule], [1, 2, '1.2.1']);
  assert.equal(JSON.parse(await print('policy-report', ...waived)).summary.fail, 0);
});

test('as kube-bench answers, and results of kube-bench itself', async () => {
  const { as, results } = await evaluated('bad.part', '--as', 'kube-bench');
  assert.deepEqual([as, results[0].verdict, results[1].verdict], ['kube-bench', 'fail', 'warn']);
  const { stdout, code } = await run(
    'benchmark',
    'import',
    'n1=kube-bench.json',
    '--format',
    'json',
    '--fail-on',
    'fail',
  );
  const imported = JSON.parse(stdout);
  follows('benchmark-1', imported);
  assert.deepEqual([code, imported.nodes, imported.results[0].verdict], [1, ['n1'], 'fail']);
});

test('two results are compared, the vendor one as a folder too', async () => {
  mkdirSync(join(folder, 'bundle'));
  for (const [part, file] of [
    ['good.part', 'bundle/benchmark.json'],
    ['bad.part', 'site.json'],
  ] as const) {
    assert.equal((await run(...EVALUATE, part, '--format', 'json', '--output', file)).code, 0);
  }
  const { stdout, code } = await run(
    'benchmark',
    'compare',
    'bundle',
    'site.json',
    '--format',
    'json',
    '--fail-on',
    'worse',
  );
  const comparison = JSON.parse(stdout);
  follows('benchmark-comparison-1', comparison);
  assert.equal(code, 1);
  assert.deepEqual(comparison.changes[0].settings, [{ name: '--anonymous-auth', from: ['false'], to: ['true'] }]);
  const table = await run('benchmark', 'compare', 'bundle', 'site.json');
  assert.match(table.stdout, /configuration changed\n[\s\S]*--anonymous-auth: false -> true/);
});

test('what cannot be read is said', async () => {
  for (const [args, code, said] of [
    [['benchmark', 'evaluate', '--cfg', 'cfg'], 2, /name a bundle/],
    [['benchmark', 'evaluate', 'good.part', '--cfg', 'cfg'], 2, /--benchmark/],
    [['benchmark', 'evaluate', 'good.part', '--cfg', 'cfg', '--benchmark', '../cfg'], 2, /no name of a benchmark/],
    [['benchmark', 'evaluate', 'good.part', '--cfg', 'cfg', '--benchmark', 'test-9'], 3, /no benchmark test-9/],
    [['benchmark', 'evaluate', 'good.part', '--cfg', 'nowhere', '--benchmark', 'test-1'], 3, /nowhere/],
    [
      ['benchmark', 'evaluate', 'good.part', '--cfg', 'cfg', '--benchmark', 'test-1', '--waivers', 'pod.yaml'],
      3,
      /pod\.yaml:1/,
    ],
    [['benchmark', 'import', 'pod.yaml'], 3, /no JSON/],
    [['benchmark', 'compare', 'cfg', 'cfg'], 3, /without --benchmark/],
    [['benchmark', 'compare', 'kube-bench.json', 'kube-bench.json'], 3, /no result of a benchmark/],
  ] as const) {
    const outcome = await run(...args);
    assert.deepEqual([outcome.code, said.test(outcome.stderr)], [code, true], `${args.join(' ')}: ${outcome.stderr}`);
  }
});
