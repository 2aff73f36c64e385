// Facts of nodes out of evidence, in the names that bundles of mitigations and the conflict table ask for. What a collector did not look for is left out:
// a fact that is not there is no answer.
import type { EvidenceBundle, NodeEvidence } from '../../kubernetes/evidence/evidence.ts';
import { listOf, textOf, valueAt } from '../../platform/json.ts';
import { runningKernel } from '../../posture/node/kernel/kernels.ts';
import { NodeFacts } from '../../posture/node/node-facts.ts';
import { keyValueOptions, optionOf } from '../../posture/node/runtimes/options.ts';
import { configurations, type Runtime, tracesOf } from '../../posture/node/runtimes/runtime.ts';
import { podWorkloads } from '../../posture/tenancy/workloads.ts';
import { evidenceObjects, unreadKinds } from '../../scan/release/manifests/evidence-objects.ts';
import type { ManifestObject } from '../../scan/release/manifests/objects.ts';
import type { Subject } from '../mitigation/bundle/applies.ts';

/** Values of one fact; an empty list says that it is not there. */
type Fact = readonly [name: string, values: readonly string[]];

const SYSCTLS = ['user.max_user_namespaces', 'kernel.unprivileged_userns_clone'] as const;
const PROGRAMS: readonly (readonly [program: string, runtime: Runtime])[] = [
  ['ch-run', 'charliecloud'],
  ['podman-hpc', 'podman-hpc'],
  ['enroot', 'enroot'],
  ['apptainer', 'apptainer'],
  ['sarus', 'sarus'],
  ['shifter', 'shifter'],
];
const STARTER = /\/bin\/starter-suid$/;
const LIMITS = ['limit container owners', 'limit container groups', 'limit container paths'] as const;
/** Images that build images without root. */
const BUILDERS = /(?:^|\/)(?:buildah|buildkit|img)(?:[:@]|$)/;

/** Every node of the evidence as a subject. */
export function evidenceSubjects(bundle: EvidenceBundle): readonly Subject[] {
  const { objects } = evidenceObjects(bundle, 'evidence');
  // What could not be listed is not known.
  const unread = unreadKinds(bundle);
  const cluster = unread.has('ClusterPolicy') ? [] : clusterFacts(objects);
  return bundle.nodes.map((node) => {
    const facts = new NodeFacts(node);
    const kubelet = kubeletFacts(node, facts);
    const isFree = kubelet.some(([name, values]) => name === 'role:kubernetes' && values.length === 0);
    const pods = isFree || !unread.has('Pod') ? podFacts(isFree ? [] : objects, node.node) : [];
    return {
      name: node.node,
      kind: 'node' as const,
      facts: new Map<string, readonly string[]>([
        ...kernelFacts(facts),
        ...runtimeFacts(facts),
        ...apptainerFacts(facts),
        ...kubelet,
        ...cluster,
        ...pods,
      ]),
    };
  });
}

function kernelFacts(facts: NodeFacts): readonly Fact[] {
  const release = runningKernel(facts);
  // Under this setting of AppArmor's a user makes a namespace and has no rights in it, programs with a profile aside: neither on nor off.
  const restricted = facts.content('/proc/sys/kernel/apparmor_restrict_unprivileged_userns');
  const isHalf = restricted.state === 'there' && restricted.value.trim() === '1';
  const settings = SYSCTLS.flatMap((key): readonly Fact[] => {
    const found = facts.content(`/proc/sys/${key.replaceAll('.', '/')}`);
    if (found.state === 'unknown' || (isHalf && found.state === 'there' && found.value.trim() !== '0')) return [];
    return [[`sysctl:${key}`, found.state === 'there' ? [found.value.trim()] : []]];
  });
  return [...(release === undefined ? [] : [['kernel', [release]] as const]), ...settings];
}

function runtimeFacts(facts: NodeFacts): readonly Fact[] {
  return PROGRAMS.flatMap(([program, runtime]): readonly Fact[] => {
    const found = tracesOf(facts, runtime);
    if (found.state === 'unknown') return [];
    return [[`program:${program}`, found.state === 'there' ? found.value : []]];
  });
}

function apptainerFacts(facts: NodeFacts): readonly Fact[] {
  const starters = facts
    .files()
    .filter(
      ({ path, mode, type }) => type === 'file' && STARTER.test(path) && (Number.parseInt(mode, 8) & 0o4000) !== 0,
    );
  const isSearched = facts.commands('setuid').length > 0;
  const suid = starters.map(({ path, mode }) => `${path} ${mode}`);
  const asked = facts.command('apptainer', '--version');
  const version = asked.state === 'there' ? /\d+\.\d+\.\d+/.exec(asked.value.output)?.[0] : undefined;
  const options = configurations(facts, 'apptainer').map(({ text }) => keyValueOptions(text));
  const limits = options.flatMap((one) => LIMITS.filter((limit) => isSet(optionOf(one, limit))));
  const isKnown = options.length > 0 || tracesOf(facts, 'apptainer').state === 'absent';
  return [
    ...(suid.length > 0 || isSearched ? [['program:apptainer-suid', suid] as const] : []),
    ...(version === undefined ? [] : [['version:apptainer', [version]] as const]),
    // The program takes yes where the file says nothing.
    ...(options.length === 0
      ? []
      : [
          [
            'setting:apptainer.allow-setuid',
            [...new Set(options.map((one) => optionOf(one, 'allow setuid') ?? 'yes'))],
          ] as const,
        ]),
    ...(isKnown ? [['setting:apptainer.limits', [...new Set(limits)]] as const] : []),
  ];
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value.toUpperCase() !== 'NULL';
}

function kubeletFacts({ observations }: NodeEvidence, facts: NodeFacts): readonly Fact[] {
  const kubelet = observations.find((one) => one.kind === 'process' && /(?:^|\/)kubelet$/.test(one.argv[0] ?? ''));
  const asked = facts.command('kubelet', '--version');
  const version = asked.state === 'there' ? /v(\d+\.\d+\.\d+)/.exec(asked.value.output)?.[1] : undefined;
  const own: Fact[] =
    version === undefined ? (asked.state === 'absent' ? [['kubernetes', []]] : []) : [['kubernetes', [version]]];
  if (kubelet?.kind !== 'process') return asked.state === 'absent' ? [...own, ['role:kubernetes', []]] : own;
  const seccomp = seccompDefault(kubelet.argv, facts);
  return [
    ...own,
    ['role:kubernetes', ['kubelet']],
    ...(seccomp === undefined ? [] : [['setting:kubelet.seccomp-default', [String(seccomp)]] as const]),
  ];
}

/** The flag counts before the file; without either the kubelet leaves pods as they are. */
function seccompDefault(argv: readonly string[], facts: NodeFacts): boolean | undefined {
  const flag = argv.find((word) => /^--seccomp-default(?:=|$)/.test(word));
  if (flag !== undefined) return !flag.endsWith('=false');
  const file = argv.find((word) => word.startsWith('--config='))?.slice('--config='.length);
  if (file === undefined) return false;
  const found = facts.content(file);
  if (found.state !== 'there') return undefined;
  return /^\s*"?seccompDefault"?\s*:\s*true\b/m.test(found.value);
}

function clusterFacts(objects: readonly ManifestObject[]): readonly Fact[] {
  const kyverno = objects.some(({ apiVersion }) => /^(?:policies\.)?kyverno\.io\//.test(apiVersion));
  return [['policy-engine:kyverno', kyverno ? ['kyverno'] : []]];
}

/** What Pods on the node need. */
function podFacts(objects: readonly ManifestObject[], node: string): readonly Fact[] {
  const own = podWorkloads(objects).filter(({ nodes }) => nodes.includes(node));
  const named = (fits: (spec: (typeof own)[number]['specs'][number]) => boolean): readonly string[] =>
    own.filter(({ specs }) => specs.some(fits)).map(({ subject }) => subject);
  return [
    ['workload:host-users-false', named((spec) => valueAt(spec, 'hostUsers') === false)],
    [
      'workload:build-in-pod',
      named((spec) => listOf(spec, 'containers').some((container) => BUILDERS.test(textOf(container, 'image') ?? ''))),
    ],
  ];
}
