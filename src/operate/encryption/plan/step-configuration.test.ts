// Configurations of steps: what a server that loads them would try, and that nothing else changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effective } from '../configuration/effective.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { writeConfiguration } from '../configuration/write.ts';
import { stepConfiguration } from './step-configuration.ts';
import { transformerId } from './transformer-id.ts';

const KEY1 = Buffer.alloc(32, 1).toString('base64');
const KEY2 = Buffer.alloc(32, 2).toString('base64');
const OTHER1 = Buffer.alloc(32, 3).toString('base64');

const BASE = parseConfiguration(
  `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [configmaps, secrets]
    providers:
      - aescbc: {keys: [{name: key1, secret: ${KEY1}}]}
      - identity: {}
  - resources: ['*.*']
    providers:
      - secretbox: {keys: [{name: all, secret: ${KEY2}}]}
`,
  'base.yaml',
);
const NEW = parseConfiguration(
  `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - aescbc: {keys: [{name: key2, secret: ${KEY2}}, {name: key1, secret: ${OTHER1}}]}
`,
  'new.yaml',
);
const known = [...BASE.rules, ...NEW.rules].flatMap(({ providers }) => providers);
const ids = (configuration: typeof BASE, resource: string): readonly string[] =>
  effective(configuration, resource).readers.map(transformerId);

test('the resource has the list of the step, in its order, also with two keys under one name; other resources keep theirs', () => {
  const [key2 = '', twin = ''] = ids(NEW, 'secrets');
  const [key1 = '', identity = ''] = ids(BASE, 'secrets');
  for (const transformers of [
    [key2, key1, identity],
    [identity, key2],
    [key1, twin, key2],
    [key1, identity, key2],
  ]) {
    const made = stepConfiguration({ base: BASE, resource: 'secrets', transformers, known });
    const read = parseConfiguration(writeConfiguration(made), 'made.yaml');
    assert.deepEqual(ids(read, 'secrets'), transformers);
    for (const resource of ['configmaps', 'deployments.apps'])
      assert.deepEqual(ids(read, resource), ids(BASE, resource));
  }
});

test('without a file there is one for the resource alone; a key that is nowhere is named, not shown', () => {
  const made = stepConfiguration({ resource: 'secrets', transformers: ['identity'], known: [] });
  assert.deepEqual(made, {
    kind: 'EncryptionConfiguration',
    rules: [{ resources: ['secrets'], providers: [{ kind: 'identity' }] }],
  });
  assert.throws(
    () => stepConfiguration({ resource: 'secrets', transformers: ['aescbc:gone#kfp1:00'], known }),
    /the key of aescbc:gone \(kfp1:00\) is in none of the files/,
  );
});
