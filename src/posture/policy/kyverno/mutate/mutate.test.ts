import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { clusterProgram } from '../../../../../test/cluster/assets.ts';
import { isMap, type Json } from '../../../../platform/json.ts';
import { readValues } from '../../../../scan/release/manifests/values.ts';
import { EvaluationError, UnsupportedError } from '../failure.ts';
import { applyJsonPatch } from './json-patch.ts';
import { plainPatch } from './overlay.ts';
import { strategicMerge } from './strategic-merge.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-merge-'));
after(() => rmSync(folder, { recursive: true }));

function yaml(text: string): Json {
  return readValues(text, 'f')[0] ?? null;
}

const HEAD = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: {x: "1"}, finalizers: [f/a]}\n';
const POD = `${HEAD}spec:
  replicas: 1
  strategy: {type: Recreate}
  template:
    spec:
      containers:
      - {name: one, image: "i:1", args: [a, b], ports: [{containerPort: 80, protocol: TCP}], env: [{name: A, value: "1"}]}
      - {name: two, image: "i:2", volumeMounts: [{name: v, mountPath: /a}], securityContext: {capabilities: {add: [X]}}}
      - {name: three, image: "i:3"}
      volumes: [{name: v, emptyDir: {}}, {name: w, configMap: {name: c}}]
      tolerations: [{key: k, operator: Exists}]
      nodeSelector: {a: b, c: d}
      hostAliases: [{ip: 127.0.0.1, hostnames: [h]}]
`;
const PATCHES = [
  'spec: {replicas: 2}',
  'metadata: {labels: {x: null, y: "2"}}',
  'metadata: {finalizers: [f/b]}',
  'spec: {template: {spec: {containers: [{name: two, image: "i:9"}]}}}',
  'spec: {template: {spec: {containers: [{name: three, args: [q]}, {name: new, image: "n:1"}]}}}',
  'spec: {template: {spec: {containers: [{name: one, $patch: delete}]}}}',
  'spec: {template: {spec: {containers: [{name: one, args: [z], env: [{name: B, value: "2"}], ports: [{containerPort: 443, protocol: TCP}]}]}}}',
  'spec: {template: {spec: {containers: [{name: two, volumeMounts: [{name: w, mountPath: /b}], securityContext: {privileged: false, capabilities: {add: [Y]}}}]}}}',
  'spec: {template: {spec: {volumes: [{name: w, configMap: null, emptyDir: {}}]}}}',
  'spec: {template: {spec: {tolerations: [{key: t}], nodeSelector: {a: null}}}}',
  'spec: {template: {spec: {initContainers: [{name: i, image: "i:1"}], imagePullSecrets: [{name: s}]}}}',
  'spec: {template: {spec: {hostAliases: [{ip: 10.0.0.1, hostnames: [x]}], nodeSelector: {$patch: replace, z: y}}}}',
];
const MERGED = ['containers', 'initContainers', 'volumes', 'env', 'ports', 'volumeMounts', 'hostAliases', 'finalizers'];

/** The order of merged lists differs between the programs and their versions: it is taken out. */
function unordered(value: Json, key = ''): Json {
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => unordered(item));
    return MERGED.includes(key) ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, unordered(value[name] ?? null, name)]),
  );
}

const kubectl = clusterProgram('kubectl');
const needsKubectl = { skip: kubectl === undefined ? 'needs the program kubectl' : false };

function run(...args: readonly string[]): Json {
  const { status, stdout, stderr } = spawnSync(kubectl ?? '', args, { encoding: 'utf8', env: { HOME: folder } });
  assert.equal(status, 0, stderr);
  return yaml(stdout);
}

for (const [index, patch] of PATCHES.entries()) {
  test(`${patch}: merged as kubectl patch and kubectl kustomize do`, needsKubectl, () => {
    writeFileSync(join(folder, 'object.yaml'), POD);
    writeFileSync(
      join(folder, 'patch.yaml'),
      `apiVersion: apps/v1\nkind: Deployment\n${patch.includes('metadata') ? patch.replace('metadata: {', 'metadata: {name: a, ') : `metadata: {name: a}\n${patch}`}\n`,
    );
    writeFileSync(
      join(folder, 'kustomization.yaml'),
      'resources: [object.yaml]\npatchesStrategicMerge: [patch.yaml]\n',
    );
    const ours = unordered(strategicMerge(yaml(POD), yaml(patch)));
    const file = join(folder, 'object.yaml');
    const patched = run('patch', '--local', '--type=strategic', '-f', file, '-p', patch, '-o', 'yaml');
    assert.deepEqual(ours, unordered(patched), `kubectl patch, ${index}`);
    assert.deepEqual(ours, unordered(run('kustomize', folder)), `kubectl kustomize, ${index}`);
  });
}

test('elements that a patch names come first, in its order; a patch that changes nothing changes nothing', () => {
  const patch = 'spec: {template: {spec: {containers: [{name: new}, {name: three}]}}}';
  const merged = strategicMerge(yaml(POD), yaml(patch));
  assert.deepEqual(
    JSON.stringify(merged)
      .match(/"name":"(?:one|two|three|new)"/g)
      ?.map((text) => text.slice(8, -1)),
    ['new', 'three', 'one', 'two'],
  );
  assert.deepEqual(strategicMerge(yaml(POD), {}), yaml(POD));
  assert.throws(() => strategicMerge({}, { '$setElementOrder/containers': [] }), UnsupportedError);
});

/** [patch, object, the plain patch or why it is skipped]. */
const OVERLAYS: readonly (readonly [string, string, string])[] = [
  ['{spec: {+(a): 1}}', '{spec: {a: 2}}', '{}'],
  ['{spec: {+(a): 1}}', '{spec: {}}', '{spec: {a: 1}}'],
  ['{spec: {(b): 1, a: 2}}', '{spec: {b: 1}}', '{spec: {a: 2}}'],
  ['{spec: {(b): 1, a: 2}}', '{spec: {b: 3}}', 'skipped'],
  [
    '{spec: {containers: [{(name): "*", x: 1}]}}',
    '{spec: {containers: [{name: a}, {name: b}]}}',
    '{spec: {containers: [{x: 1, name: a}, {x: 1, name: b}]}}',
  ],
  [
    '{spec: {containers: [{(image): "*:latest", x: 1}]}}',
    '{spec: {containers: [{name: a, image: "i:1"}, {name: b, image: "i:latest"}]}}',
    '{spec: {containers: [{x: 1, name: b}]}}',
  ],
  ['{spec: {containers: [{(image): "*:latest", x: 1}]}}', '{spec: {containers: [{name: a, image: "i:1"}]}}', '{}'],
  [
    '{spec: {containers: [{(name): a, sc: {+(x): 1, +(z): 2}}]}}',
    '{spec: {containers: [{name: a, sc: {x: 3}}]}}',
    '{spec: {containers: [{sc: {z: 2}, name: a}]}}',
  ],
  [
    '{metadata: {annotations: {+(k): v}}, spec: {volumes: [{<(emptyDir): {}}]}}',
    '{metadata: {}, spec: {volumes: [{name: a, emptyDir: {}}]}}',
    '{metadata: {annotations: {k: v}}}',
  ],
  [
    '{metadata: {annotations: {+(k): v}}, spec: {volumes: [{<(emptyDir): {}}]}}',
    '{metadata: {}, spec: {volumes: [{name: a, hostPath: {}}]}}',
    'skipped',
  ],
  ['{metadata: {annotations: {+(k): v}}, spec: {volumes: [{<(emptyDir): {}}]}}', '{metadata: {}, spec: {}}', 'skipped'],
  ['{spec: {containers: [{name: a, image: b}]}}', '{spec: {}}', '{spec: {containers: [{name: a, image: b}]}}'],
];

for (const [patch, object, expected] of OVERLAYS) {
  test(`${patch} for ${object}: ${expected}`, () => {
    const overlay = plainPatch(yaml(patch), yaml(object));
    if ('skipped' in overlay) assert.equal(expected, 'skipped');
    else assert.deepEqual(overlay.patch, yaml(expected));
  });
}

/** [object, operations, result or undefined for an error]. */
const JSON_PATCHES: readonly (readonly [Json, readonly Json[], Json | undefined])[] = [
  [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
  [{ a: [1, 2] }, [{ op: 'replace', path: '/a/-1', value: 9 }], { a: [1, 9] }],
  [{}, [{ op: 'add', path: '/a/b~1c', value: 1 }], { a: { 'b/c': 1 } }],
  [{ 'a~': 1 }, [{ op: 'remove', path: '/a~0' }], {}],
  [{}, [{ op: 'remove', path: '/x/y' }], {}],
  [{ a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
  [
    { a: 1 },
    [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'test', path: '/b', value: 1 },
    ],
    { a: 1, b: 1 },
  ],
  [{ a: 1 }, [{ op: 'test', path: '/a', value: 2 }], undefined],
  [{}, [{ op: 'replace', path: '/a', value: 2 }], undefined],
  [{}, [{ op: 'add', path: 'a', value: 2 }], undefined],
  [{ a: [] }, [{ op: 'add', path: '/a/1', value: 2 }], undefined],
  [{}, [{ op: 'join', path: '/a' }], undefined],
  [{ a: 1 }, [{ op: 'add', path: '/a/b', value: 2 }], undefined],
];

for (const [object, operations, expected] of JSON_PATCHES) {
  test(`${JSON.stringify(operations)} on ${JSON.stringify(object)}`, () => {
    if (expected === undefined) assert.throws(() => applyJsonPatch(object, operations), EvaluationError);
    else assert.deepEqual(applyJsonPatch(object, operations), expected);
  });
}
