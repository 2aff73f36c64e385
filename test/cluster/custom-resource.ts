// Custom resources on a test cluster: any members are kept and nothing is checked unless a schema says otherwise, and no controller works on them.
// apiextensions.k8s.io/v1.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../src/kubernetes/api/client.ts';
import { collectionPath, type Resource } from '../../src/kubernetes/api/resource.ts';

const DEFINITIONS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** Any members, all kept. */
export const ANYTHING = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Defines a resource, and waits until the server serves it. */
export async function defineResource(
  api: ApiClient,
  resource: Resource,
  kind: string,
  openAPIV3Schema: object = ANYTHING,
): Promise<void> {
  const { group, version, plural, namespaced } = resource;
  const schema = { openAPIV3Schema };
  await api.create(DEFINITIONS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, kind, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  });
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await api.raw(`${collectionPath(resource)}?limit=1`)).status === 200) return;
    await sleep(100);
  }
  throw new Error(`${plural}.${group} is not served`);
}
