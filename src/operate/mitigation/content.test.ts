import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../test/support/needs.ts';
import { bundleFiles, openBundle, shippedFolder } from './content.ts';
import { nodeScript } from './node/script.ts';
import { nodeEditsOf, workOf } from './work.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const bundles = bundleFiles(shippedFolder() ?? '').map((file) => openBundle(file, file).bundle);

test('every bundle that comes with the program comes to work, and has a page with its four parts', () => {
  assert.ok(bundles.length >= 7);
  for (const bundle of bundles) {
    const work = workOf(bundle, 'audit');
    const page = readFileSync(join(ROOT, bundle.runbook ?? ''), 'utf8');
    for (const part of ['Enable', 'Tune', 'Exempt', 'Back out'])
      assert.ok(page.includes(`\n## ${part}\n`), bundle.mitigation);
    assert.ok(page.includes(`content/mitigations/${bundle.mitigation}/mitigation.yaml`));
    assert.equal(work.steps.length, bundle.steps.length);
    const changes = nodeEditsOf(work).map((edit) => ({ ...edit, expected: { any: true as const } }));
    nodeScript({
      mitigation: bundle.mitigation,
      action: 'apply',
      run: 'r',
      changes: new Map([['*', changes]]),
      reloads: [],
      probes: [],
    });
    assert.ok(
      existsSync(join(ROOT, 'content/mitigations', bundle.mitigation)),
      'a folder has the name of its mitigation',
    );
  }
});

test('policies report first, never reach the exempt namespaces, and reject only when they are told to', () => {
  const subpath = bundles.find(({ mitigation }) => mitigation === 'no-subpath');
  assert.ok(subpath !== undefined);
  for (const [phase, action, locksOut] of [
    ['audit', 'audit', false],
    ['enforce', 'enforce', true],
  ] as const) {
    const work = workOf(subpath, phase);
    const policy = JSON.stringify(work.steps[0]?.objects[0]?.value);
    assert.match(policy, new RegExp(`"validationFailureAction":"${action}"`));
    assert.match(policy, /"exclude":\{"any":\[\{"resources":\{"namespaces":\["kube-system","kyverno"\]\}\}\]\}/);
    assert.deepEqual([work.rejects, work.locksOut], [true, locksOut]);
  }
});

const CASES = 'data/mitigations/cases.json';
test('each of the known cases has a bundle', needsShared(CASES), () => {
  const cases = JSON.parse(readFileSync(sharedPath(CASES), 'utf8')) as readonly { readonly cve: string }[];
  const covered = new Set(bundles.flatMap(({ cves }) => cves));
  assert.deepEqual(
    cases.map(({ cve }) => cve).filter((cve) => !covered.has(cve)),
    [],
  );
});
