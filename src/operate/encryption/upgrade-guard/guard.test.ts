import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlPlane } from '../status/control-plane.ts';
import { type GuardedSource, guardUpgrade } from './guard.ts';

const PATH = '/etc/kubernetes/encryption/config.yaml';
const PLANE: ControlPlane = {
  node: 'm1',
  at: '2026-01-02T00:00:00.000Z',
  resource: 'secrets',
  manifest: { flag: PATH, path: PATH, reload: false },
  file: { modifiedAt: '2026-01-01T00:00:00.000Z', transformers: ['aescbc:a#kfp1:0'] },
  process: { startedAt: '2026-01-01T01:00:00.000Z', flag: { known: true, path: PATH } },
};
const { manifest: _named, file: _there, ...BARE } = PLANE;
const PLAIN: ControlPlane = {
  ...BARE,
  manifest: { reload: false },
  process: { startedAt: '2026-01-01T01:00:00.000Z', flag: { known: true } },
};

const VOLUME = `extraVolumes: [{name: e, hostPath: /etc/kubernetes/encryption, mountPath: /etc/kubernetes/encryption}]`;
const NONE = 'kind: ClusterConfiguration\n';
const BOTH = `kind: ClusterConfiguration\napiServer: {extraArgs: {encryption-provider-config: ${PATH}}, ${VOLUME}}\n`;

function source(text: string, kind: GuardedSource['kind'] = 'cluster'): GuardedSource {
  return { name: kind === 'cluster' ? 'kube-system/kubeadm-config' : 'kubeadm.cfg', kind, text };
}

/** `CHECK VERDICT` in order. */
function verdicts(planes: readonly ControlPlane[], ...sources: readonly GuardedSource[]): readonly string[] {
  return guardUpgrade({ planes, sources }).map(({ check, verdict }) => `${check} ${verdict}`);
}

test('all agree: nothing fails', () => {
  assert.deepEqual(verdicts([PLANE], source(BOTH), source(BOTH, 'image')), [
    'configuration pass',
    'process pass',
    'control-planes-agree pass',
    'kubeadm-configuration pass',
    'node-image-source pass',
  ]);
});

test('no encryption anywhere: nothing to guard, and nothing passes that was not looked at', () => {
  assert.deepEqual(verdicts([PLAIN], source(NONE)), [
    'configuration not-applicable',
    'process pass',
    'control-planes-agree pass',
    'kubeadm-configuration not-applicable',
    'node-image-source no-evidence',
  ]);
  assert.deepEqual(verdicts([PLANE]).slice(-2), ['kubeadm-configuration no-evidence', 'node-image-source no-evidence']);
});

test('entries that only the newer release knows fail: servers would begin to differ in the middle of the upgrade', () => {
  const file = { modifiedAt: '2026-01-01T00:00:00.000Z', transformers: ['identity'], ignored: ['*.*'] };
  assert.equal(verdicts([{ ...PLANE, file }], source(BOTH))[0], 'configuration fail');
});

const SOURCES: readonly (readonly [what: string, text: string, verdict: string, reason: RegExp])[] = [
  ['lacks the flag', NONE, 'fail', /lacks encryption-provider-config.*in plain text/],
  ['lacks the volume', BOTH.replace(`, ${VOLUME}`, ''), 'fail', /no extraVolumes bring/],
  ['names another file', BOTH.replaceAll('config.yaml', 'old.yaml'), 'fail', /it names .*old\.yaml, a manifest/],
  ['has its file elsewhere on the node', BOTH.replace('hostPath: /etc', 'hostPath: /srv'), 'fail', /its file is \/srv/],
  [
    'reloads by itself',
    BOTH.replace('extraArgs: {', 'extraArgs: {encryption-provider-config-automatic-reload: "true", '),
    'warn',
    /automatic reload/,
  ],
  ['is a template that is no YAML', 'kind: ClusterConfiguration\napiServer: {{ .ApiServer }}: [\n', 'no-evidence', /./],
  ['is of another kind', 'kind: InitConfiguration\n', 'no-evidence', /no ClusterConfiguration/],
];

for (const [what, text, verdict, reason] of SOURCES) {
  test(`a source that ${what}: ${verdict}`, () => {
    const found = guardUpgrade({ planes: [PLANE], sources: [source(text, 'image')] }).find(
      ({ check }) => check === 'node-image-source',
    );
    assert.equal(found?.verdict, verdict, found?.reason);
    assert.match(found?.reason ?? '', reason);
  });
}

test('a source with a flag where manifests have none fails as well', () => {
  assert.equal(verdicts([PLAIN], source(BOTH))[3], 'kubeadm-configuration fail');
});

test('control planes: a missing file, a file that is wrong, another process, a manifest that was not read', () => {
  const { file: _file, ...without } = PLANE;
  assert.equal(verdicts([without])[0], 'configuration fail');
  const wrong = { ...PLANE, file: { modifiedAt: PLANE.at, problem: 'line 3' } };
  assert.equal(verdicts([wrong])[0], 'configuration fail');
  const older: ControlPlane = { ...PLANE, process: { startedAt: PLANE.at, flag: { known: true } } };
  assert.equal(verdicts([older])[1], 'process fail');
  assert.deepEqual(verdicts([{ ...BARE, manifestProblem: 'gone' }], source(BOTH)).slice(0, 4), [
    'configuration no-evidence',
    'process no-evidence',
    'control-planes-agree no-evidence',
    'kubeadm-configuration no-evidence',
  ]);
  assert.equal(verdicts([PLANE, { ...PLAIN, node: 'm2' }], source(BOTH))[4], 'control-planes-agree fail');
});
