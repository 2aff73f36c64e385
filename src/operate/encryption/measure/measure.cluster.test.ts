// A measurement of a real server: what it says has its schema, it leaves nothing behind, and it can be compared with itself.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { needsCluster } from '../../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../../test/cluster/cluster.ts';
import { type CommandOutcome, runCommand } from '../../../../test/support/run-command.ts';
import { resultValidator } from '../../../../test/support/schemas.ts';
import type { ApiClient } from '../../../kubernetes/api/client.ts';
import { type Resource, SECRETS } from '../../../kubernetes/api/resource.ts';
import { CONFIG_MAPS } from './measure.ts';

const LOAD = ['--objects', '6', '--bytes', '700'];

describe('measure', needsCluster(), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  before(async () => {
    cluster = await startCluster({ servers: 1 });
    api = await cluster.api();
  });
  after(async () => {
    api?.close();
    await cluster?.stop();
  });

  const run = (...args: readonly string[]): Promise<CommandOutcome> =>
    runCommand(['encryption', 'measure', '--kubeconfig', cluster.kubeconfig, ...LOAD, ...args], {
      folder: cluster.directory,
    });

  async function names(resource: Resource): Promise<readonly (string | undefined)[]> {
    const found: (string | undefined)[] = [];
    for await (const { metadata } of api.list(resource, { namespace: 'default' })) found.push(metadata.name);
    return found;
  }

  test('a rehearsal makes nothing, and says what it would make', async () => {
    const { code, stdout, stderr } = await run();
    assert.deepEqual([code, stdout], [0, ''], stderr);
    assert.match(stderr, /6 Secrets and 6 ConfigMaps of 700 bytes can be made in default/);
    assert.deepEqual(await names(SECRETS), []);
  });

  test('all figures are there, also of the disk, and nothing is left but what was not ours', async () => {
    // As a measurement leaves it that was killed, and an object of somebody else.
    const labels = { 'plimsoll.measure': 'yes' };
    await api.create(SECRETS, { metadata: { namespace: 'default', name: 'plimsoll-measure-3', labels } });
    await api.create(CONFIG_MAPS, { metadata: { namespace: 'default', name: 'plimsoll-measured' } });
    const { ca, certificate, key, endpoints } = cluster.etcd;
    const etcd = ['--endpoint', endpoints[0] ?? '', '--cacert', ca, '--cert', certificate, '--key', key];
    const { code, stdout, stderr } = await run('--rounds', '6', '--yes', '--format', 'json', ...etcd);
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout);
    const validate = resultValidator('encryption-measurement-1');
    const { rounds, members } = result;
    assert.ok(validate(result), JSON.stringify(validate.errors));
    assert.equal(rounds.length, 6);
    assert.deepEqual([members.length, members[0].walFsync.count > 72], [1, true], stdout);
    assert.deepEqual(await names(SECRETS), []);
    assert.deepEqual(await names(CONFIG_MAPS), ['plimsoll-measured']);

    writeFileSync(join(cluster.directory, 'before.json'), stdout);
    const compared = await run('--rounds', '6', '--yes', '--before', 'before.json', '--format', 'json');
    assert.equal(compared.code, 0, compared.stderr);
    const { before: earlier } = JSON.parse(compared.stdout);
    assert.ok(validate(JSON.parse(compared.stdout)), JSON.stringify(validate.errors));
    assert.equal(earlier.changes.length, 3);
    assert.deepEqual(earlier.members, members);
    const table = await run('--rounds', '5', '--yes', '--before', 'before.json', ...etcd);
    assert.equal(table.code, 0, table.stderr);
    assert.match(table.stdout, /create +[+-]\d.*(?:within noise|slower|faster)\n/);
    assert.match(table.stdout, /https:\/\/127\S+ +[\d.]+ \(before [\d.]+\)/);
    const other = await run('--yes', '--before', 'before.json', '--bytes', '10');
    assert.match(other.stderr, /before\.json is of another load: measure with --objects 6 --bytes 700/);
    assert.equal(other.code, 2);
  });

  test('the least role is enough, and without it the missing right is named', async () => {
    const role = await run('--rbac');
    assert.match(role.stdout, /namespace: "default"/);
    const kubeconfig = cluster.userKubeconfig({ name: 'nobody' });
    const refused = await run('--kubeconfig', kubeconfig);
    assert.match(refused.stderr, /lacks the verb "create" on secrets/);
    assert.equal(refused.code, 3);
  });
});
