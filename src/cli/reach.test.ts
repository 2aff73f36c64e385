// `reach` as a user runs it: the question of a site about user-access pods, its reasons, what changed since the release before, and exit codes.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { resultValidator } from '../../test/support/schemas.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-reach-'));
after(() => rmSync(folder, { recursive: true }));

const DEPLOYMENT = (name: string, namespace: string, more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      ${more}
      containers: [{name: a, image: a, ports: [{name: http, containerPort: 8080}]}]
`;
const POLICY = (ports: string, from: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: services}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
  - from: [${from}]
    ports: [${ports}]
`;
const SERVICE = (type: string): string => `apiVersion: v1
kind: Service
metadata: {name: api, namespace: services}
spec: {type: ${type}, selector: {app: api}, ports: [{port: 80, targetPort: http, nodePort: 30080}]}
`;
const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: door, namespace: services}
spec: {defaultBackend: {service: {name: api, port: {number: 80}}}}
`;
const ANYONE = '{namespaceSelector: {}}';
const TENANTS = '{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: user}}}';

mkdirSync(join(folder, 'old'));
mkdirSync(join(folder, 'new'));
write('old/all.yaml', DEPLOYMENT('api', 'services'), DEPLOYMENT('web', 'services'), SERVICE('ClusterIP'));
write('old/policy.yaml', POLICY('{port: http}', TENANTS));
write(
  'new/all.yaml',
  DEPLOYMENT('api', 'services'),
  DEPLOYMENT('web', 'services', 'hostNetwork: yes'),
  SERVICE('NodePort'),
  INGRESS,
);
write('new/policy.yaml', POLICY('{port: http}, {port: 9090, endPort: 9099}', ANYONE));
write(
  'new/more.yaml',
  'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: more, namespace: services}\n',
  'apiVersion: security.istio.io/v1beta1\nkind: AuthorizationPolicy\nmetadata: {name: opa, namespace: services}\nspec: {selector: {matchLabels: {app: api}}}\n',
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: wrong, namespace: services}\nspec: {podSelector: {}, ingress: [{from: [{}]}]}\n',
);

function write(path: string, ...documents: readonly string[]): void {
  writeFileSync(join(folder, path), documents.join('---\n'));
}

async function reach(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return runCommand(['reach', ...args], { folder });
}

test('what a user-access pod reaches, by which rule, and what changed since the release before', async () => {
  const asked = ['query', 'new', '--from', 'pod:user/app=uai', '--to', 'services/*', '--since', 'old'];
  const { code, stdout, stderr } = await reach(...asked, '--format', 'json');
  assert.equal(code, 0, stderr);
  const found = JSON.parse(stdout);
  assert.deepEqual(
    found.reachable.map((one: { readonly to: string; readonly ports: object }) => [one.to, one.ports]),
    [
      [
        'services/api[Deployment]',
        [
          { protocol: 'TCP', from: 8080, to: 8080 },
          { protocol: 'TCP', from: 9090, to: 9099 },
        ],
      ],
      ['services/web[Deployment]', found.reachable[1].ports],
    ],
  );
  const [egress, ingress] = found.reachable[0].judgements;
  assert.deepEqual([egress.policies, egress.rules], [[], []], 'nothing selects the pod');
  assert.deepEqual(ingress.policies, ['services/api policy.yaml:1']);
  assert.deepEqual(ingress.rules, [
    {
      direction: 'ingress',
      policy: 'services/api',
      rule: 1,
      position: 'policy.yaml:7',
      allows: 'TCP 8080,9090-9099',
    },
  ]);
  assert.deepEqual(
    found.since.changes.map(({ change, to, wider, narrower, causes }: Record<string, unknown>) => [
      change,
      to,
      wider,
      narrower,
      causes,
    ]),
    [
      [
        'changed',
        'services/api[Deployment]',
        true,
        false,
        [{ kind: 'policy-changed', object: 'NetworkPolicy services/api', position: 'policy.yaml:1' }],
      ],
    ],
  );
  assert.deepEqual(
    found.bypasses.map(({ kind, subject }: Record<string, unknown>) => [kind, subject]),
    [
      ['node-port', 'services/api[Deployment]'],
      ['host-network', 'services/web[Deployment]'],
    ],
  );
  assert.deepEqual(found.since.bypasses.added, found.bypasses);
  assert.deepEqual(
    found.notEvaluated.map(({ layer, kind }: Record<string, unknown>) => [layer, kind]),
    [
      ['network', 'CiliumNetworkPolicy'],
      ['mesh', 'AuthorizationPolicy'],
    ],
  );
  assert.match(stderr, /an API server refuses this NetworkPolicy: a peer names nothing/);
  const text = (await reach(...asked)).stdout;
  assert.match(text, /by ingress: rule 1 of services\/api \(policy\.yaml:7\) allows TCP 8080,9090-9099/);
  assert.match(text, /policy-changed: NetworkPolicy services\/api/);
});

const OUTCOMES: readonly (readonly [args: string, code: number])[] = [
  ['query new --from pod:user/app=uai --to services/api --fail-on reachable', 1],
  ['query old --from pod:other/app=uai --to services/api --fail-on reachable', 0],
  ['query new --from pod:user/app=uai --to services/api --since old --fail-on wider', 1],
  ['query new --from pod:user/app=uai --to services/api --since new --fail-on wider', 0],
  ['query new --from pod:user/app=uai --to services/api --fail-on bypass', 1],
  ['query old --from pod:user/app=uai --to services/api --fail-on bypass,gaps', 0],
  ['query new --from pod:user/app=uai --to services/api --fail-on gaps', 1],
  ['query old --from 10.0.0.1 --to services/api --fail-on reachable', 0],
  ['query old --from pod:user/app=uai --to services/api --what-if outside --fail-on reachable', 0],
  ['query new --from pod:user/app=uai --to services/api --what-if outside --fail-on reachable', 1],
  ['diff old new --fail-on wider', 1],
  ['diff new old --fail-on wider', 0],
  ['diff new old --fail-on narrower', 1],
  ['diff old old --fail-on wider,narrower,gaps', 0],
  ['query old --from app=absent', 3],
  ['query old --from nonsense', 2],
  ['query old', 2],
  ['query old --from services/* --fail-on nonsense', 2],
  ['list absent', 3],
];
for (const [args, code] of OUTCOMES) {
  test(`reach ${args} exits with ${code}`, async () => {
    const outcome = await reach(...args.split(' '));
    assert.equal(outcome.code, code, outcome.stderr);
  });
}

test('the ingress controller comes in through an Ingress where policies let anyone in', async () => {
  const { stdout } = await reach('list', 'new', '--format', 'txt');
  assert.match(stdout, /^\{ingress-controller\} => services\/api\[Deployment\] : TCP 8080$/m);
  const diff = (await reach('diff', 'old', 'new', '--format', 'txt')).stdout;
  assert.match(diff, /^\+ \{ingress-controller\} => services\/api\[Deployment\] : TCP 8080$/m);
});

test('drawings and pages say what the list says, and escape what is in names', async () => {
  const svg = (await reach('query', 'new', '--from', 'services/web', '--to', 'services/api', '--format', 'svg')).stdout;
  assert.match(
    svg,
    /<title>services\/web\[Deployment\] =&gt; services\/api\[Deployment\] : TCP 8080,9090-9099<\/title>/,
  );
  for (const args of [
    ['list', 'new'],
    ['query', 'new', '--to', 'services/*', '--since', 'old'],
    ['diff', 'old', 'new'],
  ]) {
    const { code, stdout, stderr } = await reach(...args, '--format', 'html');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /services\/api\[Deployment\]/);
  }
});

test('every JSON follows its schema', async () => {
  const results: readonly (readonly [schema: string, ...args: string[]])[] = [
    ['reach-list-1', 'list', 'new'],
    ['reach-query-1', 'query', 'new', '--from', 'services/*', '--since', 'old'],
    ['reach-diff-1', 'diff', 'old', 'new'],
  ];
  for (const [schema, ...args] of results) {
    const validate = resultValidator(schema);
    const document: unknown = JSON.parse((await reach(...args, '--format', 'json')).stdout);
    assert.ok(validate(document), JSON.stringify(validate.errors));
  }
});

test('a sandbox and dedicated nodes change what is beside the source, not what policies let pass', async () => {
  const read = async (placement: string) => {
    const args = ['query', 'new', '--from', 'pod:user/app=uai', '--to', 'services/api', '--format', 'json'];
    return JSON.parse((await reach(...args, '--what-if', placement)).stdout);
  };
  const [asIs, sandboxed, dedicated] = [await read('as-is'), await read('sandboxed'), await read('dedicated-nodes')];
  assert.deepEqual(sandboxed.reachable, asIs.reachable);
  assert.deepEqual(dedicated.reachable, asIs.reachable);
  assert.deepEqual(asIs.besideNode, ['services/api[Deployment]']);
  assert.deepEqual([sandboxed.besideNode, dedicated.besideNode], [[], []]);
});
