// The policies that come with the program on a real API server, under a definition of Kyverno's ClusterPolicy as strict as Kyverno's own where policies say what
// they do: values are checked, what is not known is pruned. The engine is not there, so nothing is mutated or denied.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { needsCluster } from '../../test/cluster/assets.ts';
import { startCluster, type TestCluster } from '../../test/cluster/cluster.ts';
import { ANYTHING, defineResource } from '../../test/cluster/custom-resource.ts';
import { mitigationPlace } from '../../test/support/mitigation-place.ts';
import type { ApiClient } from '../kubernetes/api/client.ts';
import { isMembers, valuesAt } from '../operate/mitigation/field/document.ts';
import { parsePathPattern } from '../operate/mitigation/field/path.ts';
import { parseTarget } from '../operate/mitigation/step/target.ts';

const { mitigation, signed, key: KEY, head: HEAD, remove } = mitigationPlace();
after(remove);

const text = { type: 'string' };
const action = { type: 'string', enum: ['audit', 'enforce', 'Audit', 'Enforce'] };
const list = (items: object) => ({ type: 'array', items });
const members = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const resources = members({ resources: members({ kinds: list(text), namespaces: list(text), selector: ANYTHING }) });
const filter = members({ any: list(resources), all: list(resources), ...resources.properties });
const rule = members(
  {
    name: { ...text, maxLength: 63 },
    match: filter,
    exclude: filter,
    mutate: members({ patchStrategicMerge: ANYTHING }),
    validate: members({ message: text, failureAction: action, pattern: ANYTHING }),
  },
  ['name', 'match'],
);
const SCHEMA = members({
  apiVersion: text,
  kind: text,
  metadata: { type: 'object' },
  spec: members({ background: { type: 'boolean' }, validationFailureAction: action, rules: list(rule) }),
});

describe('on a real API server', needsCluster(), () => {
  let cluster: TestCluster;
  let api: ApiClient;
  let place: readonly string[];
  const { resource } = parseTarget('kyverno.io/v1 clusterpolicies x');
  before(async () => {
    cluster = await startCluster({ servers: 1 });
    api = await cluster.api();
    place = ['--kubeconfig', cluster.kubeconfig, '--site', 'policies'];
    await defineResource(api, resource, 'ClusterPolicy', SCHEMA);
  });
  after(async () => {
    api.close();
    await cluster.stop();
  });

  test('every policy that comes with the program is taken as it is, reports, rejects when it is told to, and goes', async () => {
    for (const [id, rejects] of [
      ['log4shell-no-lookups', false],
      ['no-subpath', true],
      ['seccomp-default', false],
      ['trusted-registries', true],
    ] as const) {
      const bundle = await signed(id);
      const applied = await mitigation(['apply', bundle, ...KEY, ...place, '--no-wait']);
      assert.equal(applied.code, 0, applied.stdout + applied.stderr);
      const name = `plimsoll-${id}`;
      const spec = async () => (await api.get(resource, { name }))['spec'];
      const exempt = valuesAt(await spec(), parsePathPattern('/rules/[*]/exclude/any/[*]/resources/namespaces'));
      assert.deepEqual(exempt, [['kube-system', 'kyverno']]);
      const actionOf = (value: unknown): unknown => (isMembers(value) ? value['validationFailureAction'] : undefined);
      assert.equal(actionOf(await spec()), rejects ? 'audit' : undefined, id);
      const status = await mitigation(['status', ...place]);
      assert.match(status.stdout, new RegExp(`${id} 1: applied${rejects ? ', reports only' : ''}`));
      if (rejects) {
        const enforced = await mitigation([
          'apply',
          bundle,
          '--enforce',
          '--accept',
          'a test',
          ...KEY,
          ...place,
          '--no-wait',
        ]);
        assert.equal(enforced.code, 0, enforced.stdout + enforced.stderr);
        assert.equal(actionOf(await spec()), 'enforce');
      }
      const out = await mitigation(['backout', id, ...place]);
      assert.equal(out.code, 0, out.stdout + out.stderr);
      assert.equal(await api.find(resource, { name }), undefined);
    }
  });

  test('a policy with a word that the definition does not know is not made, and one that exists is not taken over', async () => {
    const policy = (name: string, validate: string) =>
      `{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: ${name}}, spec: {rules: [{name: r, match: {any: [{resources: {kinds: [Pod]}}]}, validate: ${validate}}]}}`;
    const steps = (object: string) => `steps: [{id: p, type: kyverno-policy, policy: ${object}}]\n`;
    const misspelt = await signed(
      'misspelt',
      `mitigation: misspelt\n${HEAD}${steps(policy('misspelt', '{message: m, patern: {spec: {hostNetwork: "!true"}}}'))}`,
    );
    const refused = await mitigation(['apply', misspelt, ...KEY, ...place, '--no-wait']);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stdout,
      /the server does not keep \/spec\/rules\/\[name=r\]\/validate\/patern: it knows no such field/,
    );
    assert.equal(await api.find(resource, { name: 'misspelt' }), undefined);
    const object = {
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      metadata: { name: 'theirs' },
      spec: { rules: [] },
    };
    await api.create(resource, object);
    const theirs = await signed(
      'theirs',
      `mitigation: theirs\n${HEAD}${steps(policy('theirs', '{message: m, pattern: {}}'))}`,
    );
    const taken = await mitigation(['apply', theirs, ...KEY, ...place, '--no-wait']);
    assert.match(taken.stderr, /theirs is there already, made by others/);
    assert.deepEqual((await api.get(resource, { name: 'theirs' }))['spec'], { rules: [] });
  });

  test('without the engine nothing is denied, and verification says so', async () => {
    const accounts = { group: '', version: 'v1', plural: 'serviceaccounts', namespaced: true };
    const metadata = { namespace: 'default', name: 'default' };
    await api.create(accounts, { metadata, automountServiceAccountToken: false });
    const { code, stdout } = await mitigation(['verify', 'trusted-registries', ...place]);
    assert.equal(code, 1);
    assert.match(stdout, /others-are-refused Pod default\/plimsoll-untrusted-image: fail: the server would take it/);
  });
});
