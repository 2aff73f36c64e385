// Which readers and which writer hold for a resource.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncryptionConfiguration, ResourceRule } from './configuration.ts';
import { transformerName } from './configuration.ts';
import { effective } from './effective.ts';
import { parseGroupResource } from './group-resource.ts';

function rule(resources: readonly string[], ...names: readonly string[]): ResourceRule {
  const providers = names.map((name) =>
    name === 'identity'
      ? ({ kind: 'identity' } as const)
      : ({ kind: 'kms', apiVersion: 'v2', name, endpoint: 'unix:a' } as const),
  );
  return { resources, providers };
}

function of(rules: readonly ResourceRule[], resource: string): string {
  const configuration: EncryptionConfiguration = { kind: 'EncryptionConfiguration', rules };
  const { entry, readers, writer } = effective(configuration, resource);
  assert.equal(writer, readers[0]);
  return `${entry ?? '-'} ${readers.map(transformerName).join(' ')}`;
}

test('an exact entry, else the wildcard of its group, else *.*, else no encryption', () => {
  const rules = [
    rule(['events'], 'identity'),
    rule(['secrets', 'deployments.apps'], 'a', 'b'),
    rule(['*.apps'], 'c'),
    rule(['*.*'], 'd'),
  ];
  assert.equal(of(rules, 'secrets'), 'secrets kms-v2:a kms-v2:b');
  assert.equal(of(rules, 'deployments.apps'), 'deployments.apps kms-v2:a kms-v2:b');
  assert.equal(of(rules, 'daemonsets.apps'), '*.apps kms-v2:c');
  assert.equal(of(rules, 'configmaps'), '*.* kms-v2:d');
  assert.equal(of(rules, 'events'), 'events identity');
  assert.equal(of(rules.slice(0, 3), 'configmaps'), '- identity');
  assert.equal(of([rule(['*.'], 'a')], 'secrets'), '*. kms-v2:a');
  assert.equal(of([rule(['*.'], 'a')], 'deployments.apps'), '- identity');
});

test('an older server takes a wildcard for a name, and passes over custom resources', () => {
  const configuration: EncryptionConfiguration = {
    kind: 'EncryptionConfiguration',
    rules: [rule(['cases.example.org'], 'c'), rule(['*.*'], 'd')],
  };
  const entry = (resource: string, minor: number): string | undefined =>
    effective(configuration, resource, { major: 1, minor }).entry;
  assert.deepEqual(
    [26, 27].map((minor) => entry('secrets', minor)),
    [undefined, '*.*'],
  );
  assert.deepEqual(
    [25, 26, 27].map((minor) => entry('cases.example.org', minor)),
    [undefined, 'cases.example.org', 'cases.example.org'],
  );
});

test('a resource that two lists name has the providers of both, in order; secrets. is secrets', () => {
  const rules = [rule(['secrets'], 'a'), rule(['secrets.'], 'b', 'identity')];
  assert.equal(of(rules, 'secrets'), 'secrets kms-v2:a kms-v2:b identity');
});

test('names are cut at the first full stop', () => {
  assert.deepEqual(parseGroupResource('pods.metrics.k8s.io'), { resource: 'pods', group: 'metrics.k8s.io' });
  assert.deepEqual(parseGroupResource('*.'), { resource: '*', group: '' });
});
