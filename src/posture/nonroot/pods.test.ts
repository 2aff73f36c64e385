import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifestObjects } from '../../scan/release/manifests/objects.ts';
import { podsOfRelease } from './pods.ts';

test('Pods of Windows are told as not judged', () => {
  const pod = (name: string, os: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: s}\nspec: {os: {name: ${os}}, containers: [{name: c, image: i}]}\n`;
  const { objects } = parseManifestObjects(`${pod('a', 'windows')}---\n${pod('b', 'linux')}`, 'pods.yaml');
  const { pods, gaps } = podsOfRelease(objects);
  assert.deepEqual(
    pods.map(({ workload }) => workload),
    ['Pod/s/b'],
  );
  assert.deepEqual(
    gaps.map(({ kind, target }) => [kind, target]),
    [['not-scanned', 'Pod/s/a']],
  );
});
