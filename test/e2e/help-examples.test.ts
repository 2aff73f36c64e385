// Runs the examples of every help text, in a folder that holds what they name. What would reach the network is only checked as a command line.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { writeDirImage, writeOciLayout } from '../../demo/image/layout.ts';
import { COMMANDS } from '../../src/cli/program.ts';
import { plainSecret, testDatabase, testWal } from '../../src/operate/encryption/etcd/test-files.ts';
import { writeFacts } from '../../src/operate/encryption/status/facts-file.ts';
import { writeVex } from '../../src/statements/vex/write.ts';
import { writeStatements } from '../../src/statements/yaml.ts';
import { KUBE_BENCH_JSON, writeCfgFolder } from '../support/benchmark-folder.ts';
import { NO_CONTEXT } from '../support/command-context.ts';
import { partText } from '../support/evidence-part.ts';
import { type LoopbackRegistry, startLoopbackRegistry } from '../support/loopback-registry.ts';
import { makeImage, makeTar } from '../support/oci-layout.ts';
import { statement } from '../support/statements.ts';
import { ROOT, Workplace } from './program.ts';

const place = new Workplace();
let registry: LoopbackRegistry | undefined;
after(async () => {
  place.remove();
  await registry?.close();
});

/** Examples that ask publishers, package mirrors or trackers. */
const REACHES_OUT = /^plimsoll (advisories update|tickets .*--config|.* --(?:kubeconfig|endpoint) |.* cluster:)/;
/** Ids in examples are made up; these are put in their place. */
const ids = new Map<string, string>();

const OS_RELEASE = 'ID=alpine\nVERSION_ID=3.15.0\n';
/** Workloads of the namespaces that examples of reachability ask about. */
const WORKLOADS = ['services', 'kube-system', 'blue']
  .map(
    (name) => `apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {tenant: ${name}}}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: ${name}}
spec: {containers: [{name: a, image: a}]}
`,
  )
  .join('---\n');
const PACKAGES = 'P:zlib\nV:1.2.11-r3\nA:x86_64\no:zlib\n\n';
const INDEX = `quay.io:
  images:
    team/app: ["1"]
`;
const MITIGATION = `mitigation: userns-off
version: 1
title: t
owner: o
created: 2022-01-01
expires: 2999-12-31
assurance: untested
effect: lowers
impact: none
restarts: none
steps: [{id: userns, type: sysctl, key: user.max_user_namespaces, value: "0"}]
`;
const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: "quay.io/team/app:1"}]}\n';
const POLICY =
  'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\nspec: {rules: [{name: r, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {pattern: {metadata: {name: p}}}}]}\n';
const SUCCESSOR =
  'apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {name: b}\nspec: {matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, validations: [{expression: "object.metadata.name == \'p\'"}]}\n';
const POLICY_TEST =
  'kind: Test\nmetadata: {name: t}\npolicies: [harden.yaml]\nresources: [pod.yaml]\nresults: [{policy: a, rule: r, kind: Pod, resources: [p], result: pass}]\n';

async function plimsoll(command: string) {
  return place.run('sh', ['-euc', command], { PATH: `${ROOT}/bin:${process.env['PATH']}` });
}

async function must(command: string): Promise<string> {
  const outcome = await plimsoll(command);
  assert.equal(outcome.status, 0, `${command}\n${outcome.stderr}`);
  return outcome.stdout;
}

function write(path: string, text: string | Uint8Array): void {
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  mkdirSync(place.path(parent), { recursive: true });
  writeFileSync(place.path(path), text);
}

before(async () => {
  const image = makeImage({ layers: [makeTar({ 'etc/os-release': OS_RELEASE, 'lib/apk/db/installed': PACKAGES })] });
  const images = ['docker.io/library/alpine:3.16', 'docker.io/library/debian:12', 'quay.io/team/app:1'];
  registry = await startLoopbackRegistry({ images: Object.fromEntries(images.map((name) => [name, image])) });
  write('plimsoll.yaml', `release: {mirrors: [{match: "", to: "${registry.host}"}]}\ngate: {most: {critical: 9}}\n`);
  write('lines.yaml', 'lines: [{name: "1.2", state: supported, end: 2023-12-31}]\n');
  write('notes.yaml', 'steps: [load the images]\n');
  write('burn-down.csv', 'date,critical_pct,high_pct\n2022-04-06,.3,5.5\n2022-04-20,.5,3.4\n');
  write('images.tar.gz', '');
  write('csm-1.2.0/docker/index.yaml', INDEX);
  write('rendered.yaml', POD);
  writeDirImage(place.path('images/quay.io/team/app:1'), { layers: [[{ path: 'etc/os-release', body: OS_RELEASE }]] });
  write('policies/harden.yaml', POLICY);
  write('policies-kyverno/harden.yaml', POLICY);
  write('policies-cel/harden.yaml', SUCCESSOR);
  write('policies/kyverno-test.yaml', POLICY_TEST);
  write('policies/pod.yaml', POD);
  for (const folder of ['manifests-before', 'manifests']) write(`${folder}/services.yaml`, WORKLOADS);
  writeOciLayout(place.path('build/layout'), [
    { tag: '1.4', layers: [[{ path: 'etc/os-release', body: OS_RELEASE }]] },
  ]);
  const secdb = {
    distroversion: 'v3.15',
    reponame: 'main',
    packages: [{ pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } } }],
  };
  write('secdb/main.json', JSON.stringify(secdb));
  write('all.zip', '');
  write('tracker.json', JSON.stringify({ zlib: { 'CVE-2018-25032': { releases: {} } } }));
  write('kev.json', JSON.stringify({ catalogVersion: '1', dateReleased: '2022-04-01T00:00:00Z', vulnerabilities: [] }));
  write('osv/a.json', JSON.stringify({ id: 'GHSA-aaaa-bbbb-cccc', modified: '2022-04-01T00:00:00Z', affected: [] }));
  await encryption();
  await benchmark();
  for (const node of ['ncn-m001', 'ncn-w001', 'ncn-w002']) write(`${node}.part`, partText(node, []));
  write('evidence.json', partText('ncn-w001', []));
  write('site/userns-off/mitigation.yaml', MITIGATION);
  write('facts.json', '{"subjects": [{"name": "ncn-w001", "kind": "node", "facts": {}}]}');
  write('results.txt', '');
  for (const as of ['before', 'after', 'backed-out']) {
    write(`${as}.json`, JSON.stringify({ schemaVersion: 1, as, at: '2022-04-01T00:00:00Z', releases: [] }));
  }
  write('csm-1.0/CASMREL-847/README.md', '# Disable JndiLookup.class (CVE-2021-44228)\n');
  await must('cd osv && python3 -m zipfile -c ../all.zip a.json');
  await must('plimsoll advisories build --quiet --feed alpine-secdb=secdb --output advisories.db');
  for (const name of ['last-month', '2026-10', '2026-11', '2022-04-06', '2022-04-20', 'today']) {
    await must(`cp advisories.db ${name}.db`);
  }
  await must('mkdir -p home/data/plimsoll && cp advisories.db home/data/plimsoll/advisories.db');
  await must('plimsoll advisories export advisories.db --output advisories.jsonl.gz');
  const scan = 'plimsoll scan csm:csm-1.2.0 --quiet --format json';
  for (const file of ['last-week.json', 'this-week.json', 'beta.97.json', 'beta.106.json'])
    await must(`${scan} --as-of 2022-04-01 --output ${file}`);
  await must(`${scan} --as-of 2022-04-01 --output csm-1.2.0.json`);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  write('release-key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  write('release-key.pub.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await must('cp release-key.pem site.pem && cp release-key.pub.pem site.pub.pem');
  await must('plimsoll mitigation sign site/userns-off --key site.pem');
  const accepted = statement({
    id: 'zlib-accepted',
    scope: { vulnerability: 'CVE-2018-25032', images: ['quay.io/team/app'] },
  });
  write('statements/zlib.yaml', writeStatements([{ ...accepted, expires: '2022-06-30' }]));
  write(
    'statements/watch.yaml',
    'watch: [{vulnerability: CVE-2022-23648, title: containerd, state: watching, statement: s, owner: o, date: 2022-04-01}]\n',
  );
  const issue = {
    issuer: 'Vendor',
    namespace: 'urn:vendor',
    title: 't',
    date: '2022-04-01',
    tool: { name: 't', version: '1' },
  };
  const within = { logical: 'quay.io/team/app:1', packages: ['pkg:apk/alpine/zlib@1.2.11-r3'] };
  const entry = { word: accepted, vulnerability: 'CVE-2018-25032', aliases: [], images: [within] };
  write('vendor.openvex.json', writeVex('openvex', [entry], issue));
  const first = JSON.parse(await must(`${scan} --as-of 2022-04-02`)) as { readonly id: string };
  const second = JSON.parse(await must(`${scan} --as-of 2022-04-03`)) as { readonly id: string };
  ids.set('3e23e8160039', first.id.slice('sha256:'.length, 19)).set('2e7d2c03a950', second.id);
});

/** What the examples about the benchmark name. */
async function benchmark(): Promise<void> {
  writeCfgFolder(place.path('kube-bench/cfg'), 'cis-1.20');
  for (const node of ['m001', 'w001']) write(`kube-bench-${node}.json`, KUBE_BENCH_JSON);
  write('cis-attested.yaml', 'attestations: [{check: 5.4.2, by: ops, statement: looked, expires: 2999-12-31}]\n');
  write('cis-waivers.yaml', 'waivers: [{check: 1.2.1, owner: ops, reason: probes, expires: 2999-12-31}]\n');
  await must('plimsoll benchmark import kube-bench-m001.json --format json --output site-benchmark.json');
  await must('mkdir csm-1.2.0-bundle && cp site-benchmark.json csm-1.2.0-bundle/benchmark.json');
}

/** What the examples about encryption at rest name. */
async function encryption(): Promise<void> {
  const key = '{name: key-3f9a0c1d2e4b, secret: wLe8SnDsXZxKtCoXzQyn6xcNeuVmZ+0KTAslKYeHbNs=}';
  const list = `  - resources: [secrets]\n    providers: [{secretbox: {keys: [${key}]}}]\n`;
  const head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n';
  write('encryption/current.yaml', head + list);
  const stored = { key: '/registry/secrets/demo/a', value: 'k8s:enc:secretbox:v1:key-3f9a0c1d2e4b:0123' };
  const database = testDatabase({ revisions: [stored] });
  for (const path of ['member/snap/db', 'etcd/member/snap/db', 'snapshot.db', 'backups/monday.db'])
    write(path, database);
  write('etcd/member/wal/0000000000000000-0000000000000000.wal', testWal([[stored.key, stored.value]]));
  const plain = { key: '/registry/secrets/demo/a', value: plainSecret('demo', 'a') };
  write('before.db', testDatabase({ revisions: [plain] }));
  for (const node of ['ncn-m001', 'ncn-m002', 'ncn-m003']) {
    const [startedAt, at] = ['2022-04-01T00:00:00.000Z', '2022-04-06T00:00:00.000Z'];
    const process = { startedAt, flag: { known: true }, ready: true } as const;
    write(`${node}.json`, writeFacts({ node, at, resource: 'secrets', manifest: { reload: false }, process }));
  }
  await must('chmod 0600 encryption/current.yaml && cp -p encryption/current.yaml encryption.yaml');
  const use = { writer: 'secretbox:key-3f9a0c1d2e4b', current: 3, old: 1, deleted: 0, wal: 0 };
  const files = [{ path: 'm001.db', kind: 'database', writers: [use] }];
  write('inspection.json', JSON.stringify({ schemaVersion: 1, files, gaps: [] }));
  write('kubeadm.yaml', 'apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n');
  write('passphrase', 'correct horse battery staple\n');
  await must('plimsoll encryption keys generate --quiet --passphrase-file passphrase --output key.sealed.json');
  await must('plimsoll encryption keys receipt key.sealed.json --ledger receipts.jsonl --holder Security --place safe');
}

/** Every command line of the program that has a help text, groups included. */
async function helpTexts(path: readonly string[] = []): Promise<ReadonlyMap<string, string>> {
  const { status, stdout } = await plimsoll(['plimsoll', ...path, '--help'].join(' '));
  assert.equal(status, 0, path.join(' '));
  const section = /^Commands:\n((?: {2}.*\n?)+)/m.exec(stdout)?.[1] ?? '';
  const children = [...section.matchAll(/^ {2}([a-z][\w-]*)/gm)].flatMap(([, name = '']) => name);
  const texts = new Map([[path.join(' '), stdout]]);
  for (const child of children) for (const [name, text] of await helpTexts([...path, child])) texts.set(name, text);
  return texts;
}

function examplesIn(help: string): readonly string[] {
  const lines = /^Examples?:\n((?: {2}.*\n?)+)/m.exec(help)?.[1] ?? '';
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Reads the command line as the program would, and does nothing. */
async function parses(example: string): Promise<void> {
  const [, name = '', ...args] = example.split(' ');
  const entry = COMMANDS.find((candidate) => candidate.name === name);
  let command = (await entry?.load())?.(NO_CONTEXT);
  const child = command?.commands.find((candidate) => candidate.name() === args[0]);
  if (child !== undefined) {
    command = child;
    args.shift();
  }
  assert.ok(command !== undefined, example);
  await command
    .exitOverride()
    .action(() => undefined)
    .parseAsync(args, { from: 'user' });
}

test('every help text ends with examples, and every example runs', async (t) => {
  const seen = new Set<string>();
  const texts = await helpTexts();
  assert.ok(texts.size > COMMANDS.length, 'subcommands have help texts, too');
  for (const [name, help] of texts) {
    const examples = examplesIn(help);
    assert.notEqual(examples.length, 0, `plimsoll ${name} --help has no example`);
    for (const example of examples) {
      if (seen.has(example)) continue;
      seen.add(example);
      await t.test(example, async () => {
        if (REACHES_OUT.test(example)) return parses(example);
        const command = example.replace(/[0-9a-f]{12}/g, (id) => ids.get(id) ?? id);
        const { status, stderr } = await plimsoll(command);
        // 1 is the answer "no" of a command that was asked for one.
        const mayAnswerNo = /--fail-on| mitigation (?:apply|status|verify|backout) | encryption verify /.test(example);
        assert.ok(status === 0 || (status === 1 && mayAnswerNo), `exit code ${status}\n${stderr}`);
      });
    }
  }
});
