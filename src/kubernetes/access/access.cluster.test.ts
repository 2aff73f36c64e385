// A pod's service account and a kubeconfig's other identities against a real server: it is the server that says who we are.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { clusterProgram, needsCluster } from '../../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../../test/cluster/cluster.ts';
import type { ApiAccess } from '../api/access.ts';
import { ApiClient } from '../api/client.ts';
import { SECRETS } from '../api/resource.ts';
import { ServerError } from '../transport/server-error.ts';
import { loadAccess } from './load-access.ts';
import { podAccess } from './pod-access.ts';

describe('who we are to the server', needsCluster('1.20', 'kubectl'), () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster({ servers: 1 });
  });
  after(() => cluster.stop());

  /** The user that a refusal names. */
  async function userOf(access: ApiAccess): Promise<string | undefined> {
    const client = new ApiClient(access, { retries: 0 });
    try {
      await client.listPage(SECRETS);
      return 'may do everything';
    } catch (error) {
      assert.ok(error instanceof ServerError, String(error));
      return /forbidden: user (\S+) lacks/.exec(error.message)?.[1] ?? error.kind;
    } finally {
      client.close();
    }
  }

  test('the service account of a pod, whose token is renewed in its file', async () => {
    const kubectl = (args: readonly string[], input: string): string =>
      execFileSync(clusterProgram('kubectl') ?? '', ['--kubeconfig', cluster.kubeconfig, ...args, '-f', '-'], {
        encoding: 'utf8',
        input,
      });
    kubectl(['apply'], '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"namespace":"default","name":"pod"}}');
    const answer = kubectl(
      ['create', '--raw', '/api/v1/namespaces/default/serviceaccounts/pod/token'],
      '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}',
    );
    const token: string = JSON.parse(answer).status.token;
    const folder = join(cluster.directory, 'account');
    mkdirSync(folder);
    const ca = readFileSync(join(cluster.directory, 'pki/ca.crt'), 'utf8');
    for (const [name, text] of Object.entries({ 'ca.crt': ca, namespace: 'default', token: 'old' })) {
      writeFileSync(join(folder, name), text);
    }
    const [host = '', port = ''] = new URL(cluster.nodes[0]?.url ?? '').host.split(':');
    const access = await podAccess(host, port, folder);
    assert.equal(await userOf(access), 'unauthorized');
    writeFileSync(join(folder, 'token'), token);
    assert.equal(await userOf(access), 'system:serviceaccount:default:pod');
  });

  test('the certificate of a user, and whom the kubeconfig acts as', async () => {
    const path = cluster.userKubeconfig({ name: 'jane' });
    const load = (kubeconfig: string): Promise<ApiAccess> =>
      loadAccess({ kubeconfig, workingDirectory: '/', environment: {} });
    assert.equal(await userOf(await load(path)), 'jane');
    assert.equal(await userOf(await load(cluster.kubeconfig)), 'may do everything');
    const config = parse(readFileSync(cluster.kubeconfig, 'utf8'));
    config.users[0].user.as = 'joe';
    const acting = join(cluster.directory, 'acting.conf');
    writeFileSync(acting, stringify(config));
    assert.equal(await userOf(await load(acting)), 'joe');
    config.users[0].user['as-groups'] = ['others', 'system:masters'];
    writeFileSync(acting, stringify(config));
    assert.equal(await userOf(await load(acting)), 'may do everything');
  });
});
