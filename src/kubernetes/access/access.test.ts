// Kubeconfigs as kubectl reads them, and what is refused. Servers: access.cluster.test.ts.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { after, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { stringify } from 'yaml';
import { LIMITS } from '../../platform/limits.ts';
import { ApiClient } from '../api/client.ts';
import { parseKubeconfig } from './kubeconfig.ts';
import { type AccessPlaces, loadAccess } from './load-access.ts';
import { podAccess } from './pod-access.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-access-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const TOKEN = 'TOP-SECRET-TOKEN';

let files = 0;

/** Writes a kubeconfig with one context `here`; gives its path. */
function write(user: unknown, cluster: unknown = {}, name?: string): string {
  files += 1;
  const path = join(folder, name ?? `config-${files}`);
  writeFileSync(
    path,
    stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', ...(cluster as object) } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'demo' } }],
      'current-context': 'here',
    }),
  );
  return path;
}

function load(kubeconfig: string | undefined, more: Partial<AccessPlaces> = {}): ReturnType<typeof loadAccess> {
  return loadAccess({ kubeconfig, workingDirectory: folder, environment: { PATH: '/usr/bin:/bin' }, ...more });
}

describe('a context', () => {
  test('gives server, namespace, token and whom to act as; printing it shows no token', async () => {
    const path = write({ token: TOKEN, as: 'other', 'as-groups': ['a', 'b'], 'as-uid': '7' });
    const access = await load(path);
    assert.equal(access.endpoint.server, 'https://127.0.0.1:6443');
    assert.equal(access.namespace, 'demo');
    assert.equal(access.origin, `context here of ${path}`);
    assert.equal(await access.token?.(), TOKEN);
    assert.deepEqual(access.headers, {
      'impersonate-user': 'other',
      'impersonate-group': ['a', 'b'],
      'impersonate-uid': '7',
    });
    assert.ok(!inspect(access, { depth: 9, showHidden: true }).includes(TOKEN));
    assert.ok(!JSON.stringify(access).includes(TOKEN));
  });

  test('a token file wins over a token, is relative to the kubeconfig and is read each time', async () => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub/token'), 'first\n');
    const { token } = await load(write({ token: TOKEN, tokenFile: 'token' }, {}, 'sub/config'));
    assert.equal(await token?.(), 'first');
    writeFileSync(join(folder, 'sub/token'), 'second\n');
    assert.equal(await token?.(), 'second');
  });

  test('another server of the cluster is asked when it is named', async () => {
    const access = await load(write({ token: TOKEN }), { server: 'https://10.0.0.2:6443/' });
    assert.equal(access.endpoint.server, 'https://10.0.0.2:6443');
    await assert.rejects(load(write({}), { server: 'http://10.0.0.2' }), { code: 'cluster' });
  });

  for (const [what, user, cluster, message] of [
    ['a password', { username: 'a', password: TOKEN }, {}, /a password is no longer accepted/],
    ['an auth-provider', { 'auth-provider': { name: 'gcp' } }, {}, /an auth-provider is no longer accepted/],
    ['a key without certificate', { 'client-key-data': 'QQ==' }, {}, /needs its key, and a key its certificate/],
    [
      'a certificate that is none',
      { 'client-key-data': 'QQ==', 'client-certificate-data': 'QQ==' },
      {},
      /cannot be used/,
    ],
    ['a file that is missing', { 'client-certificate': 'no-such' }, {}, /no-such: there is no such client certificate/],
    ['plain HTTP beyond loopback', {}, { server: 'http://example.com' }, /accepted on loopback only/],
    ['an address that is none', {}, { server: 'example.com:6443' }, /is no https URL/],
    ['credentials in the address', {}, { server: `https://a:${TOKEN}@example.com` }, /is no https URL/],
    ['groups to act as without a name', { 'as-groups': ['system:masters'] }, {}, /but no name/],
    ['extra fields to act as', { as: 'a', 'as-user-extra': { scopes: ['b'] } }, {}, /extra fields/],
  ] as const) {
    test(`${what} is refused`, async () => {
      await assert.rejects(load(write(user, cluster)), (error: Error) => {
        assert.match(error.message, message);
        return !inspect(error, { depth: 9 }).includes(TOKEN);
      });
    });
  }
});

test('the proxy that a kubeconfig names is asked for the server', async () => {
  const asked: string[] = [];
  const sockets: Duplex[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    if (asked.length === 1) socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    else sockets.push(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const cluster = { server: 'https://api.example:6443', 'proxy-url': `http://127.0.0.1:${port}` };
  const client = new ApiClient(await load(write({}, cluster)), { timeoutMs: 300 });
  await assert.rejects(client.raw('/readyz'), { kind: 'unreachable' });
  assert.deepEqual(asked, ['api.example:6443']);
  // A proxy that is silent is no connection, either.
  await assert.rejects(client.raw('/readyz'), { kind: 'unreachable' });
  assert.equal(sockets.length, 1);
  client.close();
  for (const socket of sockets) socket.destroy();
  proxy.close();
});

describe('where it is looked for', () => {
  test('a named file, KUBECONFIG, the home, a pod, in this order', async () => {
    const named = write({ token: 'named' });
    const listed = write({ token: 'listed' });
    const home = join(folder, 'home');
    mkdirSync(join(home, '.kube'), { recursive: true });
    write({ token: 'home' }, {}, 'home/.kube/config');
    const environment = { HOME: home, KUBECONFIG: `${join(folder, 'no-such')}:${listed}` };
    assert.equal(await (await load(named, { environment })).token?.(), 'named');
    assert.equal(await (await load(undefined, { environment })).token?.(), 'listed');
    assert.equal(await (await load(undefined, { environment: { HOME: home } })).token?.(), 'home');
    const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    await assert.rejects(load(undefined, { environment: pod }), { code: 'input-missing' });
    await assert.rejects(load(undefined, { environment: {} }), /give --kubeconfig/);
    await assert.rejects(load(undefined, { environment: { KUBECONFIG: 'no-such' } }), /names no file that is there/);
  });

  test('of several files the first that has a name wins, and the first current context', () => {
    const of = (file: string, server: string, context?: string): { file: string; text: string } => ({
      file,
      text: stringify({
        clusters: [
          { name: 'c', cluster: { server } },
          { name: file, cluster: { server } },
        ],
        ...(context === undefined ? {} : { 'current-context': context }),
      }),
    });
    const config = parseKubeconfig([
      of('one', 'https://1'),
      of('two', 'https://2', 'x'),
      of('three', 'https://3', 'y'),
    ]);
    assert.deepEqual(
      [...config.clusters].map(([name, { file, value }]) => [name, file, value.server]),
      [
        ['c', 'one', 'https://1'],
        ['one', 'one', 'https://1'],
        ['two', 'two', 'https://2'],
        ['three', 'three', 'https://3'],
      ],
    );
    assert.equal(config.currentContext, 'x');
  });

  test('a context, cluster or user that is not there is named, with those that are', async () => {
    await assert.rejects(load(write({}), { context: 'nowhere' }), /no context "nowhere" \(there are: here\)/);
    const path = join(folder, 'dangling');
    writeFileSync(path, 'contexts: [{name: a, context: {cluster: b, user: c}}]\ncurrent-context: a\n');
    await assert.rejects(load(path), /there is no cluster "b"/);
    writeFileSync(path, '{}');
    await assert.rejects(load(path), /no current context: give --context/);
  });

  test('errors in the file name the place and never the text', async () => {
    const path = join(folder, 'broken');
    writeFileSync(path, `users:\n- name: a\n  user: {token: [${TOKEN}]}\n`);
    await assert.rejects(load(path), (error: Error) => {
      assert.match(error.message, /not a kubeconfig: users\.0\.user\.token/);
      return !inspect(error).includes(TOKEN);
    });
    writeFileSync(path, `token: "${TOKEN}\n`);
    await assert.rejects(load(path), (error: Error) => {
      assert.match(error.message, /:2:1: not YAML/);
      return !inspect(error).includes(TOKEN);
    });
    writeFileSync(path, ' '.repeat(LIMITS.kubeconfigBytes + 1));
    await assert.rejects(load(path), { code: 'limit' });
  });
});

describe('a credential program', () => {
  const program = join(folder, 'plug-in');
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: './plug-in',
    env: [{ name: 'SAY', value: 'x' }],
  };
  const say = (script: string): void => {
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o700);
  };

  test('does not run unless it is allowed', async () => {
    say(`touch ${folder}/ran`);
    await assert.rejects(load(write({ exec })), /wants to run the program \.\/plug-in, which is not allowed/);
    assert.throws(() => rmSync(join(folder, 'ran')), { code: 'ENOENT' });
  });

  test('gives a token, and is asked again before that expires', async () => {
    const given = (expires: string): string =>
      `n=$(cat ${folder}/n 2>/dev/null || echo 0); n=$((n + 1)); echo $n > ${folder}/n
       echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"'$SAY$n'","expirationTimestamp":"${expires}"}}'`;
    say(given('2000-01-01T00:00:00Z'));
    const stale = await load(write({ exec }), { allowExec: true });
    assert.deepEqual([await stale.token?.(), await stale.token?.()], ['x2', 'x3']);
    say(given('2999-01-01T00:00:00Z'));
    const fresh = await load(write({ exec }), { allowExec: true });
    assert.deepEqual([await fresh.token?.(), await fresh.token?.()], ['x4', 'x4']);
  });

  for (const [what, script, message] of [
    ['fails', `echo ${TOKEN}; exit 3`, /failed \(exit code 3\)/],
    ['prints something else', `echo '{"token":"${TOKEN}"}'`, /did not give an ExecCredential/],
    ['never stops printing', 'yes 0123456789012345678901234567890123456789', /prints without an end/],
  ] as const) {
    test(`that ${what} is an error without what it printed`, async () => {
      say(script);
      await assert.rejects(load(write({ exec }), { allowExec: true }), (error: Error) => {
        assert.match(error.message, message);
        return !inspect(error).includes(TOKEN);
      });
    });
  }

  test('of an unknown version, or that wants to ask, is refused', async () => {
    for (const [change, message] of [
      [{ apiVersion: 'client.authentication.k8s.io/v9' }, /v9, which is not known/],
      [{ interactiveMode: 'Always' }, /wants to ask the user/],
      [{ provideClusterInfo: true }, /wants to be told about the cluster/],
      [{ command: './no-such' }, /cannot be started/],
    ] as const) {
      await assert.rejects(load(write({ exec: { ...exec, ...change } }), { allowExec: true }), message);
    }
  });
});

test("a pod's service account: IPv6 addresses too", async () => {
  const account = join(folder, 'account');
  mkdirSync(account);
  for (const [name, text] of Object.entries({ 'ca.crt': '', namespace: 'demo\n', token: 'abc\n' })) {
    writeFileSync(join(account, name), text);
  }
  const access = await podAccess('fd00::1', '443', account);
  assert.equal(access.endpoint.server, 'https://[fd00::1]');
  assert.deepEqual([access.namespace, await access.token?.()], ['demo', 'abc']);
});
