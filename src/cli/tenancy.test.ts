import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { partText } from '../../test/support/evidence-part.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { bundleText } from '../kubernetes/evidence/bundle.ts';
import type { EvidenceBundle, ObjectEvidence } from '../kubernetes/evidence/evidence.ts';
import { checkSection } from '../publish/site/checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tenancy-'));
after(() => rmSync(folder, { recursive: true }));

const UAI =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: uai, namespace: user, labels: {uas: managed}}\nspec: {nodeName: w1, containers: [{name: c, image: "i:1"}]}\n';

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function check(...args: readonly string[]) {
  return runCommand(['tenancy', 'check', ...args], { folder });
}

test('manifests: the same bytes twice, by the schema, and every form has the same verdicts', async () => {
  write('m.yaml', UAI);
  const [one, two] = [await check('m.yaml', '--format', 'json'), await check('m.yaml', '--format', 'json')];
  assert.equal(one.code, 0, one.stderr);
  assert.equal(one.stdout, two.stdout);
  const validate = resultValidator('tenancy-1');
  const result: unknown = JSON.parse(one.stdout);
  assert.ok(validate(result), JSON.stringify(validate.errors));
  const table = await check('m.yaml', '--kubernetes', 'v1.20.2');
  assert.match(table.stdout, /Users and tenants \(2022-05-01, Kubernetes 1\.20\): \d+ of 18 checks failed/);
  assert.match(table.stdout, /high default-deny: 1 failed/);
  const html = await check('m.yaml', '--format', 'html');
  assert.match(html.stdout, /^<!doctype html>/i);
  assert.match(html.stdout, /default-deny/);
  // What publish takes: rows a check and verdict.
  const { rows } = checkSection('Tenancy', one.stdout, { assessment: 'none', withReasons: false });
  assert.ok(rows.some(({ check: id, verdict }) => id === 'default-deny' && verdict === 'fail'));
});

test('--fail-on: severities of what failed and is not waived, and gaps', async () => {
  write('m.yaml', UAI);
  assert.equal((await check('m.yaml', '--fail-on', 'high')).code, 1);
  assert.equal((await check('m.yaml', '--fail-on', 'critical')).code, 0);
  assert.equal((await check('m.yaml', '--fail-on', 'gaps')).code, 1);
  write('waivers.yaml', 'waivers:\n  - {check: sandbox, owner: a team, reason: no handler yet, expires: 2022-06-01}\n');
  const waived = await check('m.yaml', '--waivers', 'waivers.yaml');
  assert.match(waived.stdout, /Waived \(1\): sandbox/);
  const late = await check('m.yaml', '--waivers', 'waivers.yaml', '--as-of', '2022-06-02');
  assert.match(late.stdout, /expired on 2022-06-01/);
});

test('what is no pod, no version, no file of waivers is refused', async () => {
  write('m.yaml', UAI);
  for (const args of [
    ['m.yaml', '--user-workloads', 'external'],
    ['m.yaml', '--user-workloads', '10.0.0.0/8'],
    ['m.yaml', '--kubernetes', 'latest'],
    ['m.yaml', '--fail-on', 'everything'],
  ]) {
    assert.equal((await check(...args)).code, 2, args.join(' '));
  }
  assert.equal((await check('m.yaml', '--waivers', 'none.yaml')).code, 3);
  assert.equal((await check('none.yaml')).code, 3);
});

function bundle(objects: readonly ObjectEvidence[], gaps: EvidenceBundle['gaps'] = []): string {
  const cluster = { id: 'uid', version: 'v1.24.3', server: 'https://127.0.0.1:6443' };
  return bundleText({
    schemaVersion: 1,
    tool: { name: 'plimsoll', version: '0' },
    cluster,
    nodes: [],
    objects,
    gaps,
  });
}

const POD: ObjectEvidence = {
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: 'user',
  name: 'uai',
  object: {
    metadata: { name: 'uai', namespace: 'user' },
    spec: { nodeName: 'w1', containers: [{ name: 'c', image: 'i:1' }] },
  },
};

test('evidence of a cluster: its version counts, places name the object, and what could not be listed is no evidence', async () => {
  write('evidence.json', bundle([POD]));
  const { stdout, stderr, code } = await check('evidence.json', '--format', 'json');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /evidence\.json is not signed/);
  const result = JSON.parse(stdout) as {
    kubernetes: string;
    results: { check: string; verdict: string; evidence: string[] }[];
  };
  assert.equal(result.kubernetes, '1.24');
  const of = (id: string) => result.results.find((one) => one.check === id);
  assert.deepEqual(of('sandbox')?.evidence, ['evidence.json#Pod/user/uai']);
  assert.equal(of('default-deny')?.verdict, 'fail');
  const reason = 'networkpolicies is forbidden';
  write('evidence.json', bundle([POD], [{ kind: 'not-scanned', target: 'networkpolicies.networking.k8s.io', reason }]));
  const open = JSON.parse((await check('evidence.json', '--format', 'json')).stdout) as typeof result;
  assert.equal(open.results.find((one) => one.check === 'default-deny')?.verdict, 'no-evidence');
});

test('parts of nodes alone say nothing of objects: nothing passes, nothing fails', async () => {
  write('w1.part', partText('w1', []));
  const { stdout, stderr } = await check('w1.part', '--format', 'json');
  assert.notEqual(stdout, '', stderr);
  const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
  assert.deepEqual([counts['fail'], counts['warn'], counts['pass']], [0, 0, 0]);
});
