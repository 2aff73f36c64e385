// The etcd client against a real member, with etcdctl as the second opinion, and a snapshot that etcdctl restores.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterProgram, needsCluster } from '../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../test/cluster/cluster.ts';
import { BACKEND_COMMIT, histogramOf, histogramSince, quantile, WAL_FSYNC } from '../metrics/histogram.ts';
import { makeEndpoint } from '../transport/endpoint.ts';
import { ServerError, type ServerErrorKind } from '../transport/server-error.ts';
import { EtcdClient, prefixEnd } from './client.ts';
import { etcdEndpoint } from './endpoint.ts';
import { memberIdText } from './records.ts';

describe('etcd', needsCluster('1.20', 'etcdctl'), () => {
  let cluster: TestCluster;
  let etcd: EtcdClient;
  before(async () => {
    cluster = await startCluster({ servers: 1 });
    etcd = await cluster.etcdClient();
  });
  after(async () => {
    etcd.close();
    await cluster.stop();
  });

  const etcdctl = (...args: readonly string[]): string => {
    const { endpoints, ca, certificate, key } = cluster.etcd;
    const access = ['--endpoints', endpoints.join(','), '--cacert', ca, '--cert', certificate, '--key', key];
    return execFileSync(clusterProgram('etcdctl') ?? '', [...access, ...args], {
      encoding: 'utf8',
      env: { ETCDCTL_API: '3' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  };

  test('values are those of etcdctl, page by page and as of an earlier revision', async () => {
    for (let index = 0; index < 12; index += 1) etcdctl('put', `/test/${index}`, `value ${index}`);
    const { revision } = await etcd.status();
    etcdctl('put', '/test/0', 'changed');
    etcdctl('del', '/test/1');
    const now: string[] = [];
    for await (const { key, value } of etcd.values('/test/', { limit: 5 })) now.push(`${key}\n${value}\n`);
    assert.equal(now.join(''), etcdctl('get', '--prefix', '/test/'));
    const then: string[] = [];
    for await (const { key, value } of etcd.values('/test/', { limit: 5, revision })) then.push(`${key}\n${value}\n`);
    assert.equal(then.join(''), etcdctl('get', '--prefix', '/test/', `--rev=${revision}`));
    const { values } = await etcd.range('/test/0');
    assert.deepEqual(
      values.map(({ version, createRevision, modRevision }) => [version, createRevision < modRevision]),
      [[2, true]],
    );
    const counted = await etcd.range('/test/', { end: prefixEnd('/test/'), countOnly: true });
    assert.deepEqual([counted.count, counted.values.length], [11, 0]);
    const keys = await etcd.range('/test/', { end: prefixEnd('/test/'), keysOnly: true, limit: 1, serializable: true });
    assert.deepEqual([keys.values[0]?.value.length, keys.more], [0, true]);
  });

  test('the state is that of etcdctl', async () => {
    const status = await etcd.status();
    const [told]: [{ Status: { header: { member_id: bigint }; version: string; dbSize: number } }] = JSON.parse(
      etcdctl('endpoint', 'status', '-w', 'json').replace(/"(member_id|leader|cluster_id)":(\d+)/g, '"$1":"$2"'),
    );
    assert.equal(status.memberId, told.Status.header.member_id);
    assert.equal(status.version, told.Status.version);
    assert.ok(status.isLeader && !status.isLearner && status.dbBytesInUse <= status.dbBytes);
    assert.deepEqual(status.errors, []);
    const [member] = await etcd.members();
    assert.match(etcdctl('member', 'list'), new RegExp(`^${memberIdText(member?.id ?? '')}, started, ncn-m001,`));
    assert.deepEqual(member?.clientUrls, cluster.etcd.endpoints);
    assert.deepEqual(await etcd.alarms(), []);
    assert.ok(await etcd.isHealthy());
  });

  test('a compacted revision is gone, and defragmentation frees the pages', async () => {
    const filler = 'x'.repeat(40_000);
    for (let index = 0; index < 30; index += 1) etcdctl('put', '/filler', filler + index);
    const { revision, dbBytes } = await etcd.status();
    await etcd.compact(revision, { physical: true });
    await rejects(etcd.range('/filler', { revision: revision - 1 }), 'gone', /compacted/);
    await rejects(etcd.compact(revision), 'gone', /compacted/);
    await etcd.defragment();
    assert.ok((await etcd.status()).dbBytes < dbBytes);
  });

  test('a snapshot is whole, has its checksum, and is restored by etcdctl', async () => {
    const file = join(cluster.directory, 'saved.db');
    const { bytes, sha256 } = await etcd.saveSnapshot(file);
    const content = readFileSync(file);
    assert.equal(content.length, bytes);
    assert.equal(createHash('sha256').update(content).digest('hex'), sha256);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(!existsSync(`${file}.part`));
    const restored = join(cluster.directory, 'restored');
    etcdctl('snapshot', 'restore', file, '--data-dir', restored);
    assert.ok(existsSync(join(restored, 'member/snap/db')));
    const status: { totalKey: number } = JSON.parse(etcdctl('snapshot', 'status', file, '-w', 'json'));
    assert.ok(status.totalKey > 100);

    writeFileSync(file, 'what was there');
    const nowhere = join(cluster.directory, 'no-such-folder', 'saved.db');
    await assert.rejects(etcd.saveSnapshot(nowhere), { code: 'input-unreadable' });
    rmSync(file);
  });

  test('metrics tell how long the disk takes, also since an earlier reading', async () => {
    const before = await etcd.metrics();
    for (let index = 0; index < 20; index += 1) etcdctl('put', '/test/disk', String(index));
    const later = await etcd.metrics();
    for (const name of [WAL_FSYNC, BACKEND_COMMIT]) {
      const [first, second] = [histogramOf(before, name), histogramOf(later, name)];
      assert.ok(first !== undefined && second !== undefined, name);
      const between = histogramSince(first, second);
      const p99 = between === undefined ? undefined : quantile(between, 0.99);
      assert.ok(between !== undefined && p99 !== undefined, name);
      assert.ok(between.count > 0 && p99 > 0 && p99 < 10, `${name} ${p99}`);
      assert.equal(histogramSince(second, first), undefined);
    }
  });

  test('without the right certificate, and without the member, it says so', async () => {
    const [endpoint = ''] = cluster.etcd.endpoints;
    const { etcd: files, nodes } = cluster;
    const bare = new EtcdClient(makeEndpoint({ server: endpoint }, { ca: readFileSync(files.ca, 'utf8') }, 'test'));
    await rejects(bare.status(), 'certificate', /wants a client certificate/);
    bare.close();
    const pki = nodes[0]?.path('/etc/kubernetes/pki') ?? '';
    const other = new EtcdClient(
      await etcdEndpoint({ endpoint, ca: join(pki, 'ca.crt'), certificate: files.certificate, key: files.key }),
    );
    await rejects(other.status(), 'certificate', /authority that is not trusted|not signed by the authority/);
    other.close();
    await nodes[0]?.stop('etcd');
    await sleep(200);
    await rejects(etcd.status(), 'unreachable', /nothing listens there/);
    assert.equal(await etcd.isHealthy(), false);
    nodes[0]?.start('etcd');
  });
});

async function rejects(asked: Promise<unknown>, kind: ServerErrorKind, message: RegExp): Promise<void> {
  try {
    await asked;
  } catch (error) {
    assert.ok(error instanceof ServerError, String(error));
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    return;
  }
  assert.fail(`not refused as ${kind}`);
}
