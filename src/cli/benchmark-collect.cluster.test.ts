// Evidence of a real control plane, with the role that is printed and no more: its objects through the API server, its processes by the collector.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterProgram, clusterVersions, needsCluster } from '../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../test/cluster/cluster.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { NAMESPACES, NODES, type Resource, SECRETS } from '../kubernetes/api/resource.ts';
import type { EvidenceBundle } from '../kubernetes/evidence/evidence.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-collect-'));
after(() => rmSync(folder, { recursive: true }));

const DEPLOYMENTS: Resource = { group: 'apps', version: 'v1', plural: 'deployments', namespaced: true };
const SECRET = 't0ps3cret';
const CONFIGURATION = `kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
  - resources: [secrets]
    providers:
      - secretbox: {keys: [{name: key1, secret: ${Buffer.alloc(32, 7).toString('base64')}}]}
      - identity: {}
`;

for (const version of clusterVersions()) {
  describe(`API server ${version}`, needsCluster(version, 'kubectl'), () => {
    let cluster: TestCluster;
    before(async () => {
      cluster = await startCluster({ servers: 1, version, encryption: CONFIGURATION });
      const api = await cluster.api();
      await api.create(NAMESPACES, { metadata: { name: 'shop' } });
      await api.create(SECRETS, { metadata: { namespace: 'shop', name: 's' }, stringData: { a: SECRET } });
      const containers = [{ name: 'a', image: 'quay.io/a/b:1', env: [{ name: 'PASSWORD', value: SECRET }] }];
      await api.create(DEPLOYMENTS, {
        metadata: { namespace: 'shop', name: 'web' },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
        },
      });
      await api.create(NODES, { metadata: { name: 'n1' } });
      api.close();
    });
    after(() => cluster.stop());

    const kubectl = (args: readonly string[], input = ''): string =>
      execFileSync(clusterProgram('kubectl') ?? '', ['--kubeconfig', cluster.kubeconfig, ...args], {
        input,
        encoding: 'utf8',
      });
    const collect = (args: readonly string[]) => runCommand(['benchmark', 'collect', ...args], { folder });

    test('without rights every kind is a gap, with the printed role none is, and no Secret is in the bundle', async () => {
      const kubeconfig = cluster.userKubeconfig({ name: 'auditor' });
      const before = await collect(['--kubeconfig', kubeconfig]);
      assert.equal(before.code, 3);
      assert.match(before.stderr, /lacks the verb "get" on namespaces .*--rbac/);
      const role = await collect(['--rbac']);
      kubectl(['create', 'namespace', 'kyverno']);
      kubectl(['apply', '-f', '-'], role.stdout);
      kubectl(['create', 'clusterrolebinding', 'a', '--clusterrole=plimsoll-benchmark-collect', '--user=auditor']);
      for (const namespace of ['kube-system', 'kyverno']) {
        kubectl(['-n', namespace, 'create', 'rolebinding', 'a', '--role=plimsoll-benchmark-collect', '--user=auditor']);
      }
      const { code, stdout, stderr } = await until(
        () => collect(['--kubeconfig', kubeconfig]),
        ({ code: now, stderr: said }) => now === 0 && !said.includes('forbidden'),
      );
      assert.equal(code, 0, stderr);
      const bundle: EvidenceBundle = JSON.parse(stdout);
      assert.ok(resultValidator('evidence-1')(bundle));
      assert.equal(bundle.cluster?.id, kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}']));
      assert.equal(bundle.cluster.version, JSON.parse(kubectl(['get', '--raw', '/version'])).gitVersion);
      assert.deepEqual(bundle.gaps, [
        { kind: 'not-scanned', target: 'n1', reason: 'nothing was collected on this node' },
      ]);
      assert.doesNotMatch(stdout, new RegExp(`${SECRET}|managedFields`));
      assert.ok(!bundle.objects.some(({ kind }) => kind === 'Secret'));
      const names = (kind: string) => bundle.objects.filter((one) => one.kind === kind).map(({ name }) => name);
      assert.deepEqual(names('Deployment'), ['web']);
      const roles = kubectl(['get', 'clusterroles', '-o', 'name']).trim().split('\n');
      assert.deepEqual(names('ClusterRole'), roles.map((name) => name.replace(/^.*\//, '')).sort());
      assert.equal((await collect(['--kubeconfig', kubeconfig, '--quiet'])).stdout, stdout, 'the same bytes');
    });

    test('the processes of the control plane, their files and configuration; a part of another cluster is refused', async () => {
      const script = await collect(['--script', '--for', 'benchmark']);
      const part = (node: string): string => {
        const { stdout, stderr } = spawnSync('sh', ['-s'], {
          input: script.stdout,
          encoding: 'utf8',
          env: { PLIMSOLL_NODE: node },
        });
        assert.equal(stderr, '');
        return stdout;
      };
      writeFileSync(join(folder, 'n1.part'), part('n1'));
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
      writeFileSync(join(folder, 'key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
      const { code, stderr } = await collect([
        '--nodes',
        'n1.part',
        '--kubeconfig',
        cluster.kubeconfig,
        '--key',
        'key.pem',
        '--output',
        'evidence.json',
      ]);
      assert.equal(code, 0, stderr);
      const bundle: EvidenceBundle = JSON.parse(readFileSync(join(folder, 'evidence.json'), 'utf8'));
      const [node] = bundle.nodes;
      assert.equal(node?.node, 'n1');
      const own = cluster.directory;
      const flagged = node.observations.filter((one) => one.kind === 'process' && one.argv.join(' ').includes(own));
      const [server, etcd] = ['kube-apiserver', 'etcd'].map((name) =>
        flagged.find((one) => one.kind === 'process' && new RegExp(`/${name}$`).test(one.exe ?? '')),
      );
      assert.ok(server?.kind === 'process' && etcd?.kind === 'process', JSON.stringify(flagged));
      const argv = readFileSync(`/proc/${server.pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      assert.deepEqual(server.argv, argv);
      const path = argv.find((word) => word.startsWith('--encryption-provider-config='))?.replace(/^[^=]*=/, '') ?? '';
      const content = node.observations.find((one) => one.kind === 'content' && one.path === path);
      assert.ok(content?.kind === 'content' && content.redacted, path);
      assert.doesNotMatch(content.text, /BwcHBw/);
      assert.match(content.text, /secretbox/);
      for (const flag of ['--tls-private-key-file=', '--client-ca-file=']) {
        const named = argv.find((word) => word.startsWith(flag))?.slice(flag.length);
        assert.ok(
          node.observations.some((one) => one.kind === 'file' && one.path === named),
          flag,
        );
      }
      writeFileSync(join(folder, 'other.part'), part('elsewhere'));
      const other = await collect(['--nodes', 'other.part', '--kubeconfig', cluster.kubeconfig]);
      assert.equal(other.code, 2);
      assert.match(other.stderr, /has no node elsewhere: the part is of another cluster/);
    });
  });
}

async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + 15_000; ; await sleep(200)) {
    const value = await ask();
    if (holds(value) || Date.now() > end) return value;
  }
}
