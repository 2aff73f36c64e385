// What holds in whole namespaces: network policies, admission of Pods, what lies in `default`, and the network plug-in.
import { textOf } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { POD_TEMPLATES, podsOf } from '../../policy/objects/pods-of.ts';
import { finding, type JudgedObjects, nameOf, type PolicyAnswer } from './finding.ts';

/** Objects that every cluster has in `default`. */
const OWN_OF_DEFAULT: ReadonlySet<string> = new Set([
  'Service/default/kubernetes',
  'Endpoints/default/kubernetes',
  'EndpointSlice/default/kubernetes',
  'ServiceAccount/default/default',
  'ConfigMap/default/kube-root-ca.crt',
]);
/** Of the API group `events.k8s.io` or the core: no part of what anybody installed. */
const PASSING: ReadonlySet<string> = new Set(['Event', 'Lease']);
/** Network plug-ins that enforce NetworkPolicies, by what their own workloads are called (each project's documentation). */
const ENFORCING =
  /^(?:(?:rke2-)?(?:calico-node|canal)|cilium|antrea-agent|weave-net|kube-router|ovnkube-node|ovs-ovn|azure-npm)(?:-windows)?$/;
/** Those that do not by themselves. */
const OPEN_PLUGINS = /^(?:kube-flannel(?:-ds.*)?|kindnet)$/;
/** Policy engines whose policies decide about Pods. */
const ENGINES =
  /^(?:kyverno\.io|policies\.kyverno\.io|constraints\.gatekeeper\.sh|templates\.gatekeeper\.sh|policies\.kubewarden\.io)\//;
const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce';

/** Why nothing is concluded of workloads whose namespace is only told when they are installed. */
function homeless(objects: readonly KubernetesObject[]): Pick<PolicyAnswer, 'open'> {
  const number = objects.filter((object) => isWorkload(object) && object.namespace === undefined).length;
  if (number === 0) return {};
  return {
    open: `${number} ${number === 1 ? 'workload names' : 'workloads name'} no namespace: say which with --namespace`,
  };
}

/** Namespaces with workloads and without a NetworkPolicy. */
export function withoutNetworkPolicy({ objects }: JudgedObjects): PolicyAnswer {
  const protectedNames = new Set(
    objects.flatMap(({ kind, namespace }) => (kind === 'NetworkPolicy' ? [namespace ?? 'default'] : [])),
  );
  const used = usedNamespaces(objects);
  const findings = used
    .filter(({ name }) => !protectedNames.has(name))
    .map((namespace) => finding(namespace, 'it has workloads and no NetworkPolicy', ['no NetworkPolicy']));
  return { judged: used.length, findings, ...homeless(objects) };
}

/** Namespaces with workloads whose Pods no level of Pod Security admission holds. */
export function withoutAdmission({ objects }: JudgedObjects): PolicyAnswer {
  const used = usedNamespaces(objects);
  const engines = [
    ...new Set(objects.flatMap(({ apiVersion, kind }) => (isPolicy(apiVersion, kind) ? [kind] : []))),
  ].sort();
  if (engines.length > 0) {
    const open = `policies of other kinds are there (${engines.join(', ')}): what they admit, \`policy preview\` tells`;
    return { judged: used.length, findings: [], open };
  }
  const findings = used
    .filter(({ value }) => textOf(value, 'metadata', 'labels', ENFORCE_LABEL) === undefined)
    .map((namespace) => finding(namespace, `${ENFORCE_LABEL} is not set`, [`${ENFORCE_LABEL} is not set`]));
  return { judged: used.length, findings, ...homeless(objects) };
}

/** Objects in the namespace `default` beside those that every cluster has. */
export function inDefaultNamespace({ objects }: JudgedObjects): PolicyAnswer {
  const namespaced = objects.filter(({ namespace }) => namespace !== undefined);
  const findings = namespaced
    .filter(({ kind, namespace }) => namespace === 'default' && !PASSING.has(kind))
    .filter(
      (object) =>
        !OWN_OF_DEFAULT.has(
          nameOf(object).replace(/^EndpointSlice\/default\/kubernetes.*/, 'EndpointSlice/default/kubernetes'),
        ),
    )
    .map((object) => finding(object, 'it is in the namespace default', [object.position]));
  return { judged: namespaced.length, findings, ...homeless(objects) };
}

/** Whether a network plug-in runs that enforces NetworkPolicies. */
export function networkPlugin({ objects }: JudgedObjects): PolicyAnswer {
  const agents = objects.filter(({ kind }) => kind === 'DaemonSet');
  const enforcing = agents.filter(({ name }) => ENFORCING.test(name));
  if (enforcing.length > 0) return { judged: enforcing.length, findings: [] };
  const open = agents.filter(({ name }) => OPEN_PLUGINS.test(name));
  const findings = open.map((agent) =>
    finding(agent, 'this network plug-in does not enforce NetworkPolicies', [nameOf(agent)]),
  );
  return {
    judged: open.length,
    findings,
    ...(open.length === 0 ? { open: 'no network plug-in that is known is among the objects' } : {}),
  };
}

function isPolicy(apiVersion: string, kind: string): boolean {
  if (kind === 'PodSecurityPolicy' || kind === 'ValidatingAdmissionPolicyBinding') return true;
  return ENGINES.test(apiVersion) && !kind.endsWith('Report') && !kind.endsWith('Exception');
}

function isWorkload(object: KubernetesObject): boolean {
  return (object.kind === 'Pod' || POD_TEMPLATES.has(object.kind)) && podsOf(object).length > 0;
}

/** The namespaces that workloads are in, as objects where they are among the objects. */
function usedNamespaces(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const known = new Map(objects.flatMap((object) => (object.kind === 'Namespace' ? [[object.name, object]] : [])));
  const used = new Set(
    objects.flatMap((object) => {
      return isWorkload(object) && object.namespace !== undefined ? [object.namespace] : [];
    }),
  );
  return [...used]
    .sort()
    .map((name) => known.get(name) ?? { apiVersion: 'v1', kind: 'Namespace', name, value: {}, position: name });
}
