// Our ciphers against a real API server's: what it stores we open, and what we store it serves. Every provider at once, each for a resource of its own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { clusterProgram, clusterVersions, needsCluster, type ServerVersion } from '../../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../../test/cluster/cluster.ts';
import { type Resource, SECRETS } from '../../../kubernetes/api/resource.ts';
import type { EncryptionConfiguration, KeyProviderKind } from '../configuration/configuration.ts';
import { effective } from '../configuration/effective.ts';
import { writeConfiguration } from '../configuration/write.ts';
import { generateKey } from '../key/generate.ts';
import { openValue, sealValue } from './open.ts';

const CONFIG_MAPS: Resource = { ...SECRETS, plural: 'configmaps' };
const LIMIT_RANGES: Resource = { ...SECRETS, plural: 'limitranges' };
const CASES: readonly (readonly [resource: Resource, provider: KeyProviderKind, body: object])[] = [
  [SECRETS, 'aescbc', { data: { value: 'dmFsdWU=' } }],
  [CONFIG_MAPS, 'aesgcm', { data: { value: 'value' } }],
  [LIMIT_RANGES, 'secretbox', { spec: { limits: [{ type: 'Pod', max: { cpu: '3' } }] } }],
];

const CONFIGURATION: EncryptionConfiguration = {
  kind: 'EncryptionConfiguration',
  rules: CASES.map(([resource, kind]) => ({
    resources: [resource.plural],
    providers: [{ kind, keys: [generateKey(kind, randomBytes)] }, { kind: 'identity' }],
  })),
};

for (const version of clusterVersions()) serverTests(version);

function serverTests(version: ServerVersion): void {
  describe(`kube-apiserver ${version}`, needsCluster(version, 'etcdctl'), () => {
    let cluster: TestCluster;
    before(async () => {
      cluster = await startCluster({ servers: 1, version, encryption: writeConfiguration(CONFIGURATION) });
    });
    after(() => cluster.stop());

    for (const [resource, provider, body] of CASES) {
      test(`${provider}: what one writes the other reads`, async () => {
        const [client, etcd] = [await cluster.api(), await cluster.etcdClient()];
        try {
          const name = { namespace: 'default', name: 'written-by-the-server' };
          const created = await client.create(resource, { metadata: name, ...body });
          const key = `/registry/${resource.plural}/default/${name.name}`;
          const { readers, writer } = effective(CONFIGURATION, resource.plural);
          const stored = (await etcd.range(key)).values[0]?.value;
          assert.ok(stored !== undefined);
          const opened = openValue(stored, readers, key);
          assert.ok(opened.state === 'open' && !opened.stale && opened.reader === writer);
          assert.ok(Buffer.from(opened.plain).includes(name.name));
          assert.ok(writer.provider !== 'kms');
          const sealed = sealValue(opened.plain, writer, key, randomBytes);
          assert.notDeepEqual(Buffer.from(sealed), Buffer.from(stored));
          put(cluster, key, sealed);
          const served = await client.get(resource, name);
          for (const field of Object.keys(body)) assert.deepEqual(served[field], created[field]);
        } finally {
          client.close();
          etcd.close();
        }
      });
    }
  });
}

function put({ etcd }: TestCluster, key: string, value: Uint8Array): void {
  const files = [`--cacert=${etcd.ca}`, `--cert=${etcd.certificate}`, `--key=${etcd.key}`];
  const args = [`--endpoints=${etcd.endpoints[0]}`, ...files, 'put', key];
  const { status, stderr } = spawnSync(clusterProgram('etcdctl') ?? '', args, {
    input: value,
    env: { ...process.env, ETCDCTL_API: '3' },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
}
