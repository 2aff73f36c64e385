import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvidence, Observation } from '../../kubernetes/evidence/evidence.ts';
import type { Waiver } from '../../platform/settings.ts';
import { parseManifestObjects } from '../../scan/release/manifests/objects.ts';
import { type EvaluateInput, evaluate } from './evaluate.ts';
import type { Attestation, CheckResult } from './result/result.ts';
import {
  benchmarkOf,
  checkText,
  contentOf,
  evidenceOf,
  fileAt,
  nodeWith,
  running,
  sectionText,
} from './test-benchmark.ts';

const API = '/bin/ps -ef | grep $apiserverbin | grep -v grep';
const ETCD = '/bin/ps -ef | /bin/grep $etcdbin | /bin/grep -v grep';
const KUBELET = '/bin/ps -fC $kubeletbin';
const ANONYMOUS =
  '{test_items: [{flag: "--anonymous-auth", path: "{.authentication.anonymous.enabled}", compare: {op: eq, value: false}}]}';
const MODE = '{test_items: [{flag: permissions, compare: {op: bitmask, value: "644"}}]}';
const MASTER = sectionText('master', 1, checkText('1.1', API, ANONYMOUS));
const GOOD = running('/usr/bin/kube-apiserver', '--anonymous-auth=false');
const BAD = running('kube-apiserver', '--anonymous-auth=true');

function judge(section: string, nodes: readonly NodeEvidence[], more: Partial<EvaluateInput> = {}) {
  const common = { waivers: [], attestations: [], day: '2022-04-20', as: 'plimsoll' as const };
  return evaluate({ benchmark: benchmarkOf(section), evidence: evidenceOf(...nodes), ...common, ...more });
}

function only(section: string, ...observations: readonly Observation[]): CheckResult {
  const [result] = judge(section, [nodeWith('n1', ...observations)]).results;
  assert.ok(result !== undefined);
  return result;
}

test('nodes fan in: how many of those with the role fail, and what each has', () => {
  const nodes = [nodeWith('m1', GOOD), nodeWith('m2', BAD), nodeWith('m3', GOOD), nodeWith('w1', running('kubelet'))];
  const { results, totals, verdict, nodes: names } = judge(MASTER, nodes);
  const [result] = results;
  assert.equal(result?.verdict, 'fail');
  assert.equal(result?.reason, 'fails on 1 of 3 masters: asked: --anonymous-auth is "false"');
  assert.deepEqual(result?.evidence, ['m2: kube-apiserver: --anonymous-auth=true']);
  assert.deepEqual(
    result?.parts.map(({ subject, verdict: word, kubeBench }) => [subject, word, kubeBench]),
    [
      ['m2', 'fail', 'FAIL'],
      ['m1', 'pass', 'PASS'],
      ['m3', 'pass', 'PASS'],
    ],
  );
  assert.deepEqual(result?.parts[0]?.settings, [{ name: '--anonymous-auth', value: 'true' }]);
  assert.equal(result?.remediation, 'mend 1.1');
  assert.deepEqual([totals.fail, totals.pass, verdict.verdict], [1, 0, 'fail']);
  assert.deepEqual(names, ['m1', 'm2', 'm3', 'w1']);
});

test('a node without the role is not asked; without any there is no evidence, never a pass', () => {
  const [result] = judge(MASTER, [nodeWith('w1', running('kubelet'))]).results;
  assert.deepEqual([result?.verdict, result?.reason], ['no-evidence', 'no node runs apiserver or scheduler']);
  assert.equal(judge(MASTER, []).verdict.verdict, 'no-evidence');
});

test('a node whose facts were not collected is a gap', () => {
  const other: NodeEvidence = { ...nodeWith('n2', GOOD), probes: ['node'] };
  const { gaps, results } = judge(MASTER, [nodeWith('n1', GOOD), other]);
  assert.deepEqual(
    gaps.map(({ kind, target }) => [kind, target]),
    [['not-scanned', 'n2']],
  );
  assert.equal(results[0]?.judged, 1);
});

test('a component that does not run is not applicable, where kube-bench fails', () => {
  const scheduler = '/bin/ps -ef | grep $schedulerbin | grep -v grep';
  const section = sectionText('master', 1, checkText('1.4', scheduler, '{test_items: [{flag: "--profiling"}]}'));
  const { verdict, parts } = only(section, GOOD);
  assert.deepEqual([verdict, parts[0]?.kubeBench], ['not-applicable', 'FAIL']);
});

test('the flag of another process does not count, nor a longer flag, where kube-bench is satisfied by both', () => {
  const kubelet = sectionText(
    'node',
    4,
    checkText('4.2', '/bin/ps -ef | grep $kubeletbin | grep -v grep', '{test_items: [{flag: "--client-ca-file"}]}'),
  );
  const other = running('kube-apiserver', '--kubelet-timeout=5s', '--client-ca-file=/ca');
  const strange = only(kubelet, running('kubelet'), other);
  assert.deepEqual([strange.verdict, strange.parts[0]?.kubeBench], ['fail', 'PASS']);
  const longer = sectionText(
    'master',
    1,
    checkText('1.1', API, '{test_items: [{flag: "--encryption-provider-config"}]}'),
  );
  const prefix = only(longer, running('kube-apiserver', '--encryption-provider-config-automatic-reload=true'));
  assert.deepEqual([prefix.verdict, prefix.parts[0]?.kubeBench], ['fail', 'PASS']);
});

test('flags are read as the programs read them', () => {
  const section = sectionText(
    'etcd',
    2,
    checkText('2.2', ETCD, '{test_items: [{flag: "--client-cert-auth", compare: {op: eq, value: true}}]}'),
  );
  assert.equal(only(section, running('etcd', '-client-cert-auth')).verdict, 'pass');
  assert.equal(only(section, running('etcd', '--client_cert_auth=true')).verdict, 'pass');
  assert.equal(only(section, running('etcd', '--client-cert-auth', '--x')).verdict, 'pass');
  assert.equal(only(section, running('etcd', '--client-cert-auth=true', '--client-cert-auth=false')).verdict, 'fail');
  const plugins = sectionText(
    'master',
    1,
    checkText('1.1', API, '{test_items: [{flag: "--enable-admission-plugins", compare: {op: has, value: Node}}]}'),
  );
  assert.equal(
    only(
      plugins,
      running('kube-apiserver', '--enable-admission-plugins', 'NodeRestriction', '--enable-admission-plugins=A'),
    ).verdict,
    'pass',
  );
});

test('etcd that reads its settings elsewhere leaves the check open', () => {
  const section = sectionText(
    'etcd',
    2,
    checkText('2.3', ETCD, '{bin_op: or, test_items: [{flag: "--auto-tls", env: ETCD_AUTO_TLS, set: false}]}'),
  );
  assert.equal(only(section, running('etcd', '--name=a')).verdict, 'pass');
  const asked = section.replace('remediation:', 'audit_env: "cat /proc/1/environ", remediation:');
  assert.equal(only(asked, running('etcd', '--name=a')).verdict, 'no-evidence');
  const environment = only(section, running('etcd'));
  assert.deepEqual([environment.verdict, environment.parts[0]?.kubeBench], ['no-evidence', 'PASS']);
  assert.match(
    only(section, running('etcd', '--config-file=/etc/etcd.yaml')).reason,
    /reads its settings from \/etc\/etcd.yaml/,
  );
});

test('a value that was not collected decides nothing that asks for it', () => {
  const process = running('kube-apiserver', '--anonymous-auth=[redacted]');
  assert.equal(only(MASTER, process).verdict, 'no-evidence');
  const present = sectionText('master', 1, checkText('1.1', API, '{test_items: [{flag: "--anonymous-auth"}]}'));
  assert.equal(only(present, process).verdict, 'pass');
});

test('the configuration of a kubelet is the one that it names', () => {
  const section = sectionText(
    'node',
    4,
    checkText('4.2', KUBELET, ANONYMOUS, ', audit_config: "/bin/cat $kubeletconf"'),
  );
  const lying = contentOf('/var/lib/kubelet/config.yaml', 'authentication: {anonymous: {enabled: false}}');
  const own = contentOf('/etc/own.yaml', 'authentication: {anonymous: {enabled: true}}');
  assert.equal(only(section, running('kubelet', '--config=/var/lib/kubelet/config.yaml'), ...lying).verdict, 'pass');
  const named = only(section, running('kubelet', '--config', '/etc/own.yaml'), ...lying, ...own);
  assert.deepEqual([named.verdict, named.parts[0]?.kubeBench], ['fail', 'PASS']);
  assert.deepEqual(named.evidence, ['n1: /etc/own.yaml: --anonymous-auth: true']);
  assert.equal(only(section, running('kubelet'), ...lying).verdict, 'fail');
  assert.equal(only(section, running('kubelet', '--config=/not/collected')).verdict, 'no-evidence');
  const more = running('kubelet', '--config=/etc/own.yaml', '--config-dir=/etc/more');
  assert.match(only(section, more, ...own).reason, /also reads the files of \/etc\/more/);
  assert.equal(only(section, running('kubelet', '--config=/x', '--anonymous-auth=false')).verdict, 'pass');
});

test('a node on which nothing of the benchmark runs is a gap, and checks that apply nowhere are no pass', () => {
  const { gaps } = judge(MASTER, [nodeWith('n1', GOOD), nodeWith('n2', running('sshd'))]);
  assert.deepEqual(
    gaps.map(({ kind, target }) => [kind, target]),
    [['not-scanned', 'n2']],
  );
  const skipped = sectionText('master', 1, checkText('1.1', API, ANONYMOUS, ', type: skip'));
  const { verdict, totals } = judge(skipped, [nodeWith('n1', GOOD)]);
  assert.deepEqual([totals['not-applicable'], verdict.verdict], [1, 'no-evidence']);
});

test('a waiver of all that was found leaves open what could not be read', () => {
  const text = sectionText('policies', 5, '  - {id: "5.1", text: "Minimize wildcard use", scored: true}\n');
  const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{verbs: ["*"]}]\n';
  const objects = { from: 'cluster' as const, objects: parseManifestObjects(role, 'f').objects, unread: [] };
  const waivers = [{ check: '5.1', owner: 'ops', reason: 'known', expires: '2022-05-01' }];
  assert.equal(judge(text, [], { objects, waivers }).verdict.verdict, 'pass');
  const partly = judge(text, [], { objects: { ...objects, unread: ['clusterroles'] }, waivers });
  assert.deepEqual([partly.verdict.verdict, partly.waived], ['no-evidence', 0]);
  assert.match(partly.results[0]?.reason ?? '', /1 more waived|clusterroles could not be read/);
});

test('manifests of which a part could not be read pass nothing', () => {
  const text = sectionText('policies', 5, '  - {id: "5.1", text: "Minimize wildcard use", scored: true}\n');
  const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: []\n';
  const objects = { from: 'manifests' as const, objects: parseManifestObjects(role, 'f').objects, unread: [] };
  assert.equal(judge(text, [], { objects }).results[0]?.verdict, 'pass');
  const { results } = judge(text, [], { objects: { ...objects, incomplete: 'a.yaml could not be read' } });
  assert.deepEqual([results[0]?.verdict, results[0]?.reason], ['no-evidence', 'a.yaml could not be read']);
});

test('a setting that lies in what the collector took out decides nothing', () => {
  const section = sectionText(
    'node',
    4,
    checkText('4.2', KUBELET, ANONYMOUS, ', audit_config: "/bin/cat $kubeletconf"'),
  );
  const kubelet = running('kubelet', '--config=/var/lib/kubelet/config.yaml');
  for (const text of ['authentication: "[redacted]"\n', '{"a": 1, "authorization": "[redacted]"\n']) {
    const result = only(section, kubelet, ...contentOf('/var/lib/kubelet/config.yaml', text));
    assert.deepEqual([result.verdict, result.parts[0]?.kubeBench], ['no-evidence', undefined]);
  }
  assert.equal(only(section, kubelet, ...contentOf('/var/lib/kubelet/config.yaml', '{"a": 1, "b": {')).verdict, 'fail');
});

test('files: modes and owners, and what is not there or was not looked for', () => {
  const path = '/etc/kubernetes/manifests/kube-apiserver.yaml';
  const section = sectionText(
    'master',
    1,
    checkText('1.1', "/bin/sh -c 'if test -e $apiserverconf; then stat -c permissions=%a $apiserverconf; fi'", MODE),
  );
  assert.equal(only(section, GOOD, fileAt(path, '600')).verdict, 'pass');
  assert.equal(only(section, GOOD, fileAt(path, '664')).verdict, 'fail');
  const absent = only(section, GOOD, { kind: 'absent', path });
  assert.deepEqual([absent.verdict, absent.parts[0]?.kubeBench], ['no-evidence', 'FAIL']);
  const unseen = only(section, GOOD);
  assert.deepEqual([unseen.verdict, unseen.parts[0]?.kubeBench], ['no-evidence', undefined]);
  assert.match(
    only(section, GOOD, { kind: 'failed', what: path, reason: 'permission denied' }).reason,
    /permission denied/,
  );
});

test('owners count as whole words, and a link to what was not collected leaves the check open', () => {
  const path = '/etc/kubernetes/manifests/kube-apiserver.yaml';
  const audit = "/bin/sh -c 'if test -e $apiserverconf; then stat -c %U:%G $apiserverconf; fi'";
  const section = sectionText('master', 1, checkText('1.2', audit, '{test_items: [{flag: "root:root"}]}'));
  assert.equal(only(section, GOOD, fileAt(path)).verdict, 'pass');
  const other = only(section, GOOD, fileAt(path, '644', 'notroot:root'));
  assert.deepEqual([other.verdict, other.parts[0]?.kubeBench], ['fail', 'PASS']);
  assert.equal(only(section, GOOD, { ...fileAt(path), type: 'link', target: '/elsewhere' }).verdict, 'no-evidence');
});

test('files of the network plug-in: those of the kubelet, else of the usual folder, never the folders themselves', () => {
  const network = `ps -ef | grep $kubeletbin | grep -- --cni-conf-dir | sed 's%.*cni-conf-dir[= ]\\([^ ]*\\).*%\\1%' | xargs -I{} find {} -mindepth 1 | xargs --no-run-if-empty stat -c permissions=%a\nfind /var/lib/cni/networks -type f 2> /dev/null | xargs --no-run-if-empty stat -c permissions=%a`;
  const section = sectionText('master', 1, checkText('1.1.9', network, MODE, ', use_multiple_values: true'));
  const none = { kind: 'absent', path: '/var/lib/cni/networks' } as const;
  const folder = (path: string) => ({ ...fileAt(path, '755'), type: 'directory' }) as const;
  const usual = [none, folder('/etc/cni/net.d'), folder('/etc/cni/net.d/sub'), fileAt('/etc/cni/net.d/10.conf', '600')];
  assert.equal(only(section, GOOD, ...usual).verdict, 'pass');
  const own = running('kubelet', '--cni-conf-dir=/own');
  assert.equal(only(section, GOOD, own, ...usual, folder('/own'), fileAt('/own/a', '666')).verdict, 'fail');
  assert.equal(only(section, GOOD, none).verdict, 'no-evidence');
  assert.equal(only(section, GOOD, own, none).verdict, 'no-evidence');
});

test('a link is judged by the file behind it, where kube-bench judges the link', () => {
  const path = '/etc/kubernetes/manifests/kube-apiserver.yaml';
  const section = sectionText(
    'master',
    1,
    checkText('1.1', "/bin/sh -c 'if test -e $apiserverconf; then stat -c permissions=%a $apiserverconf; fi'", MODE),
  );
  const link = { ...fileAt(path, '777'), type: 'link', target: '../real.yaml' } as const;
  const result = only(section, GOOD, link, fileAt('/etc/kubernetes/real.yaml', '600'));
  assert.deepEqual([result.verdict, result.parts[0]?.kubeBench], ['pass', 'FAIL']);
});

test('the file of a component that does not run, and one that need not be there, are not applicable', () => {
  const proxy = sectionText(
    'node',
    4,
    checkText(
      '4.1.3',
      "/bin/sh -c 'if test -e $proxykubeconfig; then stat -c permissions=%a $proxykubeconfig; fi'",
      MODE,
    ),
  );
  assert.equal(
    only(proxy, running('kubelet'), { kind: 'absent', path: '/etc/kubernetes/proxy.conf' }).verdict,
    'not-applicable',
  );
  const service = sectionText(
    'node',
    4,
    checkText(
      '4.1.2',
      '/bin/sh -c "if test -e $kubeletsvc; then stat -c %U:%G $kubeletsvc; else echo \\"File not found\\"; fi"',
      '{bin_op: or, test_items: [{flag: root:root}, {flag: "File not found"}]}',
    ),
  );
  const path = '/etc/systemd/system/kubelet.service';
  assert.equal(only(service, running('kubelet'), { kind: 'absent', path }).verdict, 'not-applicable');
  assert.equal(only(service, running('kubelet'), fileAt(path)).verdict, 'pass');
  assert.equal(only(service, running('kubelet'), fileAt(path, '644', 'a:a')).verdict, 'fail');
});

test('every file of a tree counts, and a part that could not be read leaves it open', () => {
  const section = sectionText(
    'master',
    1,
    checkText(
      '1.1',
      'find /etc/kubernetes/pki/ | xargs stat -c %U:%G',
      '{test_items: [{flag: root:root}]}',
      ', use_multiple_values: true',
    ),
  );
  const root = { ...fileAt('/etc/kubernetes/pki'), type: 'directory' } as const;
  assert.equal(only(section, GOOD, root, fileAt('/etc/kubernetes/pki/a')).verdict, 'pass');
  const wrong = only(
    section,
    GOOD,
    root,
    fileAt('/etc/kubernetes/pki/a'),
    fileAt('/etc/kubernetes/pki/b', '644', 'x:x'),
  );
  assert.deepEqual([wrong.verdict, wrong.evidence], ['fail', ['n1: /etc/kubernetes/pki/b: x:x']]);
  const open = only(section, GOOD, root, { kind: 'failed', what: '/etc/kubernetes/pki/sub', reason: 'too many files' });
  assert.equal(open.verdict, 'no-evidence');
});

test('an audit that is not recognised is not supported, never a pass', () => {
  for (const audit of [
    'rm -rf /',
    'cat /etc/passwd | grep x',
    `${API}; true`,
    'stat -c %a $(id)',
    'stat -c %s $apiserverconf',
  ]) {
    const result = only(
      sectionText('master', 1, checkText('1.1', audit, '{test_items: [{flag: x, set: false}]}')),
      GOOD,
    );
    assert.deepEqual([result.verdict, result.parts[0]?.kubeBench], ['unsupported', undefined], audit);
  }
  const unknown = sectionText(
    'master',
    1,
    checkText('1.1', 'cat $nothingconf', '{test_items: [{flag: x, set: false}]}'),
  );
  assert.equal(only(unknown, GOOD).verdict, 'unsupported');
});

const ENCRYPTION = `ENCRYPTION_PROVIDER_CONFIG=$(ps -ef | grep $apiserverbin | grep -- --encryption-provider-config | sed 's%.*encryption-provider-config[= ]\\([^ ]*\\).*%\\1%')\nif test -e $ENCRYPTION_PROVIDER_CONFIG; then grep -A1 'providers:' $ENCRYPTION_PROVIDER_CONFIG | tail -n1 | grep -o "[A-Za-z]*" | sed 's/^/provider=/'; fi`;
const CONFIGURATIONS: readonly (readonly [text: string, ours: string, theirs: string])[] = [
  ['resources:\n- resources: [secrets]\n  providers:\n  - aescbc: {}\n  - identity: {}\n', 'pass', 'PASS'],
  [
    'resources:\n- resources: [secrets]\n  providers:\n  - identity: {}\n- resources: [configmaps]\n  providers:\n  - secretbox: {}\n',
    'fail',
    'PASS',
  ],
  [
    'resources:\n- resources: [secrets]\n  providers:\n  - secretbox: {}\n- resources: [events]\n  providers:\n  - identity: {}\n',
    'pass',
    'FAIL',
  ],
  ['resources:\n- resources: [configmaps]\n  providers:\n  - aescbc: {}\n', 'fail', 'PASS'],
  ['resources:\n- resources: ["*."]\n  providers: [{kms: {}}]\n', 'pass', 'FAIL'],
  ['resources: [', 'no-evidence', 'FAIL'],
];

for (const [text, ours, theirs] of CONFIGURATIONS) {
  test(`encryption is judged by the rule for Secrets: ${JSON.stringify(text)}`, () => {
    const tests = '{test_items: [{flag: provider, compare: {op: valid_elements, value: "aescbc,kms,secretbox"}}]}';
    const section = sectionText('master', 1, checkText('1.2.33', ENCRYPTION, tests));
    const process = running(
      'kube-apiserver',
      '--encryption-provider-config=/enc.yaml',
      '--encryption-provider-config-automatic-reload=true',
    );
    const result = only(section, process, ...contentOf('/enc.yaml', text));
    assert.deepEqual([result.verdict, result.parts[0]?.kubeBench], [ours, theirs], result.reason);
    assert.equal(only(section, GOOD).verdict, 'fail');
    assert.equal(only(section, process, fileAt('/enc.yaml')).verdict, 'no-evidence');
  });
}

const WAIVER: Waiver = { check: '1.1', owner: 'ops', reason: 'probes', expires: '2022-05-01', subjects: ['m2'] };

test('a waiver covers the nodes that it names while it holds', () => {
  const nodes = [nodeWith('m1', BAD), nodeWith('m2', BAD)];
  const one = judge(MASTER, nodes, { waivers: [WAIVER] });
  assert.deepEqual([one.results[0]?.waiver, one.verdict.verdict, one.waived], [undefined, 'fail', 0]);
  assert.equal(one.results[0]?.reason, 'fails on 1 of 2 masters, 1 more waived: asked: --anonymous-auth is "false"');
  const { subjects: _, ...everywhere } = WAIVER;
  const all = judge(MASTER, nodes, { waivers: [everywhere] });
  assert.deepEqual([all.results[0]?.verdict, all.results[0]?.waiver], ['fail', 'ops until 2022-05-01: probes']);
  assert.deepEqual([all.waived, all.totals.fail, all.verdict.verdict], [1, 1, 'pass']);
  const late = judge(MASTER, nodes, { waivers: [everywhere], day: '2022-05-02' });
  assert.deepEqual([late.verdict.verdict, late.waivers[0]?.state], ['fail', 'expired']);
});

test('an attestation answers what no evidence does, up to its day, and nothing else', () => {
  const manual = sectionText(
    'master',
    1,
    '  - {id: 3.1, text: Manual, type: manual, scored: false}\n',
    checkText('1.1', API, ANONYMOUS),
  );
  const by = (check: string, expires: string): Attestation => ({ check, by: 'ops', statement: 'looked', expires });
  const nodes = [nodeWith('m1', BAD)];
  const { results, attestations } = judge(manual, nodes, {
    attestations: [by('3.1', '2022-04-20'), by('1.1', '2023-01-01'), by('9', '2023-01-01')],
  });
  assert.deepEqual(
    results.map(({ check, verdict }) => [check, verdict]),
    [
      ['3.1', 'attested'],
      ['1.1', 'fail'],
    ],
  );
  assert.deepEqual(
    attestations.map(({ state }) => state),
    ['used', 'not-needed', 'unknown-check'],
  );
  const late = judge(manual, nodes, { attestations: [by('3.1', '2022-04-19')] });
  assert.deepEqual([late.results[0]?.verdict, late.attestations[0]?.state], ['no-evidence', 'expired']);
});

test('as kube-bench answers', () => {
  const nodes = [nodeWith('m1', GOOD), nodeWith('m2', BAD)];
  const { results, as } = judge(MASTER, nodes, { as: 'kube-bench' });
  assert.deepEqual(
    [as, results[0]?.verdict, results[0]?.parts.map(({ verdict }) => verdict)],
    ['kube-bench', 'fail', ['fail', 'pass']],
  );
});

test('the same evidence gives the same bytes, whatever the order of the nodes', () => {
  const nodes = [nodeWith('m1', GOOD), nodeWith('m2', BAD), nodeWith('m3')];
  assert.equal(JSON.stringify(judge(MASTER, nodes)), JSON.stringify(judge(MASTER, nodes.toReversed())));
});
