import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import { parseManifestObjects } from '../../../scan/release/manifests/objects.ts';
import { checksOf, judgePod, NEWEST_MINOR, PSS_CHECKS, parseStandard } from './evaluate.ts';

/** Ids of the checks that a Pod fails. */
function failed(spec: string, standard: string, annotations = '{}'): readonly string[] {
  const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: ${annotations}}\nspec: ${spec}\n`;
  const results = judgePod(parseManifestObjects(text, 'f').objects[0]?.value ?? null, parseStandard(standard)) ?? [];
  return results.filter(({ violations }) => violations.length > 0).map(({ check }) => check.id);
}

const SAFE = `{securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: c, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}`;
const container = (settings: string, more = '') => `{${more}containers: [{name: c, ${settings}}]}`;

/** [standard, specification, what fails]: each row holds at the version where something changes, or one before. */
const ROWS: readonly (readonly [string, string, readonly string[]])[] = [
  ['restricted', SAFE, []],
  ['privileged', container('securityContext: {privileged: true}'), []],
  ['baseline', container('securityContext: {privileged: true}'), ['privileged']],
  ['baseline', container('securityContext: {privileged: "false"}'), ['privileged']],
  ['baseline', '{hostPID: true, containers: [{name: c}]}', ['hostNamespaces']],
  [
    'baseline:v1.26',
    container('', 'securityContext: {sysctls: [{name: net.ipv4.ip_local_reserved_ports}]}, '),
    ['sysctls'],
  ],
  ['baseline:v1.27', container('', 'securityContext: {sysctls: [{name: net.ipv4.ip_local_reserved_ports}]}, '), []],
  ['baseline:v1.28', container('', 'securityContext: {sysctls: [{name: net.ipv4.tcp_fin_timeout}]}, '), ['sysctls']],
  ['baseline:v1.29', container('', 'securityContext: {sysctls: [{name: net.ipv4.tcp_fin_timeout}]}, '), []],
  ['baseline:v1.31', container('', 'securityContext: {sysctls: [{name: net.ipv4.tcp_rmem}]}, '), ['sysctls']],
  ['baseline:v1.32', container('', 'securityContext: {sysctls: [{name: net.ipv4.tcp_rmem}]}, '), []],
  ['baseline:v1.30', container('securityContext: {seLinuxOptions: {type: container_engine_t}}'), ['seLinuxOptions']],
  ['baseline:v1.31', container('securityContext: {seLinuxOptions: {type: container_engine_t}}'), []],
  ['baseline:v1.33', container('livenessProbe: {httpGet: {host: 10.0.0.1}}'), []],
  ['baseline:v1.34', container('livenessProbe: {httpGet: {host: 10.0.0.1}}'), ['hostProbesAndHostLifecycle']],
  [
    'restricted:v1.21',
    '{securityContext: {runAsNonRoot: true, seccompProfile: {type: Localhost}}, containers: [{name: c, securityContext: {allowPrivilegeEscalation: false}}]}',
    [],
  ],
  [
    'restricted:v1.22',
    '{securityContext: {runAsNonRoot: true, seccompProfile: {type: Localhost}}, containers: [{name: c, securityContext: {allowPrivilegeEscalation: false}}]}',
    ['capabilities_restricted'],
  ],
  ['restricted:v1.22', SAFE.replace('runAsNonRoot: true', 'runAsNonRoot: true, runAsUser: 0'), []],
  ['restricted:v1.23', SAFE.replace('runAsNonRoot: true', 'runAsNonRoot: true, runAsUser: 0'), ['runAsUser']],
  [
    'restricted:v1.24',
    '{os: {name: windows}, securityContext: {runAsNonRoot: true}, containers: [{name: c}]}',
    ['allowPrivilegeEscalation', 'capabilities_restricted', 'seccompProfile_restricted'],
  ],
  ['restricted:v1.25', '{os: {name: windows}, securityContext: {runAsNonRoot: true}, containers: [{name: c}]}', []],
  [
    'restricted',
    SAFE.replace('{securityContext', '{volumes: [{name: v}, {name: w, hostPath: {path: /}}], securityContext'),
    ['restrictedVolumes'],
  ],
];

for (const [standard, spec, expected] of ROWS) {
  test(`${standard} of ${spec.slice(0, 100)}: ${expected.join(', ') || 'passes'}`, () => {
    assert.deepEqual(failed(spec, standard), expected);
  });
}

test('seccomp by annotation before v1.19, by field from then on', () => {
  const annotations = '{seccomp.security.alpha.kubernetes.io/pod: unconfined}';
  const unconfined = container('', 'securityContext: {seccompProfile: {type: Unconfined}}, ');
  assert.deepEqual(failed('{containers: [{name: c}]}', 'baseline:v1.18', annotations), ['seccompProfile_baseline']);
  assert.deepEqual(failed('{containers: [{name: c}]}', 'baseline:v1.19', annotations), []);
  assert.deepEqual(failed(unconfined, 'baseline:v1.18'), []);
  assert.deepEqual(failed(unconfined, 'baseline:v1.19'), ['seccompProfile_baseline']);
});

test('one form of each check holds at every version, restricted replaces what it sharpens', () => {
  for (let minor = 0; minor <= NEWEST_MINOR; minor += 1) {
    for (const level of ['baseline', 'restricted'] as const) {
      const ids = checksOf({ level, minor }).map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.deepEqual(ids, ids.toSorted());
    }
  }
  const ids = checksOf(parseStandard('restricted')).map(({ id }) => id);
  for (const { replaces } of PSS_CHECKS) if (replaces !== undefined) assert.ok(!ids.includes(replaces), replaces);
});

test('a Pod without containers, or with what is none, cannot be judged', () => {
  for (const spec of ['{}', '{containers: []}', '{containers: x}', '{containers: [x]}']) {
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: ${spec}\n`;
    assert.equal(
      judgePod(parseManifestObjects(text, 'f').objects[0]?.value ?? null, parseStandard('baseline')),
      undefined,
      spec,
    );
  }
});

for (const text of ['strict', 'baseline:1.20', 'baseline:v1.99', 'baseline:v2.1', '']) {
  test(`"${text}" is no standard`, () => assert.throws(() => parseStandard(text), { code: 'usage' }));
}

for (const level of ['baseline', 'restricted']) {
  const folder = `data/k8s/pss/${level}/v1.20`;
  test(`${level}:v1.20 on the Pods of k8s.io/pod-security-admission`, needsShared(folder), () => {
    let seen = 0;
    for (const expected of ['pass', 'fail']) {
      for (const file of readdirSync(sharedPath(join(folder, expected)))) {
        const { objects } = parseManifestObjects(readFileSync(sharedPath(join(folder, expected, file)), 'utf8'), file);
        const results = judgePod(objects[0]?.value ?? null, parseStandard(`${level}:v1.20`)) ?? [];
        const ids = results.filter(({ violations }) => violations.length > 0).map(({ check }) => check.id);
        assert.equal(ids.length > 0, expected === 'fail', `${file}: ${ids}`);
        // The file is named for the check, or for the one of baseline that restricted replaces.
        const name = file.replace(/\d*\.yaml$/, '');
        const named = PSS_CHECKS.filter(({ id, replaces }) =>
          [id, replaces].some((one) => one?.toLowerCase() === name),
        );
        if (expected === 'fail')
          assert.ok(
            named.some(({ id }) => ids.includes(id)),
            `${file}: ${ids}`,
          );
        seen += 1;
      }
    }
    assert.equal(seen, level === 'baseline' ? 40 : 78);
  });
}
