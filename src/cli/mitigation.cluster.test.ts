// A mitigation's life from the command line on a real API server: objects changed and given back, policies that report before they reject, what a killed run,
// an upgrade or a rollback leaves. Custom resources are installed without their engines: the test writes what these would.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterProgram, needsCluster } from '../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../test/cluster/cluster.ts';
import { defineResource } from '../../test/cluster/custom-resource.ts';
import { mitigationPlace } from '../../test/support/mitigation-place.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import type { ApiClient } from '../kubernetes/api/client.ts';
import { type KubernetesObject, PODS } from '../kubernetes/api/resource.ts';
import { REPORT_RESOURCES } from '../operate/mitigation/audit/reports.ts';
import { isMembers } from '../operate/mitigation/field/document.ts';
import { stableForm } from '../operate/mitigation/field/stable-form.ts';
import { parseTarget } from '../operate/mitigation/step/target.ts';

const { folder, mitigation, signed, key: KEY, head: HEAD, remove } = mitigationPlace();
after(remove);

interface Audit {
  readonly results: readonly { readonly verdict: string; readonly reason: string }[];
  readonly blocked: readonly { readonly name: string; readonly identity: string }[];
  readonly administrators: Audit['blocked'];
}

describe('on a real API server', needsCluster('1.20', 'kubectl'), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  let place: readonly string[];
  before(async () => {
    cluster = await startCluster({ servers: 1 });
    api = await cluster.api();
    place = ['--kubeconfig', cluster.kubeconfig, '--site', 'real'];
  });
  after(async () => {
    api.close();
    await cluster.stop();
  });
  const kubectl = (args: readonly string[], input = ''): string =>
    execFileSync(clusterProgram('kubectl') ?? '', ['--kubeconfig', cluster.kubeconfig, ...args], {
      encoding: 'utf8',
      input,
    });

  test('on a real cluster: planned, applied, drifted, backed out', async () => {
    const target = parseTarget('apps/v1 deployments default/web');
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [
          { name: 'c', image: 'c:1' },
          { name: 'd', image: 'd:1' },
        ],
      },
    };
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    const metadata = { name: 'web', namespace: 'default' };
    await api.create(target.resource, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
    const before = stableForm(await api.get(target.resource, target.name));
    const object = '{apiVersion: apps/v1, kind: Deployment, namespace: default, name: web}';
    const path = '/spec/template/spec/containers/[*]/securityContext/allowPrivilegeEscalation';
    const steps = `steps: [{id: escalation, type: set-field, object: ${object}, path: "${path}", value: false}]\n`;
    const bundle = await signed('escalation', `mitigation: escalation\n${HEAD}${steps}`);
    const plan = await mitigation(['plan', bundle, ...place]);
    assert.match(
      plan.stdout,
      /deployments default\/web: changes\n {2}\+ .*\[name=c\].* false\n {2}\+ .*\[name=d\]/,
      plan.stderr,
    );
    const applied = await mitigation(['apply', bundle, ...KEY, ...place]);
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    assert.equal((await mitigation(['status', ...place])).code, 0);
    assert.match((await mitigation(['verify', bundle, ...place])).stdout, /values escalation: pass/);
    const twice = steps.replace('value: false', 'value: true');
    const rival = await signed('rival', `mitigation: rival\n${HEAD}${twice}`);
    assert.match((await mitigation(['plan', rival, ...place])).stdout, /web: changes: lies over what escalation set/);
    const operations = [
      {
        op: 'replace',
        path: '/spec/template/spec/containers/1/securityContext/allowPrivilegeEscalation',
        value: true,
      },
    ] as const;
    await api.patch(target.resource, target.name, { type: 'json', operations });
    const drifted = await mitigation(['status', ...place]);
    assert.equal(drifted.code, 1);
    assert.match(drifted.stdout, /escalation 1: drifted[\s\S]*name=d.*: changed/);
    const verified = await mitigation(['verify', bundle, ...place, '--format', 'json']);
    assert.equal(verified.code, 1);
    assert.ok(resultValidator('mitigation-verify-1')(JSON.parse(verified.stdout)), verified.stdout);
    const asked = await mitigation(['backout', 'escalation', ...place]);
    assert.equal(asked.code, 1);
    assert.match(asked.stdout, /was left as false and is true; decide with --on-difference/);
    const out = await mitigation(['backout', 'escalation', '--on-difference', 'overwrite', ...place]);
    assert.equal(out.code, 0, out.stdout + out.stderr);
    assert.deepEqual(stableForm(await api.get(target.resource, target.name)), before);

    const never = await mitigation(['status', bundle, ...place, '--format', 'json']);
    assert.deepEqual([never.code, JSON.parse(never.stdout).mitigations[0].state], [1, 'never']);
    assert.ok(resultValidator('mitigation-status-1')(JSON.parse(never.stdout)), never.stdout);
    assert.match(
      (await mitigation(['status', bundle, ...place])).stdout,
      /escalation 1: never[\s\S]*it was backed out at/,
    );

    // A network policy can lock people out: what nobody confirms is gone again.
    const policy =
      '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: default}, spec: {podSelector: {}}}';
    const deny = await signed(
      'deny',
      `mitigation: deny\n${HEAD}steps: [{id: deny, type: network-policy, policy: ${policy}}]\n`,
    );
    const named = parseTarget('networking.k8s.io/v1 networkpolicies default/deny');
    const waited = await mitigation(['apply', deny, ...KEY, ...place, '--confirm-within', '1']);
    assert.match(waited.stderr, /nobody confirmed it in time/);
    assert.equal(await api.find(named.resource, named.name), undefined);
    await mitigation(['apply', deny, ...KEY, ...place, '--no-wait']);
    assert.match((await mitigation(['status', ...place])).stdout, /to be confirmed by/);
    await mitigation(['confirm', 'deny', ...place.slice(2)]);
    assert.equal((await mitigation(['status', ...place])).code, 0);
    assert.notEqual(await api.find(named.resource, named.name), undefined);
    const role = await mitigation(['apply', deny, '--rbac', ...place]);
    assert.match(role.stdout, /resources: \["networkpolicies"\]\n {4}resourceNames: \["deny"\]/);
  });

  test('policies report first: who would have been blocked, administrators apart; then they may reject', async () => {
    const policies = parseTarget('kyverno.io/v1 clusterpolicies no-latest').resource;
    await defineResource(api, policies, 'ClusterPolicy');
    const rule =
      '{name: tag, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {failureAction: Enforce, message: m, pattern: {}}}';
    const spec = `{validationFailureActionOverrides: [{action: enforce, namespaces: [a]}], rules: [${rule}]}`;
    const policy = `{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: no-latest}, spec: ${spec}}`;
    const steps = `steps: [{id: tag, type: kyverno-policy, policy: ${policy}}]\n`;
    const bundle = await signed('no-latest', `mitigation: no-latest\n${HEAD}${steps}`);
    const enforce = ['apply', bundle, '--enforce', ...KEY, ...place, '--no-wait'];
    assert.match((await mitigation(enforce)).stderr, /apply it without --enforce first/);
    const applied = await mitigation(['apply', bundle, ...KEY, ...place]);
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    const live = async (): Promise<unknown> => (await api.get(policies, { name: 'no-latest' }))['spec'];
    const audited = JSON.stringify(await live());
    assert.match(audited, /"validationFailureAction":"audit"/);
    assert.doesNotMatch(audited, /nforce/, 'nothing of it rejects');

    // Without the engine's reports, and with reports about others only, nobody can tell.
    const audit = ['audit', bundle, ...place.slice(0, 2), '--format', 'json'];
    const answer = async () => {
      const { code, stdout, stderr } = await mitigation(audit);
      const result: Audit = JSON.parse(stdout);
      assert.ok(resultValidator('mitigation-audit-1')(JSON.parse(stdout)), stdout);
      return { code, result, verdict: result.results[0]?.verdict, stderr };
    };
    assert.deepEqual([(await answer()).verdict, (await answer()).code], ['no-evidence', 1]);
    assert.match((await mitigation(enforce)).stderr, /must not reject yet: .*neither wgpolicyk8s/);
    const kinds = ['PolicyReport', 'ClusterPolicyReport', 'Report', 'ClusterReport'];
    for (const [at, resource] of REPORT_RESOURCES.entries()) await defineResource(api, resource, kinds[at] ?? '');
    assert.match((await answer()).result.results[0]?.reason ?? '', /no policy report speaks of it yet/);

    // A user's pod and an administrator's, with the service accounts that the reports do not name.
    kubectl(['create', 'clusterrolebinding', 'ops', '--clusterrole=cluster-admin', '--serviceaccount=default:ops']);
    for (const name of ['default', 'ops']) {
      kubectl(['create', 'serviceaccount', name]);
      await api.create(PODS, pod(`run-${name}`, { labels: {}, serviceAccountName: name }));
    }
    const of = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: `run-${name}` });
    const entry = (result: string, more: object) => ({
      policy: 'no-latest',
      rule: 'tag',
      result,
      message: 'no',
      ...more,
    });
    const [reports, , openReports] = REPORT_RESOURCES;
    if (reports === undefined || openReports === undefined) assert.fail();
    const report = (results: readonly object[], more: object = {}): KubernetesObject => {
      return {
        apiVersion: 'wgpolicyk8s.io/v1alpha2',
        kind: 'PolicyReport',
        metadata: { namespace: 'default', name: 'r' },
        results,
        ...more,
      };
    };
    const mixed = [entry('fail', { resources: [of('default')] }), entry('pass', { resources: [of('other')] })];
    await api.create(reports, report([...mixed, { ...mixed[0], policy: 'another' }]));
    const open = { apiVersion: 'openreports.io/v1alpha1', kind: 'Report', scope: of('ops') };
    await api.create(openReports, report([entry('fail', {})], open));
    const { result, code } = await answer();
    assert.equal(code, 1);
    const who = (list: readonly { name: string; identity: string }[]) =>
      list.map(({ name, identity }) => [name, identity]);
    assert.deepEqual(who(result.blocked), [['run-default', 'system:serviceaccount:default:default']]);
    assert.deepEqual(who(result.administrators), [['run-ops', 'system:serviceaccount:default:ops']]);
    assert.match(result.results[0]?.reason ?? '', /blocked 2 of 3 objects/);
    assert.match((await mitigation(enforce)).stderr, /must not reject yet: no-latest: it would have blocked 2 of 3/);

    // Once nobody would be blocked it may reject; it can lock out, so it waits to be confirmed.
    for (const [resource, kind] of [
      [reports, 'PolicyReport'],
      [openReports, 'Report'],
    ] as const) {
      const place = { namespace: 'default', name: 'r' };
      const found = await api.get(resource, place);
      await api.replace(resource, { ...found, kind, results: [entry('pass', { resources: [of('default')] })] });
    }
    const enforced = await mitigation(enforce);
    assert.equal(enforced.code, 0, enforced.stdout + enforced.stderr);
    assert.match(JSON.stringify(await live()), /"validationFailureAction":"enforce".*|overrides/i);
    assert.match(
      (await mitigation(['status', ...place])).stdout,
      /no-latest 1: applied, rejects[\s\S]*to be confirmed by/,
    );
    const out = await mitigation(['backout', 'no-latest', ...place]);
    assert.equal(out.code, 0, out.stdout + out.stderr);
    assert.equal(await api.find(policies, { name: 'no-latest' }), undefined);
    const role = await mitigation(['audit', bundle, '--rbac']);
    assert.match(role.stdout, /policyreports/);
  });

  test('running pods that are older, a rollback that drops the control, and what is said to users', async () => {
    const target = parseTarget('apps/v1 deployments default/shop');
    const labels = { app: 'shop' };
    const containers = [{ name: 'c', image: 'c:1' }];
    const first: KubernetesObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop', namespace: 'default', annotations: { 'meta.helm.sh/release-name': 'shop' } },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    };
    await api.create(target.resource, first);
    const object = '{apiVersion: apps/v1, kind: Deployment, namespace: default, name: shop}';
    const path = '"/spec/template/spec/containers/[name=c]/env/[name=LOG4J_FORMAT_MSG_NO_LOOKUPS]"';
    const value = '{name: LOG4J_FORMAT_MSG_NO_LOOKUPS, value: "true"}';
    const vex = 'vex: {status: affected, action: Lookups are off., images: [quay.io/shop/*]}\n';
    const steps = `steps: [{id: env, type: set-field, object: ${object}, path: ${path}, value: ${value}}]\n`;
    const bundle = await signed('lookups', `mitigation: lookups\n${HEAD}${steps}${vex}`);
    await api.create(PODS, pod('shop-old', { labels }));
    const applied = await mitigation(['apply', bundle, ...KEY, ...place]);
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    const due = await mitigation(['status', ...place]);
    assert.equal(due.code, 1);
    assert.match(due.stdout, /lookups 1: partly[\s\S]*restarts due, 1 pod older than it: default\/shop-old/);
    const statements = ['statements', '--author', 'A. Author', ...place];
    const silent = await mitigation(statements);
    assert.match(silent.stderr, /lookups states nothing: it is partly/);

    // As a rollout would: the template's pod comes, the older one goes.
    const live = await api.get(target.resource, target.name);
    const spec = isMembers(live['spec']) ? live['spec'] : {};
    const template = isMembers(spec['template']) ? spec['template'] : {};
    await api.create(PODS, pod('shop-new', { labels, ...(isMembers(template['spec']) ? template['spec'] : {}) }));
    await api.delete(PODS, { namespace: 'default', name: 'shop-old' });
    for (let tries = 0; tries < 50 && (await api.find(PODS, { namespace: 'default', name: 'shop-old' })); tries += 1) {
      kubectl(['delete', 'pod', 'shop-old', '--force', '--grace-period=0', '--ignore-not-found']);
      await sleep(100);
    }
    const whole = await mitigation(['status', ...place, '--format', 'json']);
    assert.equal(whole.code, 0, whole.stdout);
    assert.ok(resultValidator('mitigation-status-1')(JSON.parse(whole.stdout)), whole.stdout);
    const said = await mitigation(statements);
    assert.match(
      said.stdout,
      /mitigation-lookups-cve-2022-0185[\s\S]*quay\.io\/shop\/\*[\s\S]*Lookups are off/,
      said.stderr,
    );
    const page = await mitigation(['status', ...place, '--format', 'html']);
    assert.match(page.stdout, /lookups 1[\s\S]*in place/);

    // Helm's rollback puts the manifest of an earlier revision in the place of what is there.
    const { resourceVersion = '' } = (await api.get(target.resource, target.name)).metadata;
    kubectl(['replace', '-f', '-'], JSON.stringify({ ...first, metadata: { ...first.metadata, resourceVersion } }));
    const lost = await mitigation(['status', ...place]);
    assert.equal(lost.code, 1);
    assert.match(lost.stdout, /lookups 1: lost[\s\S]*LOG4J_FORMAT_MSG_NO_LOOKUPS\]: gone/);
    assert.match((await mitigation(statements)).stderr, /lookups states nothing: it is lost/);
    const again = await mitigation(['apply', bundle, ...KEY, ...place, '--on-difference', 'overwrite']);
    assert.equal(again.code, 0, again.stdout + again.stderr);
    const restored = await mitigation(['status', ...place]);
    assert.equal(restored.code, 0, restored.stdout);
    const out = await mitigation(['backout', 'lookups', ...place]);
    assert.equal(out.code, 0, out.stdout + out.stderr);
    const gone = await mitigation(statements);
    assert.match(gone.stdout, /^statements: \[\]/);
  });

  test('a run that was killed while it waits to be confirmed: status says so, and backout puts it back', async () => {
    const policy =
      '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: shut, namespace: default}, spec: {podSelector: {}}}';
    const bundle = await signed(
      'shut',
      `mitigation: shut\n${HEAD.replace('2022-12-31', '2999-12-31')}steps: [{id: shut, type: network-policy, policy: ${policy}}]\n`,
    );
    const named = parseTarget('networking.k8s.io/v1 networkpolicies default/shut');
    const run = spawn(
      process.execPath,
      [resolve(import.meta.dirname, 'main.ts'), 'mitigation', 'apply', bundle, ...KEY, ...place],
      { cwd: folder, env: { ...process.env, XDG_DATA_HOME: folder, HOME: folder }, stdio: 'ignore' },
    );
    const ended = once(run, 'exit');
    while ((await api.find(named.resource, named.name)) === undefined && run.exitCode === null) await sleep(50);
    run.kill('SIGKILL');
    await ended;
    const status = await mitigation(['status', ...place], new Date(Date.now() + 3_600_000).toISOString());
    assert.equal(status.code, 1);
    assert.match(status.stdout, /was to be confirmed by/);
    const out = await mitigation(['backout', 'shut', ...place]);
    assert.equal(out.code, 0, out.stdout + out.stderr);
    assert.equal(await api.find(named.resource, named.name), undefined);
  });
});

/** A pod as an engine or a controller would have made it; nothing runs it. */
function pod(
  name: string,
  { labels, ...spec }: Readonly<Record<string, unknown>> & { readonly labels: Readonly<Record<string, string>> },
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name, labels },
    spec: { containers: [{ name: 'c', image: 'c:1' }], automountServiceAccountToken: false, ...spec },
  };
}
