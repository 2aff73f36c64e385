// What locks people out goes back, whatever happens to whoever applied it: on a real API server, with the program as a process of its own.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { needsCluster } from '../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../test/cluster/cluster.ts';
import { mitigationPlace } from '../../test/support/mitigation-place.ts';
import type { ApiClient } from '../kubernetes/api/client.ts';
import { parseTarget } from '../operate/mitigation/step/target.ts';

const { folder, mitigation, signed, key: KEY, head: HEAD, remove } = mitigationPlace();
after(remove);

describe('on a real API server', needsCluster(), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  let place: readonly string[];
  before(async () => {
    cluster = await startCluster({ servers: 1 });
    api = await cluster.api();
    place = ['--kubeconfig', cluster.kubeconfig, '--site', 'confirm'];
  });
  after(async () => {
    api.close();
    await cluster.stop();
  });

  const target = (name: string) => parseTarget(`networking.k8s.io/v1 networkpolicies default/${name}`);
  const find = (name: string) => api.find(target(name).resource, target(name).name);

  /** Applies a network policy in a process of its own, and waits until it is there. */
  async function applied(
    name: string,
    seconds: number,
  ): Promise<{ readonly run: ChildProcess; readonly said: () => string }> {
    const policy = `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}, namespace: default}, spec: {podSelector: {}}}`;
    const steps = `steps: [{id: s, type: network-policy, policy: ${policy}}]\n`;
    const bundle = await signed(name, `mitigation: ${name}\n${HEAD.replace('2022-12-31', '2999-12-31')}${steps}`);
    const program = resolve(import.meta.dirname, 'main.ts');
    const args = [program, 'mitigation', 'apply', bundle, ...KEY, ...place, '--confirm-within', String(seconds)];
    const env = { ...process.env, XDG_DATA_HOME: folder, HOME: folder };
    const run = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [run.stdout, run.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    while (!text.includes('waiting ') && run.exitCode === null) await sleep(20);
    assert.notEqual(await find(name), undefined, text);
    return { run, said: () => text };
  }

  async function ended(run: ChildProcess): Promise<number | null> {
    if (run.exitCode === null && run.signalCode === null) await once(run, 'exit');
    return run.exitCode;
  }

  test('the end of the terminal does not end the waiting: it goes back in time', async () => {
    const { run, said } = await applied('hung-up', 2);
    run.stdout?.destroy();
    run.stderr?.destroy();
    run.kill('SIGHUP');
    assert.equal(await ended(run), 1, said());
    assert.equal(await find('hung-up'), undefined);
  });

  test('interrupted, it goes back at once', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { run, said } = await applied('stopped', 600);
      run.kill(signal);
      assert.equal(await ended(run), 1, said());
      assert.match(said(), /nobody confirmed it in time: 1 object given back/);
      assert.equal(await find('stopped'), undefined);
    }
  });

  test('a ledger that another run has does not keep it from going back', async () => {
    const { run, said } = await applied('busy', 1);
    const lock = join(folder, 'plimsoll', 'mitigations', 'confirm', 'lock');
    writeFileSync(lock, `${process.pid} ${hostname()}\n`, { flag: 'wx' });
    while (!said().includes('trying again') && run.exitCode === null) await sleep(50);
    assert.notEqual(await find('busy'), undefined);
    rmSync(lock);
    assert.equal(await ended(run), 1, said());
    assert.equal(await find('busy'), undefined);
  });

  test('what was applied before a step that failed goes back, too', async () => {
    const policy = (name: string, spec: string) =>
      `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}, namespace: default}, spec: ${spec}}`;
    const steps = [
      ['first', '{podSelector: {}}'],
      ['second', '{podSelector: {}, policyTypes: [Sideways]}'],
    ].map(([name = '', spec = '']) => `{id: ${name}, type: network-policy, policy: ${policy(name, spec)}}`);
    const bundle = await signed('halves', `mitigation: halves\n${HEAD}steps: [${steps.join(', ')}]\n`);
    const out = await mitigation(['apply', bundle, ...KEY, ...place, '--confirm-within', '1']);
    assert.notEqual(out.code, 0);
    assert.match(
      out.stderr,
      /Sideways[\s\S]*waiting 1 second for[\s\S]*halves: nobody confirmed it in time: 1 object given back/,
    );
    assert.equal(await find('first'), undefined);
    assert.match((await mitigation(['status', ...place])).stdout, /no mitigation is active/);
  });

  test('confirmed it stays, and the waiting ends', async () => {
    const { run, said } = await applied('kept', 600);
    assert.equal((await mitigation(['confirm', 'kept', ...place.slice(2)])).code, 0);
    assert.equal(await ended(run), 0, said());
    assert.notEqual(await find('kept'), undefined);
    assert.equal((await mitigation(['backout', 'kept', ...place])).code, 0);
  });

  test('when the machine is gone that waited, a timer on another one puts back what is overdue, and nothing else', async () => {
    const { run } = await applied('orphan', 600);
    run.kill('SIGKILL');
    await ended(run);
    const overdue = ['backout', '--overdue', ...place];
    const early = await mitigation(overdue, new Date().toISOString());
    assert.deepEqual([early.code, early.stdout], [0, 'nothing is overdue\n'], early.stderr);
    const later = await mitigation(overdue, new Date(Date.now() + 3_600_000).toISOString());
    assert.equal(later.code, 0, later.stderr);
    assert.match(later.stdout, /orphan is backed out/);
    assert.equal(await find('orphan'), undefined);
    assert.match((await mitigation(['backout', ...place])).stderr, /name the mitigation, or give --overdue/);
  });

  test("values of a chart release are captured from Helm's record, set by its owner, read back and given back", async () => {
    const record = async (
      revision: number,
      config: object,
      kind: 'secrets' | 'configmaps' = 'secrets',
    ): Promise<void> => {
      const chart = { metadata: { name: 'shop', version: '1.2.0' } };
      const info = { first_deployed: '2022-01-01T00:00:00Z' };
      const packed = gzipSync(JSON.stringify({ name: 'shop', version: revision, info, chart, config })).toString(
        'base64',
      );
      const labels = { owner: 'helm', status: 'deployed', name: 'shop', version: String(revision) };
      const metadata = { namespace: 'default', name: `sh.helm.release.v1.shop.v${revision}`, labels };
      const release = kind === 'secrets' ? Buffer.from(packed).toString('base64') : packed;
      const { resource } = parseTarget(`v1 ${kind} default/x`);
      await api.create(resource, { metadata, data: { release } });
    };
    await record(3, { log: { level: 'info', password: 'hunter2' } });
    const values = '{log: {level: warn, lookups: false}}';
    const steps = `steps: [{id: v, type: helm-values, namespace: default, release: shop, values: ${values}}]\n`;
    const bundle = await signed('values', `mitigation: values\n${HEAD}${steps}`);
    const apply = ['apply', bundle, ...KEY, ...place];
    const asked = await mitigation(apply);
    assert.equal(asked.code, 1, asked.stderr);
    assert.match(
      asked.stdout,
      /by hand, v: release default\/shop, revision 3 of shop-1\.2\.0: set \{"log":\{"level":"warn","lookups":false\}\}/,
    );
    assert.doesNotMatch(asked.stdout, /hunter2/);
    await record(4, { log: { level: 'warn', password: 'hunter2', lookups: false } });
    const done = await mitigation(apply);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    const status = await mitigation(['status', ...place]);
    assert.equal(status.code, 0, status.stdout);
    await record(5, { log: { level: 'warn', password: 'hunter2' } });
    const drifted = await mitigation(['status', ...place]);
    assert.match(drifted.stdout, /values 1: drifted[\s\S]*release default\/shop \/log\/lookups: gone/);
    const out = await mitigation(['backout', 'values', '--on-difference', 'leave', ...place]);
    assert.match(out.stdout, /set \{"log":\{"level":"info"\}\}/);
    await record(6, { log: { level: 'info', password: 'hunter2' } });
    const back = await mitigation(['backout', 'values', ...place]);
    assert.equal(back.code, 0, back.stdout + back.stderr);
    const role = await mitigation([...apply, '--rbac']);
    assert.match(role.stdout, /"secrets", ?"configmaps"/);
    // Helm can be told to keep its records in ConfigMaps.
    const { resource: secrets } = parseTarget('v1 secrets default/x');
    for (let revision = 3; revision <= 6; revision += 1) {
      await api.delete(secrets, { namespace: 'default', name: `sh.helm.release.v1.shop.v${revision}` });
    }
    await record(7, { log: { level: 'warn', lookups: false } }, 'configmaps');
    assert.equal((await mitigation(apply)).code, 0);
  });

  test('a field that the server does not know, and drops, is not taken for set', async () => {
    const named = parseTarget('apps/v1 deployments default/web');
    const labels = { app: 'web' };
    const containers = [{ name: 'c', image: 'c:1' }];
    await api.create(named.resource, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    });
    const before = await api.get(named.resource, named.name);
    const object = '{apiVersion: apps/v1, kind: Deployment, namespace: default, name: web}';
    const set = (path: string, value: string) =>
      `steps: [{id: s, type: set-field, object: ${object}, path: ${path}, value: ${value}}]\n`;
    for (const [id, path, value] of [
      ['misspelt', '/spec/template/spec/securityContext', '{runAsNonRooot: true}'],
      ['not-known-yet', '/spec/template/spec/os', '{name: linux}'],
    ] as const) {
      const bundle = await signed(id, `mitigation: ${id}\n${HEAD}${set(path, value)}`);
      const out = await mitigation(['apply', bundle, ...KEY, ...place]);
      assert.equal(out.code, 1, out.stderr);
      assert.match(out.stdout, /impossible: the server does not keep .*: it knows no such field/);
      await mitigation(['backout', id, ...place]);
    }
    assert.deepEqual((await api.get(named.resource, named.name)).metadata.generation, before.metadata.generation);
  });
});

describe('on a current API server', needsCluster('current'), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  let place: readonly string[];
  before(async () => {
    cluster = await startCluster({ servers: 1, version: 'current' });
    api = await cluster.api();
    place = ['--kubeconfig', cluster.kubeconfig, '--site', 'current'];
  });
  after(async () => {
    api.close();
    await cluster.stop();
  });

  test("the server's own policies: reported first, then denied everywhere but in kube-system", async () => {
    const spec =
      '{failurePolicy: Fail, matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}, validations: [{expression: "false"}]}';
    const policy = `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: none}, spec: ${spec}}`;
    const binding =
      '{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: none}, spec: {policyName: none, validationActions: [Deny]}}';
    const steps = `steps: [{id: p, type: create-object, object: ${policy}}, {id: b, type: create-object, object: ${binding}}]\n`;
    const bundle = await signed('none', `mitigation: none\n${HEAD}${steps}`);
    const create = (namespace: string) => {
      const { resource } = parseTarget(`v1 configmaps ${namespace}/x`);
      return api.create(
        resource,
        { metadata: { namespace, name: `x-${Math.random().toString(36).slice(2)}` } },
        { dryRun: true },
      );
    };
    const audited = await mitigation(['apply', bundle, ...KEY, ...place, '--no-wait']);
    assert.equal(audited.code, 0, audited.stdout + audited.stderr);
    await sleep(1000);
    await create('default');
    const enforce = ['apply', bundle, '--enforce', ...KEY, ...place, '--no-wait'];
    assert.match((await mitigation(enforce)).stderr, /must not reject yet/);
    const enforced = await mitigation([...enforce, '--accept', 'a test']);
    assert.equal(enforced.code, 0, enforced.stdout + enforced.stderr);
    let denied = '';
    for (let tries = 0; tries < 100 && denied === ''; tries += 1) {
      await create('default').catch((error: Error) => {
        denied = error.message;
      });
      await sleep(100);
    }
    assert.match(denied, /none.*denied/);
    await create('kube-system');
    const out = await mitigation(['backout', 'none', ...place]);
    assert.equal(out.code, 0, out.stdout + out.stderr);
  });

  test('fields that the server does not know are refused by itself, false ones too', async () => {
    const named = parseTarget('v1 services default/s');
    const ports = [{ port: 1 }];
    await api.create(named.resource, { metadata: { namespace: 'default', name: 's' }, spec: { ports } });
    const object = '{apiVersion: v1, kind: Service, namespace: default, name: s}';
    const steps = `steps: [{id: s, type: set-field, object: ${object}, path: /spec/noSuchField, value: false}]\n`;
    const bundle = await signed('strict', `mitigation: strict\n${HEAD}${steps}`);
    const out = await mitigation(['apply', bundle, ...KEY, ...place]);
    assert.notEqual(out.code, 0);
    assert.match(out.stderr, /unknown field "spec\.noSuchField"/);
  });
});
