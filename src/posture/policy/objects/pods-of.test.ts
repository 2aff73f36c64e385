import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listOf, textOf, valueAt } from '../../../platform/json.ts';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { podsOf } from './pods-of.ts';

const TEMPLATE = '{metadata: {labels: {app: w}}, spec: {containers: [{name: c, image: i}]}}';
const CONTROLLERS: readonly (readonly [string, string, string, string, string])[] = [
  ['apps/v1', 'Deployment', `template: ${TEMPLATE}`, 'w-xxxxx-', 'ReplicaSet'],
  ['apps/v1', 'DaemonSet', `template: ${TEMPLATE}`, 'w-', 'DaemonSet'],
  ['apps/v1', 'StatefulSet', `template: ${TEMPLATE}`, 'w-0', 'StatefulSet'],
  ['batch/v1', 'Job', `template: ${TEMPLATE}`, 'w-', 'Job'],
  ['batch/v1', 'CronJob', `jobTemplate: {spec: {template: ${TEMPLATE}}}`, 'w-xxxxx-', 'Job'],
];

for (const [apiVersion, kind, spec, name, owner] of CONTROLLERS) {
  test(`the Pod that a ${kind} creates`, () => {
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: w, namespace: ns}\nspec: {${spec}}\n`;
    const [pod, ...more] = parseManifestObjects(text, 'f').objects.flatMap(podsOf);
    assert.deepEqual([pod?.name, pod?.namespace, more.length], [name, 'ns', 0]);
    assert.equal(valueAt(pod?.value, 'metadata', 'labels', 'app'), 'w');
    assert.equal(textOf(listOf(pod?.value, 'metadata', 'ownerReferences')[0], 'kind'), owner);
  });
}
