// A real control plane against a real benchmark: its processes by the collector, its objects through the API server, with bad flags and, after its manifest is
// mended, with good ones. What must be said of each flag is known beforehand.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { needsCluster } from '../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../test/cluster/cluster.ts';
import { needsShared, sharedPath } from '../../test/support/needs.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { NODES, type Resource } from '../kubernetes/api/resource.ts';
import type { EvidenceBundle, NodeEvidence, Observation } from '../kubernetes/evidence/evidence.ts';
import type { BenchmarkResult, CheckResult } from '../posture/benchmark/result/result.ts';

const CFG = 'data/k8s/kube-bench/cfg';
const DEPLOYMENTS: Resource = { group: 'apps', version: 'v1', plural: 'deployments', namespaced: true };
const NODE = 'ncn-m001';
const CONFIGURATION = `kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
  - resources: [secrets]
    providers:
      - aescbc: {keys: [{name: key1, secret: ${Buffer.alloc(32, 7).toString('base64')}}]}
      - identity: {}
  - resources: [configmaps]
    providers:
      - identity: {}
`;
/** Flags that the benchmark asks for, and that kubeadm does not set. */
const MENDED = [
  '--anonymous-auth=false',
  '--profiling=false',
  '--audit-log-maxage=30',
  '--service-account-lookup=true',
];

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-evaluate-'));
after(() => rmSync(folder, { recursive: true }));

const needs = needsShared(CFG).skip === false ? needsCluster('1.20') : needsShared(CFG);

describe('a real control plane against cis-1.20', needs, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster({ servers: 1, encryption: CONFIGURATION });
    const api = await cluster.api();
    const containers = [{ name: 'a', image: 'quay.io/a/b:1', securityContext: { privileged: true } }];
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers } };
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    await api.create(DEPLOYMENTS, { metadata: { namespace: 'default', name: 'bad' }, spec });
    await api.create(NODES, { metadata: { name: NODE } });
    api.close();
  });
  after(() => cluster.stop());

  test('bad flags, then good ones', { timeout: 240_000 }, async () => {
    const bad = await evaluated(cluster, 'bad');
    const word = (result: BenchmarkResult, id: string) => checkOf(result, id).verdict;
    for (const [id, verdict] of [
      ['1.2.1', 'warn'], // anonymous-auth
      ['1.2.7', 'pass'], // authorization-mode
      ['1.2.8', 'pass'],
      ['1.2.20', 'fail'], // profiling
      ['1.2.22', 'fail'], // audit-log-maxage
      ['1.2.33', 'pass'], // the rule for Secrets encrypts; kube-bench looks at the last rule
      ['1.3.2', 'not-applicable'], // no controller manager
      ['2.1', 'pass'],
      ['2.2', 'pass'],
      ['2.3', 'pass'],
      ['2.7', 'pass'],
      ['3.2.1', 'warn'],
      ['4.2.1', 'no-evidence'], // no kubelet
      ['5.1.1', 'pass'],
      ['5.2.1', 'warn'], // the privileged workload
      ['5.2.2', 'pass'],
      ['5.7.4', 'warn'],
    ] as const) {
      assert.equal(word(bad, id), verdict, `${id}: ${checkOf(bad, id).reason}`);
    }
    assert.equal(checkOf(bad, '1.2.33').parts[0]?.kubeBench, 'WARN');
    const { manifest } = cluster.nodes[0] ?? { manifest: '' };
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(
      manifest,
      text.replace(
        /( +)- --allow-privileged=true\n/,
        (line, indent: string) => line + MENDED.map((flag) => `${indent}- ${flag}\n`).join(''),
      ),
    );
    await restarted(cluster);
    const good = await evaluated(cluster, 'good');
    assert.deepEqual(
      ['1.2.1', '1.2.20', '1.2.22', '1.2.26'].map((id) => word(good, id)),
      ['pass', 'pass', 'pass', 'pass'],
    );
    const { stdout, code } = await runCommand(
      ['benchmark', 'compare', 'bad.json', 'good.json', '--format', 'json', '--fail-on', 'worse'],
      { folder },
    );
    const comparison = JSON.parse(stdout) as { changes: { check: string; cause: string; settings: unknown }[] };
    assert.ok(resultValidator('benchmark-comparison-1')(comparison as unknown));
    assert.equal(code, 0);
    const changed = comparison.changes.find(({ check }) => check === '1.2.1');
    assert.deepEqual(
      [changed?.cause, changed?.settings],
      ['configuration-changed', [{ name: '--anonymous-auth', from: [], to: ['false'] }]],
    );
  });
});

function checkOf({ results }: BenchmarkResult, id: string): CheckResult {
  const found = results.find(({ check }) => check === id);
  assert.ok(found !== undefined, id);
  return found;
}

/** Runs the collector and the commands; of the processes of this machine only the cluster's own count. */
async function evaluated(cluster: TestCluster, name: string): Promise<BenchmarkResult> {
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(['benchmark', ...args], { folder });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await run('collect', '--script', '--output', 'collect.sh');
  const { stdout } = spawnSync('sh', [join(folder, 'collect.sh')], {
    encoding: 'utf8',
    env: { ...process.env, PLIMSOLL_NODE: NODE },
    maxBuffer: 64 * 1024 ** 2,
  });
  writeFileSync(join(folder, 'node.part'), stdout);
  const bundle = JSON.parse(
    await run('collect', '--nodes', 'node.part', '--kubeconfig', cluster.kubeconfig),
  ) as EvidenceBundle;
  const own = (one: Observation): boolean =>
    one.kind !== 'process' || one.argv.some((argument) => argument.includes(cluster.directory));
  const nodes = bundle.nodes.map((node): NodeEvidence => ({ ...node, observations: node.observations.filter(own) }));
  writeFileSync(join(folder, 'evidence.json'), JSON.stringify({ ...bundle, nodes }));
  const json = await run('evaluate', 'evidence.json', '--cfg', sharedPath(CFG), '--format', 'json');
  writeFileSync(join(folder, `${name}.json`), json);
  const result = JSON.parse(json) as BenchmarkResult;
  assert.ok(resultValidator('benchmark-1')(result as unknown));
  assert.equal(result.benchmark, 'cis-1.20');
  return result;
}

/** Until the API server runs with the new flags and is ready. */
async function restarted(cluster: TestCluster): Promise<void> {
  const [node] = cluster.nodes;
  for (let tries = 0; tries < 600; tries += 1) {
    const pid = node?.running('kube-apiserver')?.pid;
    const line =
      pid === undefined ? '' : spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
    if (MENDED.every((flag) => line.includes(flag))) break;
    await sleep(100);
  }
  await cluster.waitReady();
}
