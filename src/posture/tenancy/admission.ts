// What keeps privileged Pods out of namespaces of users, as the version of Kubernetes has it: PodSecurityPolicies before 1.25, the labels of Pod
// Security admission from 1.23 on (KEP-2579; kubernetes.io/docs/concepts/security/pod-security-admission). Other engines are named, not judged.
import { isMap, type Json, listOf, textOf, valueAt } from '../../platform/json.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';
import { compareMinors, type Minor } from '../kubernetes-versions/minor.ts';
import { type Grant, isForSome } from '../rbac/grants.ts';
import { allows } from '../rbac/powers.ts';
import type { Judgement } from './check.ts';
import { objectsOf, type TenancyView, unreadAmong } from './view.ts';

/** Kinds of policies in CEL that may refuse Pods for what they ask for; Gatekeeper's are every kind of their group. */
const IN_CEL = ['ValidatingAdmissionPolicy', 'ValidatingPolicy', 'NamespacedValidatingPolicy'];
/** Capabilities that the baseline of the Pod Security Standards lets pods add: the default ones of runtimes. */
const BASELINE_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const LABEL = 'pod-security.kubernetes.io/enforce';

/** One way that admission may be bounded: its answer, and what was looked at. */
interface Answer {
  readonly verdict: 'pass' | 'fail' | 'no-evidence';
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** Judges every namespace of users. */
export function judgeAdmission(view: TenancyView): readonly Judgement[] {
  const engines = policiesOfEngines(view);
  return view.userNamespaces.map((namespace) => {
    const common = { check: 'admission' as const, subject: `Namespace/${namespace}` };
    const found = answerOf(namespace, view);
    if (found.verdict === 'pass' || engines === 0) return { ...common, ...found };
    const reason = `${found.reason}; policies of other engines (${engines}) are in the input and not judged here: policy preview tells what they refuse`;
    return { ...common, verdict: 'unsupported', reason, evidence: found.evidence };
  });
}

function answerOf(namespace: string, view: TenancyView): Answer {
  const { kubernetes } = view;
  const [labels, policies] = [byLabel(namespace, view), byPolicies(namespace, view)];
  if (kubernetes === undefined) {
    if (labels.verdict === policies.verdict && labels.verdict !== 'no-evidence') return joined([policies, labels]);
    return {
      ...joined([policies, labels]),
      verdict: 'no-evidence',
      reason: `the version of Kubernetes is not known: ${policies.reason}; ${labels.reason}`,
    };
  }
  if (isFrom(kubernetes, '1.25')) {
    const gone =
      policiesOf(view).length > 0 ? [`PodSecurityPolicies of the input count for nothing in ${kubernetes}`] : [];
    return { ...labels, evidence: [...labels.evidence, ...gone] };
  }
  if (!isFrom(kubernetes, '1.23')) return policies;
  return labels.verdict === 'pass' ? labels : policies.verdict === 'pass' ? policies : joined([policies, labels]);
}

function joined(answers: readonly Answer[]): Answer {
  const worst = answers.some(({ verdict }) => verdict === 'no-evidence')
    ? 'no-evidence'
    : (answers[0]?.verdict ?? 'no-evidence');
  return {
    verdict: worst,
    reason: answers.map(({ reason }) => reason).join('; '),
    evidence: answers.flatMap(({ evidence }) => evidence),
  };
}

function byLabel(namespace: string, view: TenancyView): Answer {
  const object = objectsOf(view, '', 'Namespace').find(({ name }) => name === namespace);
  if (object === undefined) {
    return {
      verdict: 'no-evidence',
      reason: `the namespace ${namespace} is not in the input, so its labels are not known`,
      evidence: [],
    };
  }
  const level = textOf(object.value, 'metadata', 'labels', LABEL);
  const evidence = [`${object.position}: ${level === undefined ? `no label ${LABEL}` : `${LABEL}=${level}`}`];
  if (level === 'baseline' || level === 'restricted') {
    return { verdict: 'pass', reason: `Pod Security admission enforces ${level}`, evidence };
  }
  return { verdict: 'fail', reason: `Pod Security admission enforces ${level ?? 'nothing'} there`, evidence };
}

function byPolicies(namespace: string, view: TenancyView): Answer {
  const all = policiesOf(view);
  if (view.unread?.has('PodSecurityPolicy') === true) {
    return { verdict: 'no-evidence', reason: 'PodSecurityPolicies could not be read', evidence: [] };
  }
  if (all.length === 0) return { verdict: 'fail', reason: 'there is no PodSecurityPolicy', evidence: [] };
  const off = pluginIsOff(view);
  if (off !== undefined) {
    return {
      verdict: 'fail',
      reason: 'the API server runs without the admission plugin PodSecurityPolicy',
      evidence: [off],
    };
  }
  const usable = all.filter(({ name }) => mayUse(namespace, name, view));
  if (usable.length === 0) {
    const reason = `no PodSecurityPolicy of the input is for the accounts of ${namespace}`;
    return {
      verdict: 'no-evidence',
      reason,
      evidence: all.map(({ name, position }) => `PodSecurityPolicy ${name} (${position})`),
    };
  }
  // Of several policies any that lets the pod in is enough.
  const loose = usable
    .map((policy) => ({ policy, allowed: allowedBy(policy.value) }))
    .filter(({ allowed }) => allowed.length > 0);
  const [worst] = loose;
  const unknown = unknownGrants(namespace, view);
  if (worst === undefined && unknown.length > 0) {
    return {
      verdict: 'no-evidence',
      reason: 'which PodSecurityPolicies its accounts may use is not known',
      evidence: unknown,
    };
  }
  if (worst === undefined) {
    const names = usable.map(({ name, position }) => `PodSecurityPolicy ${name} (${position})`);
    return { verdict: 'pass', reason: `PodSecurityPolicies keep the baseline in ${namespace}`, evidence: names };
  }
  const evidence = loose.flatMap(({ policy, allowed }) =>
    allowed.map((what) => `PodSecurityPolicy ${policy.name} (${policy.position}): ${what}`),
  );
  return {
    verdict: 'fail',
    reason: `the PodSecurityPolicy ${worst.policy.name} lets pods of ${namespace} have ${worst.allowed.join(', ')}`,
    evidence,
  };
}

/** What a policy allows beyond the baseline. */
function allowedBy(policy: Json): readonly string[] {
  const spec = valueAt(policy, 'spec');
  const flags = ['privileged', 'hostNetwork', 'hostPID', 'hostIPC'].filter((field) => valueAt(spec, field) === true);
  const volumes = listOf(spec, 'volumes');
  const paths = listOf(spec, 'allowedHostPaths').flatMap((one) => textOf(one, 'pathPrefix') ?? []);
  const mounts = volumes.some((one) => one === 'hostPath' || one === '*');
  const hostPath = mounts
    ? [paths.length === 0 || paths.includes('/') ? 'hostPath of every path' : `hostPath of ${paths.join(' ')}`]
    : [];
  const capabilities = [...listOf(spec, 'allowedCapabilities'), ...listOf(spec, 'defaultAddCapabilities')].filter(
    (one) => typeof one === 'string' && !BASELINE_CAPABILITIES.has(one.replace(/^CAP_/, '')),
  );
  const ports = listOf(spec, 'hostPorts').length > 0 ? ['host ports'] : [];
  const proc = listOf(spec, 'allowedProcMountTypes').includes('Unmasked') ? ['an unmasked /proc'] : [];
  const sysctls = listOf(spec, 'allowedUnsafeSysctls').length > 0 ? ['unsafe sysctls'] : [];
  const added = capabilities.length === 0 ? [] : [`capabilities ${capabilities.join(' ')}`];
  return [...flags, ...hostPath, ...added, ...ports, ...proc, ...sysctls];
}

function policiesOf(view: TenancyView): readonly KubernetesObject[] {
  return [...objectsOf(view, 'policy', 'PodSecurityPolicy'), ...objectsOf(view, 'extensions', 'PodSecurityPolicy')];
}

/** Bindings for accounts of the namespace to roles that the input does not have, and kinds of RBAC that could not be read. */
function unknownGrants(namespace: string, view: TenancyView): readonly string[] {
  return [
    ...unreadAmong(view, ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']).map(
      (kind) => `${kind} objects could not be read`,
    ),
    ...grantsFor(namespace, view).flatMap(({ rules, binding, role }) =>
      rules.length > 0 ? [] : `${binding} gives ${role}`,
    ),
  ];
}

/** Grants for any account of the namespace: whoever makes a pod there chooses its account. */
function grantsFor(namespace: string, { grants }: TenancyView): readonly Grant[] {
  return grants.grants
    .filter((grant) => grant.namespace === undefined || grant.namespace === namespace)
    .filter((grant) => isForSome(grant, namespace));
}

function mayUse(namespace: string, policy: string, view: TenancyView): boolean {
  return grantsFor(namespace, view).some(({ rules }) =>
    rules.some(
      (rule) =>
        (rule.names.length === 0 || rule.names.includes(policy)) &&
        ['policy', 'extensions'].some((group) => allows(rule, group, 'podsecuritypolicies', 'use')),
    ),
  );
}

/** The flags of an API server that runs without the plugin; undefined when it has it, or when none was seen. */
function pluginIsOff({ nodes = [] }: TenancyView): string | undefined {
  for (const { node, observations } of nodes) {
    for (const one of observations) {
      if (one.kind !== 'process' || !/(?:^|\/)kube-apiserver$/.test(one.argv[0] ?? '')) continue;
      const flags = one.argv.filter((word) => /^--(?:enable|disable)-admission-plugins=/.test(word));
      const on = flags.some((word) => word.startsWith('--enable') && /[=,]PodSecurityPolicy(?:,|$)/.test(word));
      if (!on) return `${node}: kube-apiserver ${flags.join(' ') || 'without --enable-admission-plugins'}`;
    }
  }
  return undefined;
}

function policiesOfEngines({ objects }: TenancyView): number {
  return objects.filter((object) => {
    const group = object.apiVersion.slice(0, object.apiVersion.indexOf('/'));
    if (group === 'constraints.gatekeeper.sh') return true;
    if (group === 'admissionregistration.k8s.io' || group === 'policies.kyverno.io')
      return IN_CEL.includes(object.kind);
    if (group !== 'kyverno.io') return false;
    return listOf(object.value, 'spec', 'rules').some((rule) => isMap(valueAt(rule, 'validate')));
  }).length;
}

function isFrom(minor: Minor, first: Minor): boolean {
  return compareMinors(minor, first) >= 0;
}
