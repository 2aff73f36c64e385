// Kyverno's command line as the engine, stood in for by a program that prints reports of the documented forms.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ParseError } from '../../../platform/errors.ts';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { policySetOf } from '../kyverno/policy-set.ts';
import { admissionsOf } from '../preview/admissions.ts';
import { judgeByKyverno } from './judge.ts';
import { findKyverno } from './program.ts';
import { readKyvernoReport } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kyverno-cli-'));
after(() => rmSync(folder, { recursive: true }));

const RESULT = (rule: string, result: string, name: string, kind = 'Pod') =>
  `- {policy: p, rule: ${rule}, result: ${result}, message: said, resources: [{apiVersion: v1, kind: ${kind}, name: ${name}, namespace: s}]}\n`;
const REPORT = (results: string, version = 'wgpolicyk8s.io/v1alpha2', kind = 'ClusterPolicyReport') =>
  `Applying 1 policy rule to 1 resource...\n------\nPOLICY REPORT:\n------\napiVersion: ${version}\nkind: ${kind}\nmetadata: {name: merged}\nresults:\n${results}summary: {error: 0}\n`;

test('reports of both forms are read; output without one, or with another result, is refused', () => {
  for (const report of [
    REPORT(RESULT('r', 'fail', 'a')),
    REPORT(RESULT('r', 'fail', 'a'), 'openreports.io/v1alpha1', 'ClusterReport'),
  ]) {
    assert.deepEqual(readKyvernoReport(report), [
      { policy: 'p', rule: 'r', resource: 'Pod/s/a', status: 'fail', message: 'said' },
    ]);
  }
  assert.throws(() => readKyvernoReport('pass: 1, fail: 0'), ParseError);
  assert.throws(() => readKyvernoReport(REPORT(RESULT('r', 'perhaps', 'a'))), ParseError);
  assert.throws(() => readKyvernoReport(REPORT(RESULT('r', 'constructor', 'a'))), ParseError);
});

const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: s}\nspec: {template: {metadata: {labels: {app: w}}, spec: {containers: [{name: c, image: i}]}}}\n';
const POLICY = (rules: string) =>
  `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {rules: [${rules}]}\n`;
const RULE = (name: string, body: string) =>
  `{name: ${name}, match: {any: [{resources: {kinds: [Pod], selector: {matchLabels: {app: w}}}}]}, validate: ${body}}`;

test('what Kyverno says takes the place of ours, and a difference is told', async () => {
  const rules = [
    RULE('same', '{pattern: {spec: {containers: "*"}}}'),
    RULE('other', '{pattern: {spec: {x: y}}}'),
    RULE('cel', '{cel: {}}'),
    RULE('silent', '{pattern: {spec: {containers: "*"}}}'),
  ];
  const set = policySetOf(parseManifestObjects(POLICY(rules.join(', ')), 'p').objects);
  const admissions = admissionsOf(parseManifestObjects(DEPLOYMENT, 'r').objects, set);
  const report = REPORT(
    ['same', 'other', 'cel'].map((rule) => RESULT(rule, 'pass', 'w-xxxxx-xxxxx')).join('') +
      RESULT('new', 'fail', 'w-xxxxx-xxxxx'),
  );
  const judged = await judgeByKyverno(admissions, set, async ({ resources }) => {
    assert.deepEqual(
      resources.map((one) => one['kind']),
      ['Deployment', 'Pod'],
    );
    return report;
  });
  const pod = judged.admissions.at(-1);
  assert.deepEqual(
    pod?.admission.results.map(({ rule, status }) => [rule, status]),
    [
      ['same', 'pass'],
      ['other', 'pass'],
      ['cel', 'pass'],
      ['silent', 'pass'],
      ['new', 'fail'],
    ],
  );
  assert.deepEqual(
    judged.findings.map(({ check, subject }) => [check, subject]),
    [
      ['engine-differs', 'Deployment/s/w'],
      ['engine-silent', 'Deployment/s/w'],
    ],
  );
});

function program(script: string): ReturnType<typeof findKyverno> {
  const path = join(folder, 'kyverno');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  return findKyverno({ PATH: `${folder}:/usr/bin:/bin` });
}

const NOTHING = { policies: [{ a: 1 }], exceptions: [{ b: '$(touch x)' }], resources: [{ c: 1 }] };

test('the program is given files, no shell, and its exit code 1 is an answer where there is a report', async () => {
  const report = REPORT(RESULT('r', 'fail', 'a'));
  writeFileSync(join(folder, 'report'), report);
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('plimsoll-kyverno-') && !name.includes('cli'));
  const args = join(folder, 'args');
  assert.equal(
    await program(`echo "$@" > ${args}; cat "$2" "$4" > /dev/null && cat ${folder}/report; exit 1`)(NOTHING),
    report,
  );
  const said = (await import('node:fs')).readFileSync(args, 'utf8');
  assert.match(
    said,
    /^apply \S+policies\.yaml --resource \S+resources\.yaml --policy-report --exception \S+exceptions\.yaml\n$/,
  );
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith('plimsoll-kyverno-') && !name.includes('cli'));
  assert.deepEqual(left, before, 'the files are removed');
});

test('a program that fails, or is not there, is told', async () => {
  await assert.rejects(program('echo broken >&2; exit 1')(NOTHING), { code: 'input-unreadable', message: /broken/ });
  await assert.rejects(program('echo apiVersion: x; exit 2')(NOTHING), { code: 'input-unreadable' });
  assert.throws(() => findKyverno({ PATH: '' }), { code: 'unsupported' });
  assert.throws(() => findKyverno({ PATH: folder, KYVERNO_BIN: '/nowhere' }), { code: 'unsupported' });
});
