// B14: Secrets rewritten with a new key by `encryption rewrite`, which reads each one, keeps what others wrote meanwhile and checks what the server kept,
// against a bare loop of replaces that does none of it. One real API server and one etcd; both write every value, because the key changes in between.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { ApiClient } from '../src/kubernetes/api/client.ts';
import { NAMESPACES, SECRETS } from '../src/kubernetes/api/resource.ts';
import { rewrite } from '../src/operate/encryption/rewrite/rewrite.ts';
import { needsCluster } from '../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../test/cluster/cluster.ts';
import { ENCRYPTION_CONFIG } from '../test/cluster/node.ts';
import { type Measurement, median, ratioMeasurement } from './measurement.ts';

const ROUNDS = 5;
const SECRETS_EACH = 250;
const SPACES = ['one', 'two', 'three', 'four'];
const ALL = SECRETS_EACH * SPACES.length;
const BYTES = 1500;
const KEYS = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));

/** Needs etcd and kube-apiserver; nothing, said on stderr, without them. */
export async function measure(): Promise<readonly Measurement[]> {
  const { skip } = needsCluster();
  if (skip !== false) {
    console.error(`skipped: B14 (${skip})`);
    return [];
  }
  const cluster = await startCluster({ servers: 1, encryption: configuration(0) });
  try {
    const client = await cluster.api();
    await fill(client);
    const times: Record<'ours' | 'loop', number[]> = { ours: [], loop: [] };
    for (let round = 0; round < 2 * ROUNDS; round += 1) {
      await useKey(cluster, (round + 1) % 2);
      // Taking turns by pairs: each of both meets each key, and comes first as often.
      const which = (round + (round >> 1)) % 2 === 0 ? 'ours' : 'loop';
      const start = performance.now();
      await (which === 'ours' ? rewriteAll(client) : replaceAll(client));
      times[which].push((performance.now() - start) / 1000);
    }
    client.close();
    const ratio = median(times.ours.map((time, round) => time / (times.loop[round] ?? Number.NaN)));
    const name = `${ALL} Secrets rewritten, wall, against a loop of replaces`;
    return [ratioMeasurement('B14', name, median(times.ours), median(times.loop), 's', 1.5, ratio)];
  } finally {
    await cluster.stop();
  }
}

async function fill(client: ApiClient): Promise<void> {
  for (const namespace of SPACES) {
    await client.create(NAMESPACES, { metadata: { name: namespace } });
    for (let index = 0; index < SECRETS_EACH; index += 1) {
      const data = { value: randomBytes(BYTES).toString('base64') };
      await client.create(SECRETS, { metadata: { namespace, name: `s${index}` }, data });
    }
  }
}

/** As fast as the server takes it. */
async function rewriteAll(client: ApiClient): Promise<void> {
  const { objects, written } = await rewrite(client, SECRETS, { perSecond: 1e6, settleMs: 0, rehearsal: false });
  if (written !== objects) throw new Error(`${written} of ${objects} were written`);
}

async function replaceAll(client: ApiClient): Promise<void> {
  for await (const secret of client.list(SECRETS)) await client.replace(SECRETS, secret);
}

/** The other key writes, and the server starts with that. */
async function useKey(cluster: TestCluster, first: number): Promise<void> {
  for (const node of cluster.nodes) {
    writeFileSync(node.path(ENCRYPTION_CONFIG), configuration(first));
    await node.kill('kube-apiserver');
  }
  await cluster.waitReady();
}

function configuration(first: number): string {
  const keys = [first, 1 - first].map((index) => ({ name: `k${index}`, secret: KEYS[index] }));
  return JSON.stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [{ resources: ['secrets'], providers: [{ aescbc: { keys } }, { identity: {} }] }],
  });
}
