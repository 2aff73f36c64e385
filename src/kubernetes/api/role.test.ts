// Roles as YAML. That they are enough, and no more than that: client.cluster.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { roleYaml } from './role.ts';

test('rules of a namespace are in a Role of it, the others in a ClusterRole', () => {
  const text = roleYaml({
    name: 'plimsoll-x',
    command: 'plimsoll x',
    rules: [
      { group: '', resources: ['secrets'], verbs: ['get', 'list'], why: 'what is stored' },
      {
        group: 'apps',
        resources: ['deployments'],
        verbs: ['get'],
        names: ['a'],
        namespace: 'yes',
        why: 'one of "them"',
      },
      { paths: ['/metrics', '/readyz/*'], why: 'what the server says of itself' },
    ],
  });
  assert.deepEqual(
    parseAllDocuments(text).map((document) => document.toJS()),
    [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'plimsoll-x' },
        rules: [
          { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] },
          { nonResourceURLs: ['/metrics', '/readyz/*'], verbs: ['get'] },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'plimsoll-x', namespace: 'yes' },
        rules: [{ apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['a'], verbs: ['get'] }],
      },
    ],
  );
  assert.match(text, /^# The least that `plimsoll x` needs\.\n/);
  assert.match(text, / {2}# what is stored\n {2}- apiGroups: \[""\]/);
});
