// Where Pods of users run: beside which services, and on which nodes they may.
// Kubernetes API, core/v1 Taint, Toleration, NodeSelector; docs-csm, UAI_Host_Node_Selection.md for the label uas.
import { type Json, type JsonMap, listOf, membersOf, textOf, valueAt } from '../../platform/json.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';
import type { Judgement } from './check.ts';
import { hasUserAccess, objectsOf, type TenancyView } from './view.ts';
import type { PodWorkload } from './workloads.ts';

/** Labels and taints of control-plane nodes, the older name first. */
const CONTROL_PLANE = ['node-role.kubernetes.io/master', 'node-role.kubernetes.io/control-plane'] as const;
/** Spellings of the label uas that keep user access instances off a node. */
const NO_HOST = ['False', 'false', 'FALSE'] as const;
/** Neighbours that one result names. */
const NAMED = 10;

/** Judges the Pods of users: by the nodes that they run on, else by those that they may run on. */
export function judgePlacement(view: TenancyView): readonly Judgement[] {
  const nodes = objectsOf(view, '', 'Node');
  const users = new Set(view.userWorkloads.map(({ subject }) => subject));
  const services = view.workloads.filter(
    ({ subject, kind, nodes: on }) => !users.has(subject) && kind !== 'DaemonSet' && on.length > 0,
  );
  return view.userWorkloads.map((workload) => judge(workload, services, nodes));
}

/** Judges the nodes of a platform with user access instances. */
export function judgeHostLabels(view: TenancyView): readonly Judgement[] {
  const check = 'host-label' as const;
  if (!hasUserAccess(view)) {
    const reason = 'there are no user access instances: the namespace user is not among those of users';
    return [{ check, subject: 'nodes', verdict: 'not-applicable', reason, evidence: [] }];
  }
  const nodes = objectsOf(view, '', 'Node');
  if (nodes.length === 0) {
    return [{ check, subject: 'nodes', verdict: 'no-evidence', reason: 'no nodes are in the input', evidence: [] }];
  }
  return nodes.filter((node) => !isControlPlane(node)).map((node) => judgeLabel(node));
}

function judgeLabel({ name, value, position }: KubernetesObject): Judgement {
  const common = { check: 'host-label' as const, subject: `Node/${name}` };
  const label = valueAt(value, 'metadata', 'labels', 'uas');
  const written = typeof label === 'string' ? label : undefined;
  const evidence = [`${position}: ${written === undefined ? 'no label uas' : `uas=${written}`}`];
  if (written !== undefined && NO_HOST.some((one) => one === written)) {
    return { ...common, verdict: 'pass', reason: 'user access instances are kept off it', evidence };
  }
  if (written === undefined || /^(?:true|yes|on|y|t|1|enabled)$/i.test(written)) {
    return { ...common, verdict: 'not-applicable', reason: 'it is a host of user access instances', evidence };
  }
  const reason = `uas=${written} does not keep user access instances off: only ${NO_HOST.join(', ')} do`;
  return { ...common, verdict: 'fail', reason, evidence };
}

function judge(workload: PodWorkload, services: readonly PodWorkload[], nodes: readonly KubernetesObject[]): Judgement {
  const common = { check: 'placement' as const, subject: workload.subject };
  if (workload.nodes.length > 0) return { ...common, ...besides(workload, services) };
  const tolerations = workload.specs.flatMap((spec) => listOf(spec, 'tolerations'));
  const onControlPlane = CONTROL_PLANE.some((key) =>
    tolerations.some((one) => tolerates(one, { key, effect: 'NoSchedule' })),
  );
  const selects = workload.specs.every(selectsNodes);
  if (nodes.length > 0) return { ...common, ...mayRunOn(workload, nodes) };
  if (onControlPlane) {
    const reason = 'it tolerates the taint of control-plane nodes';
    return { ...common, verdict: 'fail', reason, evidence: [workload.position] };
  }
  if (!selects) {
    const reason = 'it selects no nodes: it may run on every node that is not tainted, beside the services there';
    return { ...common, verdict: 'fail', reason, evidence: [workload.position] };
  }
  const reason = 'it selects nodes; whether these are tainted against everything else is not in the input';
  return { ...common, verdict: 'no-evidence', reason, evidence: [workload.position] };
}

/** What runs on the same nodes, pods of every node aside. */
function besides(
  { nodes }: PodWorkload,
  services: readonly PodWorkload[],
): Pick<Judgement, 'verdict' | 'reason' | 'evidence'> {
  const shared = services.flatMap((service) => {
    const on = service.nodes.filter((node) => nodes.includes(node));
    return on.length === 0 ? [] : [`${service.subject} on ${on.join(', ')}`];
  });
  const ran = `it runs on ${nodes.join(', ')}`;
  if (shared.length === 0)
    return { verdict: 'pass', reason: `${ran}, and nothing of the platform does but DaemonSets`, evidence: [] };
  const more = shared.length - NAMED;
  const evidence = [...shared.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])];
  return { verdict: 'fail', reason: `${ran}, beside workloads of the platform (${shared.length})`, evidence };
}

/** The nodes that the pods may go to, and whether anything keeps others off them. */
function mayRunOn(
  { specs, position }: PodWorkload,
  nodes: readonly KubernetesObject[],
): Pick<Judgement, 'verdict' | 'reason' | 'evidence'> {
  if (
    specs.some(
      (spec) =>
        valueAt(spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution') !== undefined,
    )
  ) {
    return {
      verdict: 'no-evidence',
      reason: 'it selects nodes by an affinity, which is not judged here',
      evidence: [position],
    };
  }
  const open = nodes.filter((node) => specs.some((spec) => mayRun(spec, node)));
  const control = open.filter(isControlPlane).map(({ name }) => name);
  if (control.length > 0) {
    return {
      verdict: 'fail',
      reason: `it may run on control-plane nodes: ${control.join(', ')}`,
      evidence: [position],
    };
  }
  if (open.length === 0) {
    return { verdict: 'no-evidence', reason: 'no node of the input takes it', evidence: [position] };
  }
  const shared = open.filter((node) => hardTaints(node).length === 0).map(({ name }) => name);
  const evidence = [position, ...open.slice(0, NAMED).map(({ name, position: place }) => `${name} (${place})`)];
  if (shared.length === 0) {
    return {
      verdict: 'pass',
      reason: `all nodes that it may run on are tainted against others (${open.length})`,
      evidence,
    };
  }
  const more = shared.length > NAMED ? ` and ${shared.length - NAMED} more` : '';
  const reason = `it may run on nodes that take everything: ${shared.slice(0, NAMED).join(', ')}${more}`;
  return { verdict: 'fail', reason, evidence };
}

function mayRun(spec: JsonMap, node: KubernetesObject): boolean {
  const wanted = membersOf(spec, 'nodeSelector');
  const fits = wanted.every(([key, value]) => textOf(node.value, 'metadata', 'labels', key) === value);
  return fits && hardTaints(node).every((taint) => listOf(spec, 'tolerations').some((one) => tolerates(one, taint)));
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

function hardTaints({ value }: KubernetesObject): readonly Taint[] {
  return listOf(value, 'spec', 'taints').flatMap((taint) => {
    const [key, given, effect] = [textOf(taint, 'key'), textOf(taint, 'value'), textOf(taint, 'effect')];
    if (key === undefined || (effect !== 'NoSchedule' && effect !== 'NoExecute')) return [];
    return [{ key, effect, ...(given === undefined ? {} : { value: given }) }];
  });
}

/** Whether a toleration covers a taint: an absent key with Exists covers all, an absent effect every effect. */
function tolerates(toleration: Json, { key, value, effect }: Taint): boolean {
  const own = textOf(toleration, 'key') ?? '';
  const operator = textOf(toleration, 'operator') || 'Equal';
  const ownEffect = textOf(toleration, 'effect') ?? '';
  if (ownEffect !== '' && ownEffect !== effect) return false;
  if (operator === 'Exists') return own === '' || own === key;
  return own === key && (textOf(toleration, 'value') ?? '') === (value ?? '');
}

function selectsNodes(spec: JsonMap): boolean {
  const affinity = valueAt(spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  return membersOf(spec, 'nodeSelector').length > 0 || affinity !== undefined;
}

function isControlPlane({ value }: KubernetesObject): boolean {
  const labels = membersOf(value, 'metadata', 'labels').map(([key]) => key);
  return CONTROL_PLANE.some((key) => labels.includes(key));
}
