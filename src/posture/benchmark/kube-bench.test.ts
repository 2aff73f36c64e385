// Our reading of kube-bench against real commands: each audit of a real kube-bench folder is run by the shell of this machine, in worlds of pretended
// components and files, and judged by a reference; our answer from evidence must be the same for every check.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { KubeBenchRun, type RawCheck } from '../../../test/support/kube-bench-run.ts';
import { needsPrograms, needsShared, sharedPath } from '../../../test/support/needs.ts';
import { type PretendFile, type PretendProgram, PretendWorld } from '../../../test/support/pretend-components.ts';
import type { Section } from './definition/definition.ts';
import { parsePlaces } from './definition/read-places.ts';
import { parseSection } from './definition/read-section.ts';
import { kubeBenchState } from './judge/judge-node.ts';
import { factsOf } from './question/node-facts.ts';
import { resolve } from './question/places.ts';

const CFG = 'data/k8s/kube-bench/cfg';
const FILES = ['master', 'etcd', 'controlplane', 'node'] as const;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-benchmark-'));
after(() => rmSync(folder, { recursive: true }));

const mode = fc.constantFrom('600', '644', '640', '700', '664', '755', '777', '400');

/** A flag that is given with one of the values, or not at all. */
function maybe(flag: string, ...values: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc
    .option(fc.constantFrom(...values), { nil: undefined })
    .map((value) => (value === undefined ? [] : [value === '' ? flag : `${flag}=${value}`]));
}

function flags(...all: readonly fc.Arbitrary<readonly string[]>[]): fc.Arbitrary<readonly string[]> {
  return fc.tuple(...all).map((parts) => parts.flat());
}

function program(
  name: string,
  given: fc.Arbitrary<readonly string[]>,
  always = false,
): fc.Arbitrary<readonly PretendProgram[]> {
  const running = given.map((own) => [{ name, flags: own }]);
  return always ? running : fc.oneof({ weight: 4, arbitrary: running }, { weight: 1, arbitrary: fc.constant([]) });
}

const programs = fc
  .tuple(
    program(
      'kube-apiserver',
      flags(
        maybe('--anonymous-auth', 'true', 'false', 'False'),
        maybe(
          '--enable-admission-plugins',
          'NodeRestriction',
          'NodeRestriction,AlwaysPullImages,PodSecurityPolicy',
          'AlwaysAdmit',
        ),
        maybe('--authorization-mode', 'Node,RBAC', 'AlwaysAllow'),
        maybe('--encryption-provider-config-automatic-reload', 'true'),
        maybe('--encryption-provider-config', '/etc/kubernetes/enc.yaml', '/etc/kubernetes/none.yaml'),
        maybe('--audit-log-maxage', '30', '29', 'many'),
        maybe('--request-timeout', '60s'),
        maybe('--profiling', '', 'false'),
        maybe('--secure-port', '0', '6443'),
        maybe('--service-account-lookup', 'true', 'false'),
        maybe('--tls-cipher-suites', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_RC4_128_SHA'),
      ),
    ),
    program(
      'kube-controller-manager',
      flags(maybe('--bind-address', '127.0.0.1', '0.0.0.0'), maybe('--profiling', 'false')),
    ),
    program(
      'kube-scheduler',
      flags(maybe('--bind-address', '127.0.0.1', '0.0.0.0'), maybe('--profiling', 'false', 'true')),
    ),
    program(
      'etcd',
      flags(
        maybe('--data-dir', '/var/lib/etcd', '/var/lib/etcd/none'),
        maybe('--client-cert-auth', '', 'true', 'false'),
        maybe('--auto-tls', 'true', 'false'),
        maybe('--cert-file', '/a.crt'),
        maybe('--key-file', '/a.key'),
        maybe('--peer-client-cert-auth', 'true'),
      ),
    ),
    program(
      'kubelet',
      flags(
        maybe('--anonymous-auth', 'true', 'false'),
        maybe('--client-ca-file', '/etc/kubernetes/pki/ca.crt'),
        maybe('--cni-conf-dir', '/etc/kubernetes/cni'),
        maybe('--hostname-override', 'a'),
        maybe('--event-qps', '0', '5'),
        maybe('--feature-gates', 'RotateKubeletServerCertificate=true', 'RotateKubeletServerCertificate=false'),
      ),
    ),
  )
  .map((all) => all.flat());

const CONFIGURATION = [
  'authentication: {anonymous: {enabled: false}, x509: {clientCAFile: /ca}}\nauthorization: {mode: Webhook}\nreadOnlyPort: 0\nprotectKernelDefaults: yes\n',
  'authentication:\n  anonymous:\n    enabled: true\nauthorization:\n  mode: AlwaysAllow\nreadOnlyPort: 10255\nstreamingConnectionIdleTimeout: 0\neventRecordQPS: 5\n',
  '{"makeIPTablesUtilChains": false, "rotateCertificates": true, "tlsCertFile": "/a", "tlsPrivateKeyFile": "/b", "featureGates": {"RotateKubeletServerCertificate": false}}',
  'tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256]\neventRecordQPS: 0\n',
  'tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, NONE]\nkind: KubeletConfiguration\n',
];
const PROVIDERS = [
  'resources:\n- resources: [secrets]\n  providers:\n  - aescbc: {}\n  - identity: {}\n',
  'resources:\n- resources: [secrets]\n  providers:\n  - identity: {}\n- resources: [configmaps]\n  providers:\n  - secretbox: {}\n',
  'resources: []\n',
];

function file(path: string, ...texts: readonly string[]): fc.Arbitrary<readonly PretendFile[]> {
  const text = fc.constantFrom(...(texts.length === 0 ? [''] : texts));
  return fc
    .option(fc.record({ path: fc.constant(path), text, mode }), { nil: undefined, freq: 4 })
    .map((one) => (one === undefined ? [] : [one]));
}

const files = fc
  .tuple(
    file('/etc/kubernetes/manifests/kube-apiserver.yaml'),
    file('/etc/kubernetes/manifests/kube-scheduler.yml'),
    file('/etc/kubernetes/manifests/etcd.yaml'),
    file('/etc/kubernetes/admin.conf'),
    file('/etc/kubernetes/controller-manager.conf'),
    file('/etc/kubernetes/kubelet.conf'),
    file('/etc/kubernetes/enc.yaml', ...PROVIDERS),
    file('/etc/kubernetes/pki/ca.crt'),
    file('/etc/kubernetes/pki/ca.key'),
    file('/etc/kubernetes/pki/etcd/server.crt'),
    file('/etc/kubernetes/cni/10-weave.conf'),
    file('/var/lib/etcd/member/snap'),
    file('/var/lib/kubelet/config.yaml', ...CONFIGURATION),
    file('/etc/systemd/system/kubelet.service.d/10-kubeadm.conf'),
  )
  .map((all) => all.flat());

let worlds = 0;

test('for every check of cis-1.20 kube-bench says what it would say', { ...needsBoth() }, async () => {
  const property = fc.asyncProperty(programs, files, async (running, written) => {
    worlds += 1;
    const world = new PretendWorld(mkdtempSync(join(folder, `${worlds}-`)));
    try {
      for (const one of written) world.write(one);
      await world.run(running);
      for (const one of FILES) compareSection(world, one);
    } finally {
      await world.stop();
    }
  });
  await fc.assert(property, { numRuns: 5, endOnFailure: true });
});

function needsBoth(): { readonly skip: string | false } {
  const shared = needsShared(CFG);
  return shared.skip === false ? needsPrograms('ps', 'stat', 'find', 'awk', 'sed') : shared;
}

function compareSection(world: PretendWorld, name: (typeof FILES)[number]): void {
  const text = world.moved(readFileSync(sharedPath(`${CFG}/cis-1.20/${name}.yaml`), 'utf8'));
  const places = parsePlaces([
    ['config.yaml', world.movedPlaces(readFileSync(sharedPath(`${CFG}/config.yaml`), 'utf8'))],
  ]);
  const section = parseSection(text, name) as Section;
  const facts = factsOf(withAbsent(world));
  const components = places.places.get(section.type) ?? [];
  const raw = parse(text.replace(/arguments are\n +set/, 'arguments are set')) as {
    groups: readonly { checks: readonly RawCheck[] }[];
  };
  const reference = new KubeBenchRun();
  const replaced = (command: string) =>
    command.replace(/\$[a-z]+/g, (variable) => {
      const { text = variable, kind, component } = resolve(variable, components, facts) ?? {};
      // A component that does not run is asked for by its own name, which other programs of this machine may have.
      return kind === 'bin' && text === component?.name ? `none-${process.pid}` : text;
    });
  const byId = new Map(raw.groups.flatMap(({ checks }) => checks).map((check) => [String(check.id), check]));
  for (const check of section.groups.flatMap(({ checks }) => checks)) {
    const one = byId.get(check.id);
    assert.ok(one !== undefined, check.id);
    const wanted = reference.state({
      ...one,
      ...(one.audit === undefined ? {} : { audit: replaced(one.audit) }),
      ...(one.audit_config === undefined ? {} : { audit_config: replaced(one.audit_config) }),
    });
    const ours = kubeBenchState(check, { components, facts });
    assert.equal(ours?.state, wanted, `${check.id} ${check.audit}: ${JSON.stringify(ours)}`);
  }
}

/** The world's evidence, in which what was not seen is not there: the test looked everywhere. */
function withAbsent(world: PretendWorld) {
  const evidence = world.evidence();
  const seen = new Set(evidence.observations.flatMap((one) => (one.kind === 'file' ? [one.path] : [])));
  const named = new Set<string>();
  for (const name of FILES) {
    const text = world.moved(readFileSync(sharedPath(`${CFG}/cis-1.20/${name}.yaml`), 'utf8'));
    for (const [path] of text.matchAll(/\/[\w./-]+/g)) named.add(path.replace(/\/$/, ''));
  }
  const places = world.moved(readFileSync(sharedPath(`${CFG}/config.yaml`), 'utf8'));
  for (const [path] of places.matchAll(/\/[\w./-]+/g)) named.add(path);
  for (const one of evidence.observations) {
    if (one.kind === 'process') for (const argument of one.argv) named.add(argument.slice(argument.indexOf('=') + 1));
  }
  const absent = [...named]
    .filter((path) => path.startsWith('/') && !seen.has(path))
    .map((path) => ({ kind: 'absent', path }) as const);
  return { ...evidence, observations: [...evidence.observations, ...absent] };
}
