// The join per node: a module from outside of the kernel, pods of users, pods of the control plane. Each alone is a matter of taste; together on one kernel
// they are a way from a user's shell to the cluster.
import type { ProcessObservation } from '../../../kubernetes/evidence/evidence.ts';
import { aboutNode, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { loadedModules } from '../kernel/modules.ts';
import type { PlacedPod } from '../node-pods.ts';

/** Programs that decide what a cluster does. */
const CONTROL_PLANE: ReadonlySet<string> = new Set(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']);
/** Names that one reason tells. */
const TOLD = 5;

const NOT_TOLD = 'the evidence does not say which pods run on the node';
const NOT_ALL = 'the evidence does not have all pods';

/** What users share a kernel with. */
export const SHARED_KERNEL_CHECKS: readonly NodeCheck[] = [
  {
    id: 'users-beside-control-plane',
    title: 'No node runs pods of users beside the control plane',
    severity: 'critical',
    why: 'A user who breaks out of a container is root where the keys of the cluster lie: certificates, etcd, tokens.',
    remediation: 'taint the nodes of the control plane, and give pods of users nodes of their own',
    reference: 'Kubernetes, "Multi-tenancy", node isolation; docs-csm, UAI Host Node Selection',
    judge: (node) => [judgeControlPlane(node)],
  },
  {
    id: 'users-beside-modules',
    title: 'No node runs pods of users on a kernel with modules from elsewhere',
    severity: 'high',
    why: 'Drivers that come with the system (DVS, Lustre, kdreg) offer users of the node what no distribution has reviewed: their faults are faults of the kernel that all pods of the node share.',
    remediation:
      'give pods of users a sandbox with a kernel of its own (gVisor, Kata) or nodes without the modules; keep the modules current',
    reference: 'Linux, Documentation/admin-guide/tainted-kernels.rst (O); Kubernetes, "Runtime Class"',
    judge: (node) => [judgeModules(node)],
  },
];

function judgeControlPlane(node: NodeUnderCheck): NodeJudgement {
  const own = podsOf(node);
  if (own === undefined) return aboutNode(node, 'no-evidence', NOT_TOLD);
  const [users, control] = [ofKind(own.pods, 'user'), ofKind(own.pods, 'control-plane')];
  if (users.length > 0 && control.length > 0) {
    const reason = `${users.length} pods of users beside ${control.length} of the control plane: ${told(users)}; ${told(control)}`;
    return aboutNode(node, 'fail', reason, [...named(users), ...named(control)]);
  }
  if (!own.complete) return aboutNode(node, 'no-evidence', NOT_ALL, named(users));
  if (users.length === 0) return aboutNode(node, 'pass', `no pods of users among ${own.pods.length}`);
  const programs = node.facts.processes
    .filter(isControlPlane)
    .map(({ argv, pid }) => `${programOf(argv)} (process ${pid})`);
  if (programs.length > 0) {
    const reason = `${programs.join(', ')} runs beside ${users.length} pods of users, and no pod of kube-system is it: whether it is of this cluster's control plane is not known`;
    return aboutNode(node, 'no-evidence', reason, [...named(users), ...programs]);
  }
  return aboutNode(node, 'pass', `${users.length} pods of users and none of the control plane`, named(users));
}

/** A distribution may run the control plane without pods; etcd is no sign of it, since applications bring their own. */
function isControlPlane({ argv }: ProcessObservation): boolean {
  const program = programOf(argv);
  return CONTROL_PLANE.has(program) || ((program === 'k3s' || program === 'rke2') && argv[1] === 'server');
}

function programOf(argv: readonly string[]): string {
  const [first = ''] = argv;
  return first.slice(first.lastIndexOf('/') + 1);
}

function judgeModules(node: NodeUnderCheck): NodeJudgement {
  const own = podsOf(node);
  if (own === undefined) return aboutNode(node, 'no-evidence', NOT_TOLD);
  const users = ofKind(own.pods, 'user');
  const modules = loadedModules(node.facts);
  if (modules.state === 'unknown') return aboutNode(node, 'no-evidence', modules.reason, named(users));
  const foreign =
    modules.state === 'there' ? modules.value.filter(({ outOfTree }) => outOfTree).map(({ name }) => name) : [];
  if (foreign.length === 0)
    return aboutNode(node, 'pass', 'no module is loaded that is not of the kernel', named(users));
  const sharing = users.filter(({ kernel }) => kernel === 'shared');
  const evidence = [...foreign.map((name) => `module ${name}`), ...named(users)];
  if (sharing.length > 0) {
    const control = ofKind(own.pods, 'control-plane');
    const also = control.length === 0 ? '' : `, and ${control.length} of the control plane beside them`;
    const reason = `${sharing.length} pods of users share the kernel with ${foreign.join(', ')}${also}: ${told(sharing)}`;
    return aboutNode(node, 'fail', reason, [...evidence, ...named(control)]);
  }
  const unknown = users.filter(({ kernel }) => kernel === 'unknown');
  if (unknown.length > 0) {
    return aboutNode(
      node,
      'no-evidence',
      `whether the RuntimeClass of ${told(unknown)} is a sandbox is not known`,
      evidence,
    );
  }
  if (!own.complete) return aboutNode(node, 'no-evidence', NOT_ALL, evidence);
  if (users.length === 0) return aboutNode(node, 'pass', `no pods of users among ${own.pods.length}`, evidence);
  return aboutNode(node, 'pass', `all ${users.length} pods of users run in a sandbox`, evidence);
}

/** A node of the cluster without pods in the evidence has none, where all pods are in it; without an API server nothing is known. */
function podsOf({
  facts,
  pods,
}: NodeUnderCheck): { readonly pods: readonly PlacedPod[]; readonly complete: boolean } | undefined {
  return pods?.nodes.has(facts.node) !== true
    ? undefined
    : { pods: pods.byNode.get(facts.node) ?? [], complete: pods.complete };
}

function ofKind(pods: readonly PlacedPod[], kind: PlacedPod['kind']): readonly PlacedPod[] {
  return pods.filter((pod) => pod.kind === kind);
}

function named(pods: readonly PlacedPod[]): readonly string[] {
  return pods.map(({ name, kind }) => `${kind} pod ${name}`);
}

function told(pods: readonly PlacedPod[]): string {
  const more = pods.length - TOLD;
  const names = pods.slice(0, TOLD).map(({ name }) => name);
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
