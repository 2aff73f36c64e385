// The contract of the command line: help with an example everywhere, exit codes, stdout for results and stderr for talk, no colour on request.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { writeOciLayout } from '../../demo/image/layout.ts';
import { COMMANDS } from '../../src/cli/program.ts';
import { plainSecret, testDatabase, testSnapshot } from '../../src/operate/encryption/etcd/test-files.ts';
import { writeFacts } from '../../src/operate/encryption/status/facts-file.ts';
import { writeStatements } from '../../src/statements/yaml.ts';
import { KUBE_BENCH_JSON, writeCfgFolder } from '../support/benchmark-folder.ts';
import { NO_CONTEXT } from '../support/command-context.ts';
import { partText } from '../support/evidence-part.ts';
import { needsPrograms } from '../support/needs.ts';
import { resultValidator, schemaNames, schemaText } from '../support/schemas.ts';
import { statement } from '../support/statements.ts';
import { ROOT, Workplace } from './program.ts';

const place = new Workplace();
after(() => place.remove());

before(() => {
  writeOciLayout(place.path('layout'), [
    {
      tag: 'one',
      layers: [
        [
          { path: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.15.0\n' },
          { path: 'lib/apk/db/installed', body: 'P:zlib\nV:1.2.11-r3\nA:x86_64\no:zlib\n\n' },
        ],
      ],
    },
  ]);
  const secdb = {
    distroversion: 'v3.15',
    reponame: 'main',
    packages: [{ pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } } }],
  };
  mkdirSync(place.path('secdb'));
  writeFileSync(place.path('secdb', 'main.json'), JSON.stringify(secdb));
});

/** Commands that a help text lists, without the built-in one. */
function subcommandsIn(help: string): readonly string[] {
  const section = /^Commands:\n((?: {2}.*\n?)+)/m.exec(help)?.[1] ?? '';
  return [...section.matchAll(/^ {2}([a-z][\w-]*)/gm)].map((match) => match[1] ?? '').filter((name) => name !== 'help');
}

test('every command has help with an example', async () => {
  const overview = await place.plimsoll(['--help']);
  assert.equal(overview.status, 0);
  assert.deepEqual(
    subcommandsIn(overview.stdout),
    COMMANDS.map((entry) => entry.name),
  );
  const visit = async (path: readonly string[]): Promise<void> => {
    const help = await place.plimsoll([...path, '--help']);
    assert.equal(help.status, 0, path.join(' '));
    const children = subcommandsIn(help.stdout);
    assert.match(help.stdout, /^Examples?:\n {2}\S/m, path.join(' '));
    for (const child of children) await visit([...path, child]);
  };
  for (const entry of COMMANDS) await visit([entry.name]);
});

test('every command refuses what it does not know with exit code 2, on stderr', async () => {
  for (const args of [
    [],
    ['nonsense'],
    ['scan'],
    ['--nonsense'],
    ...COMMANDS.map((entry) => [entry.name, '--nonsense']),
  ]) {
    const outcome = await place.plimsoll(args);
    assert.equal(outcome.status, 2, args.join(' '));
    assert.equal(outcome.stdout, '', args.join(' '));
    assert.notEqual(outcome.stderr, '', args.join(' '));
  }
});

test('unreadable input ends with exit code 3, and says what was not found', async () => {
  for (const args of [
    ['scan', 'oci:no-such-layout'],
    ['scan', 'csm:no-such-release'],
    ['release', 'show', 'csm:no-such-release'],
    ['scan', 'oci:layout:one', '--advisories', 'no-such-set'],
  ]) {
    const outcome = await place.plimsoll(args);
    assert.equal(outcome.status, 3, `${args.join(' ')}\n${outcome.stderr}`);
    assert.match(outcome.stderr, /no-such-/);
    assert.doesNotMatch(outcome.stderr, /\n\s+at /, 'no stack trace');
  }
});

test('results go to stdout or to --output, talk goes to stderr, and --quiet ends the talk', async () => {
  const built = await place.plimsoll(['advisories', 'build', '--feed', 'alpine-secdb=secdb', '--output', 'set.db']);
  assert.equal(built.status, 0, built.stderr);
  const scan = ['scan', 'oci:layout:one', '--advisories', 'set.db', '--as-of', '2022-03-31'];
  const printed = await place.plimsoll([...scan, '--format', 'json']);
  assert.equal(printed.status, 0, printed.stderr);
  assert.equal(JSON.parse(printed.stdout).findings[0].vulnerability, 'CVE-2018-25032');
  const written = await place.plimsoll([...scan, '--format', 'json', '--output', 'result.json', '--quiet']);
  assert.deepEqual(written, { status: 0, stdout: '', stderr: '' });
  assert.equal(readFileSync(place.path('result.json'), 'utf8'), printed.stdout);
  const nowhere = await place.plimsoll([...scan, '--output', 'no/such/folder/result.txt']);
  assert.equal(nowhere.status, 2, nowhere.stderr);
});

test('--config is read, and a wrong one ends with exit code 2', async () => {
  writeFileSync(place.path('right.yaml'), 'release:\n  own: [registry.example/own]\n');
  writeFileSync(place.path('wrong.yaml'), 'release:\n  owns: []\n');
  const right = await place.plimsoll(['scan', 'oci:layout:one', '--config', 'right.yaml']);
  assert.equal(right.status, 0, right.stderr);
  const wrong = await place.plimsoll(['scan', 'oci:layout:one', '--config', 'wrong.yaml']);
  assert.equal(wrong.status, 2, wrong.stderr);
  assert.match(wrong.stderr, /wrong\.yaml:2/);
});

test('--fail-on answers with exit code 1', async () => {
  const set = place.path('set.db');
  assert.ok(existsSync(set), 'built by the test before');
  const scan = ['scan', 'oci:layout:one', '--advisories', set, '--as-of', '2022-03-31'];
  assert.equal((await place.plimsoll([...scan, '--fail-on', 'unknown'])).status, 1);
  assert.equal((await place.plimsoll([...scan, '--fail-on', 'critical'])).status, 0);
  assert.equal((await place.plimsoll([...scan, '--fail-on', 'nonsense'])).status, 2);
});

test('colour only on a terminal, and not with NO_COLOR or --no-color', needsPrograms('script'), async () => {
  const onTerminal = async (environment: Readonly<Record<string, string>>, ...options: readonly string[]) => {
    const command = [`${ROOT}/bin/plimsoll`, 'scan', 'oci:layout:one', '--advisories', 'set.db', ...options].join(' ');
    return (await place.run('script', ['-qec', command, '/dev/null'], { TERM: 'xterm', ...environment })).stdout;
  };
  const colour = new RegExp(`${String.fromCharCode(27)}\\[\\d+(?:;\\d+)*m`);
  assert.match(await onTerminal({}), colour);
  assert.doesNotMatch(await onTerminal({ NO_COLOR: '1' }), colour);
  assert.doesNotMatch(await onTerminal({}, '--no-color'), colour);
  assert.doesNotMatch((await place.plimsoll(['scan', 'oci:layout:one', '--advisories', 'set.db'])).stdout, colour);
});

const RECEIPT = [
  '--passphrase-file',
  'passphrase',
  '--ledger',
  'receipts.jsonl',
  '--holder',
  'Security',
  '--place',
  'safe',
];

/** A workload, a policy in force, and one that is not evaluated. */
const CLUSTER = `apiVersion: v1
kind: Pod
metadata: {name: api, namespace: services, labels: {app: api}}
spec: {hostNetwork: true, containers: [{name: a, image: a, ports: [{containerPort: 80}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: services}
spec: {podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: more, namespace: services}
`;

/** A policy that changes what CLUSTER has, and Kyverno's test of it. */
const POLICY = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: harden}
spec:
  rules:
  - name: non-root
    match: {any: [{resources: {kinds: [Pod]}}]}
    mutate: {patchStrategicMerge: {spec: {securityContext: {+(runAsNonRoot): true}}}}
  - name: no-host-network
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate: {message: not allowed, pattern: {spec: {=(hostNetwork): false}}}
`;
const POLICY_TEST = `apiVersion: cli.kyverno.io/v1alpha1
kind: Test
metadata: {name: harden}
policies: [policy.yaml]
resources: [cluster.yaml]
results: [{policy: harden, rule: no-host-network, kind: Pod, resources: [api], result: fail}]
`;

/** Commands with a machine-readable result: the schema, and a command line that gives one (without --format). */
const RESULTS: Readonly<Record<string, readonly [schema: string, args: readonly string[]]>> = {
  scan: ['assessment-1', ['oci:layout:one', '--advisories', 'set.db']],
  reassess: ['assessments-1', ['one.json', 'one.json', '--advisories', 'next.db']],
  compare: ['comparison-1', ['one.json', 'two.json', '--advisories-from', 'set.db', '--advisories-to', 'next.db']],
  history: ['history-1', ['--all']],
  'review pack': ['review-1', ['two.json', '--since', 'one.json', '--date', '2022-04-06']],
  where: ['where-1', ['zlib@<2']],
  'statements check': ['statements-check-1', ['decisions.yaml', '--assessment', 'one.json', '--as-of', '2022-04-06']],
  'statements list': ['statements-1', ['decisions.yaml', '--assessment', 'one.json']],
  'statements watch': ['watch-1', ['watch.yaml', '--assessment', 'one.json', '--advisories', 'next.db']],
  'node check': ['node-check-1', ['n1.part']],
  hygiene: ['hygiene-1', ['one.json', '--since', 'one.json']],
  'hygiene fix': ['hygiene-fix-1', ['one.json', '*']],
  gate: ['gate-1', ['one.json', '--config', 'gate.yaml']],
  'lines status': ['lines-1', ['--lines', 'lines.yaml', '--as-of', '2022-04-06']],
  plan: ['plan-1', ['one.json']],
  'patch-set': ['patch-set-1', ['one.json', 'two.json']],
  publish: ['publish-1', ['bundle', '--assessment', 'two.json', '--audience', 'internal']],
  'publish verify': ['publish-verify-1', ['bundle']],
  triage: ['triage-1', ['one.json']],
  'tickets sync': ['tickets-1', ['one.json', '--files', 'tickets']],
  'release show': ['release-1', ['oci:layout:one']],
  'advisories build': [
    'advisories-status-1',
    ['--feed', 'alpine-secdb=next', '--feed', 'kev=kev.json', '--feed', 'osv=osv', '--output', 'next.db'],
  ],
  'advisories import': ['advisories-status-1', ['set.jsonl', '--output', 'imported.db']],
  'advisories update': ['advisories-status-1', []],
  'advisories status': ['advisories-status-1', ['set.db']],
  'advisories export': ['advisories-export-1', ['next.db']],
  'advisories diff': ['advisories-diff-1', ['set.db', 'next.db']],
  'mitigation list': ['mitigations-1', []],
  'mitigation show': ['mitigation-1', ['userns-off']],
  'mitigation check': ['mitigation-check-1', ['userns-off', '--facts', 'facts.json']],
  'mitigation conflicts': ['mitigation-conflicts-1', ['--facts', 'facts.json', '--planned', 'userns-off']],
  'mitigation plan': ['mitigation-plan-1', ['userns-off', '--nodes', 'n1']],
  'mitigation apply': ['mitigation-run-1', ['by-hand', '--key', 'site.pub.pem', '--did', 'talk=the operator']],
  'mitigation verify': ['mitigation-verify-1', ['userns-off']],
  'mitigation status': ['mitigation-status-1', []],
  'mitigation audit': ['mitigation-audit-1', []],
  'helm-tests run': ['helm-tests-run-1', []],
  'helm-tests compare': ['helm-tests-comparison-1', ['before.json', 'after.json']],
  'helm-tests coverage': [
    'helm-tests-coverage-1',
    ['team/app', '--manifests', 'rendered.yaml', '--assessment', 'one.json'],
  ],
  'mitigation backout': ['mitigation-run-1', ['by-hand', '--undone', 'talk=the operator']],
  'encryption inspect': ['encryption-inspect-1', ['etcd.db', '--encryption-config', 'encryption.yaml']],
  'encryption lint': ['encryption-lint-1', ['encryption.yaml']],
  'encryption status': ['encryption-status-1', ['m001.json', '--data', 'etcd.db']],
  'encryption plan': [
    'encryption-plan-1',
    ['enable', 'm001.json', '--data', 'etcd.db', '--key-file', 'key.sealed.json'],
  ],
  'encryption rehearse': [
    'encryption-rehearsal-1',
    ['enable', 'm001.json', '--data', 'etcd.db', '--key-file', 'key.sealed.json', '--passphrase-file', 'passphrase'],
  ],
  'encryption apply': ['encryption-apply-1', []],
  'encryption upgrade-guard': ['encryption-upgrade-guard-1', ['m001.json']],
  'encryption measure': ['encryption-measurement-1', []],
  'encryption rewrite': ['encryption-rewrite-1', []],
  'encryption verify': ['encryption-verify-1', []],
  'encryption keys list': [
    'encryption-keys-1',
    ['encryption.yaml', '--data', 'inspection.json', '--receipts', 'receipts.jsonl'],
  ],
  'encryption keys generate': ['encryption-sealed-key-1', ['--passphrase-file', 'passphrase']],
  'encryption keys receipt': ['encryption-receipt-1', ['key.sealed.json', ...RECEIPT]],
  'policy check': ['policy-check-1', ['cluster.yaml', '--pss', 'baseline:v1.20']],
  'policy test': ['policy-test-1', ['kyverno-test.yaml']],
  'policy preview': ['policy-preview-1', ['manifests:cluster.yaml', '--policies', 'policy.yaml']],
  'policy compare': ['policy-compare-1', ['cluster.yaml', '--before', 'policy.yaml', '--after', 'policy.yaml']],
  'policy matrix': ['policy-matrix-1', ['cluster.yaml', '--policies', 'policy.yaml']],
  nonroot: ['nonroot-1', ['oci:layout:one']],
  'nonroot propose': ['nonroot-1', ['oci:layout:one']],
  'reach list': ['reach-list-1', ['cluster.yaml']],
  'reach query': ['reach-query-1', ['cluster.yaml', '--from', 'pod:user/app=uai', '--since', 'cluster.yaml']],
  'reach diff': ['reach-diff-1', ['cluster.yaml', 'cluster.yaml']],
  'benchmark evaluate': ['benchmark-1', ['n1.part', '--cfg', 'cfg', '--benchmark', 'test-1']],
  'benchmark import': ['benchmark-1', ['kube-bench.json']],
  'benchmark compare': ['benchmark-comparison-1', ['benchmark.json', 'benchmark.json']],
  'benchmark collect': ['evidence-1', ['--offline', '--nodes', 'n1.part']],
  'tenancy check': ['tenancy-1', ['cluster.yaml', '--kubernetes', '1.20']],
  'kubernetes versions': [
    'kubernetes-versions-1',
    ['--from', '1.20', '--to', '1.25', '--lines', 'lines.yaml', '--manifests', 'cluster.yaml'],
  ],
  'versions compare': ['versions-compare-1', ['deb', '1', '2']],
};

/** Needs publishers' servers. What it prints is what `status` prints of the set that it made. */
const NEEDS_NETWORK = 'advisories update';
/** Need a cluster: their results are held against the schema by their own tests (*.cluster.test.ts). */
const NEED_CLUSTER: ReadonlySet<string> = new Set([
  'encryption apply',
  'encryption measure',
  'encryption rewrite',
  'encryption verify',
  'helm-tests run',
  'mitigation audit',
]);

/** Paths of the commands whose --format has the word. */
async function commandsWith(format: string): Promise<readonly string[]> {
  const paths: string[] = [];
  const visit = (command: Command, path: string): void => {
    const option = command.options.find(({ long }) => long === '--format');
    if (option?.argChoices?.includes(format) === true) paths.push(path);
    for (const child of command.commands) visit(child, `${path} ${child.name()}`);
  };
  for (const entry of COMMANDS) visit((await entry.load())(NO_CONTEXT), entry.name);
  return paths.sort();
}

test('every machine-readable result has a schemaVersion and follows its schema', async () => {
  assert.deepEqual(
    [...(await commandsWith('json')), ...(await commandsWith('jsonl'))].sort(),
    Object.keys(RESULTS).sort(),
    'a command with JSON is in the table',
  );
  const used = new Set([
    ...Object.values(RESULTS).map(([schema]) => schema),
    'assessment-1',
    'bundle-1',
    'published-mitigations-1',
    'published-encryption-1',
    'encryption-facts-1',
    'encryption-member-1',
  ]);
  assert.deepEqual([...used].sort(), schemaNames(), 'a schema is of some command');
  mkdirSync(place.path('next'));
  mkdirSync(place.path('osv'));
  const secdb = (fixed: string) => ({
    distroversion: 'v3.15',
    packages: [{ pkg: { name: 'zlib', secfixes: { [fixed]: ['CVE-2018-25032'] } } }],
  });
  writeFileSync(place.path('next', 'main.json'), JSON.stringify(secdb('1.2.12-r1')));
  const kev = {
    dateReleased: '2022-04-06T00:00:00Z',
    vulnerabilities: [{ cveID: 'CVE-2018-25032', dateAdded: '2022-04-01' }],
  };
  writeFileSync(place.path('kev.json'), JSON.stringify(kev));
  const osv = {
    id: 'GHSA-aaaa-bbbb-cccc',
    modified: '2022-04-02T00:00:00Z',
    affected: [
      {
        package: { ecosystem: 'npm', name: 'left\u202e\u009bpad' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.3.1' }] }],
      },
    ],
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  };
  writeFileSync(place.path('osv', 'a.json'), JSON.stringify(osv));
  const accepted = statement({ scope: { vulnerability: 'CVE-2018-25032', packages: ['pkg:apk/alpine/zlib'] } });
  writeFileSync(place.path('decisions.yaml'), writeStatements([accepted]));
  const site = generateKeyPairSync('ed25519');
  writeFileSync(place.path('site.pem'), site.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(place.path('site.pub.pem'), site.publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(place.path('facts.json'), '{"subjects": [{"name": "n1", "kind": "node", "facts": {}}]}');
  mkdirSync(place.path('by-hand'));
  writeFileSync(
    place.path('by-hand', 'mitigation.yaml'),
    'mitigation: by-hand\nversion: 1\ntitle: t\nowner: o\ncreated: 2022-01-01\nexpires: 2999-12-31\nassurance: untested\neffect: lowers\n' +
      'impact: none\nrestarts: none\nsteps: [{id: talk, type: manual, do: a, undo: b, check: c}]\n',
  );
  const chartTest = '{metadata: {name: t, annotations: {helm.sh/hook: test}}, kind: Pod, apiVersion: v1, spec: {}}\n';
  writeFileSync(place.path('rendered.yaml'), chartTest);
  for (const as of ['before', 'after']) {
    const tests = [{ kind: 'Pod', name: 't', outcome: 'pass', reason: '', milliseconds: 0, logs: [], gaps: [] }];
    const run = {
      schemaVersion: 1,
      as,
      at: '2022-04-06T00:00:00Z',
      releases: [{ namespace: 'a', release: 'b', tests }],
    };
    writeFileSync(place.path(`${as}.json`), JSON.stringify(run));
  }
  const watched =
    '{vulnerability: CVE-2018-25032, title: zlib, state: watching, statement: s, owner: o, date: 2022-04-01}';
  writeFileSync(place.path('gate.yaml'), 'gate: {most: {critical: 9}}\n');
  writeFileSync(place.path('lines.yaml'), 'lines: [{name: "1.2", state: supported, end: 2023-12-31}]\n');
  writeFileSync(place.path('n1.part'), partText('n1', [{ kind: 'absent', path: '/etc/kubernetes/admin.conf' }]));
  writeCfgFolder(place.path('cfg'), 'test-1');
  writeFileSync(place.path('kube-bench.json'), KUBE_BENCH_JSON);
  writeFileSync(place.path('cluster.yaml'), CLUSTER);
  writeFileSync(place.path('policy.yaml'), POLICY);
  writeFileSync(place.path('kyverno-test.yaml'), POLICY_TEST);
  writeFileSync(place.path('watch.yaml'), `watch: [${watched}]\n`);
  const providers = '[{secretbox: {keys: [{name: key-1, secret: wLe8SnDsXZxKtCoXzQyn6xcNeuVmZ+0KTAslKYeHbNs=}]}}]';
  const encryption = `apiVersion: v1\nkind: EncryptionConfig\nresources: [{resources: [secrets], providers: ${providers}}]\n`;
  writeFileSync(place.path('encryption.yaml'), encryption, { mode: 0o600 });
  writeFileSync(place.path('passphrase'), 'correct horse battery staple\n');
  const use = { writer: 'secretbox:key-1', current: 1, old: 0, deleted: 0, wal: 0, firstRevision: 4, lastRevision: 4 };
  const inspection = { schemaVersion: 1, files: [{ path: 'm1.db', kind: 'database', writers: [use] }], gaps: [] };
  writeFileSync(place.path('inspection.json'), JSON.stringify(inspection));
  const secret = { key: '/registry/secrets/demo/a', value: plainSecret('demo', 'b') };
  writeFileSync(place.path('etcd.db'), testSnapshot(testDatabase({ revisions: [secret], compacted: 2 })));
  const [startedAt, at] = ['2022-04-01T00:00:00.000Z', '2022-04-06T00:00:00.000Z'];
  const process = { startedAt, flag: { known: true }, ready: true } as const;
  const facts = writeFacts({ node: 'm001', at, resource: 'secrets', manifest: { reload: false }, process });
  writeFileSync(place.path('m001.json'), facts);
  assert.ok(resultValidator('encryption-facts-1')(JSON.parse(facts)));
  const [, build] = RESULTS['advisories build'] ?? ['', []];
  for (const args of [
    ['encryption', 'keys', 'generate', '--passphrase-file', 'passphrase', '--output', 'key.sealed.json'],
    ['encryption', 'keys', 'receipt', 'key.sealed.json', ...RECEIPT],
    ['scan', 'oci:layout:one', '--advisories', 'set.db', '--format', 'json', '--output', 'one.json'],
    ['advisories', 'export', 'set.db', '--output', 'set.jsonl'],
    ['mitigation', 'sign', 'by-hand', '--key', 'site.pem'],
    ['advisories', 'build', ...build],
    ['benchmark', 'import', 'kube-bench.json', '--format', 'json', '--output', 'benchmark.json'],
    ['reassess', 'one.json', '--advisories', 'next.db', '--format', 'json', '--output', 'two.json'],
  ]) {
    assert.equal((await place.plimsoll(args)).status, 0, args.join(' '));
  }
  for (const path of Object.keys(RESULTS)) {
    const [schema, args] = RESULTS[path] ?? ['', []];
    if (path === NEEDS_NETWORK || NEED_CLUSTER.has(path)) continue;
    const format = path === 'advisories export' ? 'jsonl' : 'json';
    const { status, stdout, stderr } = await place.plimsoll([...path.split(' '), ...args, '--format', format]);
    assert.equal(status, 0, `${path}\n${stderr}`);
    const validate = resultValidator(schema);
    const documents: unknown[] = (format === 'jsonl' ? stdout.trim().split('\n') : [stdout]).map((text) =>
      JSON.parse(text),
    );
    for (const document of documents) assert.ok(validate(document), `${path}: ${JSON.stringify(validate.errors)}`);
    assert.equal(Reflect.get(Object(documents[0]), 'schemaVersion'), 1, path);
    assert.ok(!validate({}) && !validate({ ...Object(documents[0]), other: 1 }), `the schema of ${path} can say no`);
    assert.doesNotMatch(stdout, /:\s*null\b/, `${path}: what is not known is absent`);
    assert.doesNotMatch(stdout, /[\x7f-\x9f\p{Cf}]/u, `${path}: nothing hidden`);
  }
  for (const name of schemaNames()) assert.doesNotMatch(schemaText(name), /"null"/, name);
});

test('the same content gives the same bytes, wherever and whenever its set was built', async () => {
  mkdirSync(place.path('elsewhere'));
  const secdb = readFileSync(place.path('secdb', 'main.json'));
  writeFileSync(place.path('elsewhere', 'copy.json.gz'), gzipSync(secdb));
  const date = ['--feed-date', 'alpine-secdb=2022-03-30'];
  const results: string[] = [];
  for (const [input, output] of [
    ['secdb', 'first.db'],
    ['elsewhere/copy.json.gz', 'elsewhere/second.db'],
  ] as const) {
    const built = await place.plimsoll([
      'advisories',
      'build',
      '--feed',
      `alpine-secdb=${input}`,
      ...date,
      '--output',
      output,
    ]);
    assert.equal(built.status, 0, built.stderr);
    const store = ['--store', `${output}.store`];
    const scanned = await place.plimsoll([
      'scan',
      'oci:layout:one',
      '--advisories',
      output,
      '--format',
      'json',
      ...store,
    ]);
    assert.equal(scanned.status, 0, scanned.stderr);
    results.push(scanned.stdout);
  }
  const [first = '', second] = results;
  assert.ok(second === first, 'the same bytes');
  assert.equal(JSON.parse(first).advisorySet.builtAt, '2022-03-30T00:00:00Z');
});

/** Makes a copy of the set in which SQL changed something. */
function alteredSet(name: string, sql: string): string {
  cpSync(place.path('set.db'), place.path(name));
  const database = new DatabaseSync(place.path(name));
  database.exec(sql);
  database.close();
  return name;
}

test('an advisory set that was altered is not worked with, and status says so', async () => {
  const removed = alteredSet('removed.db', "DELETE FROM package WHERE name = 'zlib'");
  const dated = alteredSet(
    'dated.db',
    `UPDATE feed SET record = json_set(record, '$.upstreamUpdatedAt', '2030-01-01')`,
  );
  for (const set of [removed, dated]) {
    // A store of its own: a result that was kept for the set's id needs no look-up.
    const scanned = await place.plimsoll(['scan', 'oci:layout:one', '--advisories', set, '--store', `${set}.store`]);
    assert.equal(scanned.status, 3, scanned.stderr);
    assert.equal(scanned.stdout, '');
    assert.match(scanned.stderr, /was altered/);
    const status = await place.plimsoll(['advisories', 'status', set, '--format', 'json']);
    assert.equal(status.status, 1, status.stderr);
    assert.equal(JSON.parse(status.stdout).content, 'altered');
  }
});

test('a store and an advisory set are not taken for each other, nor any other database for one of them', async () => {
  const other = new DatabaseSync(place.path('other.db'));
  other.exec('CREATE TABLE contact (name TEXT)');
  other.close();
  await place.plimsoll(['scan', 'oci:layout:one', '--advisories', 'set.db', '--store', 'kept.db']);
  const cases: readonly (readonly [status: number, message: RegExp, args: readonly string[]])[] = [
    [2, /advisory set, no store.*--advisories/, ['scan', 'oci:layout:one', '--store', 'set.db']],
    [2, /advisory set, no store/, ['history', '--store', 'set.db']],
    [2, /advisory set, no store/, ['where', 'zlib', '--store', 'set.db']],
    [2, /advisory set, no store/, ['reassess', 'one.json', '--store', 'set.db']],
    [2, /another program/, ['scan', 'oci:layout:one', '--store', 'other.db']],
    [3, /store of scans.*--store/, ['scan', 'oci:layout:one', '--advisories', 'kept.db']],
    [3, /store of scans/, ['advisories', 'status', 'kept.db']],
    [3, /not an advisory set/, ['scan', 'oci:layout:one', '--advisories', 'other.db']],
  ];
  const files = ['set.db', 'other.db', 'kept.db'];
  const before = files.map((file) => readFileSync(place.path(file)));
  for (const [status, message, args] of cases) {
    const outcome = await place.plimsoll(args);
    assert.equal(outcome.status, status, `${args.join(' ')}\n${outcome.stderr}`);
    assert.match(outcome.stderr, message);
  }
  assert.deepEqual(
    files.map((file) => readFileSync(place.path(file))),
    before,
    'nothing was written',
  );
});

test('looking something up makes no store', async () => {
  const elsewhere = { XDG_DATA_HOME: place.path('no-data') };
  for (const args of [['history'], ['where', 'zlib']]) {
    const outcome = await place.plimsoll(args, elsewhere);
    assert.equal(outcome.status, 0, outcome.stderr);
    assert.match(outcome.stderr, /no assessment/);
    assert.equal((await place.plimsoll([...args, '--store', 'missing.db'])).status, 3);
  }
  assert.ok(!existsSync(place.path('no-data')) && !existsSync(place.path('missing.db')));
});

/** Runs the program without root's right to write what is sealed. The user stays the same: another one might not be let into the checkout. */
async function unprivileged(args: readonly string[]): Promise<Awaited<ReturnType<typeof place.plimsoll>>> {
  if (process.getuid?.() !== 0) return place.plimsoll(args);
  const without = '--bounding-set=-dac_override,-dac_read_search';
  return place.run('setpriv', [without, `${ROOT}/bin/plimsoll`, ...args]);
}

test(
  'a store that may only be read is read; a scan says at once that it can keep nothing',
  needsPrograms('setpriv'),
  async () => {
    mkdirSync(place.path('sealed'));
    const sealed = ['--store', 'sealed/store.db'];
    const scan = ['scan', 'oci:layout:one', '--advisories', 'set.db', '--format', 'json', ...sealed];
    const { id } = JSON.parse((await place.plimsoll(scan)).stdout);
    chmodSync(place.path('sealed', 'store.db'), 0o444);
    chmodSync(place.path('sealed'), 0o555);
    try {
      const history = await unprivileged(['history', ...sealed]);
      assert.equal(history.status, 0, history.stderr);
      assert.match(history.stdout, new RegExp(id.slice(7, 19)));
      const where = await unprivileged(['where', 'zlib', ...sealed]);
      assert.equal(where.status, 0, where.stderr);
      assert.match(where.stdout, /1\.2\.11-r3/);
      const reassessed = await unprivileged(['reassess', id, '--advisories', 'set.db', '--format', 'json', ...sealed]);
      assert.equal(reassessed.status, 0, reassessed.stderr);
      assert.equal(JSON.parse(reassessed.stdout).findings.length, 1);
      assert.match(reassessed.stderr, /may not be written: the results are not kept/);
      const scanned = await unprivileged(scan);
      assert.deepEqual([scanned.status, scanned.stdout], [4, '']);
      assert.match(scanned.stderr, /^plimsoll: store .*sealed\/store\.db .*--store\n$/);
      assert.deepEqual(readdirSync(place.path('sealed')), ['store.db']);
    } finally {
      chmodSync(place.path('sealed'), 0o755);
    }
  },
);
