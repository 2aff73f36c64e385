// Sandboxes: which RuntimeClasses there are, on which nodes their handlers, and which Pods of users run in one.
// Kubernetes API, node.k8s.io/v1 RuntimeClass; handlers of gVisor (runsc) and Kata by the names that their documentation gives them.
import type { NodeEvidence } from '../../kubernetes/evidence/evidence.ts';
import { membersOf, textOf } from '../../platform/json.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';
import { handlerKind } from '../sandbox-handler.ts';
import type { Judgement } from './check.ts';
import { objectsOf, type TenancyView } from './view.ts';
import type { PodWorkload } from './workloads.ts';

const RUNTIME_CONFIG = /\/(?:containerd\/config\.toml|crio\/crio\.conf|crio\/crio\.conf\.d\/[^/]+)$/;

/** Judges the Pods of users, and the nodes of every sandbox that is there. */
export function judgeSandboxes(view: TenancyView): readonly Judgement[] {
  const classes = new Map(objectsOf(view, 'node.k8s.io', 'RuntimeClass').map((object) => [object.name, object]));
  const used = new Set(view.userWorkloads.flatMap(classNames));
  const asked = [...classes.values()].filter((one) => used.has(one.name) || handlerKind(handlerOf(one)) === 'sandbox');
  return [
    ...view.userWorkloads.map((workload) => judgeWorkload(workload, classes, view)),
    ...asked.map((one) => judgeNodes(one, view)),
  ];
}

function judgeWorkload(
  workload: PodWorkload,
  classes: ReadonlyMap<string, KubernetesObject>,
  { unread }: TenancyView,
): Judgement {
  const common = { check: 'sandbox' as const, subject: workload.subject };
  const names = classNames(workload);
  const [name] = names;
  if (name === undefined || workload.specs.some((spec) => textOf(spec, 'runtimeClassName') === undefined)) {
    const reason = 'no RuntimeClass: its pods run on the kernel of their node';
    return { ...common, verdict: 'fail', reason, evidence: [workload.position] };
  }
  const evidence = names.map((one) => {
    const found = classes.get(one);
    return found === undefined
      ? `runtimeClassName ${one}`
      : `RuntimeClass ${one}: handler ${handlerOf(found)} (${found.position})`;
  });
  const missing = names.find((one) => !classes.has(one));
  if (missing !== undefined) {
    const why = unread?.has('RuntimeClass') === true ? 'could not be read' : 'is not in the input';
    return { ...common, verdict: 'no-evidence', reason: `the RuntimeClass ${missing} ${why}`, evidence };
  }
  const handlers = names.map((one) => handlerOf(classes.get(one)));
  const plain = handlers.find((handler) => handlerKind(handler) === 'plain');
  if (plain !== undefined) {
    return { ...common, verdict: 'fail', reason: `the handler ${plain} is no sandbox`, evidence };
  }
  const strange = handlers.find((handler) => handlerKind(handler) !== 'sandbox');
  if (strange !== undefined) {
    return {
      ...common,
      verdict: 'no-evidence',
      reason: `whether the handler ${strange} is a sandbox is not known`,
      evidence,
    };
  }
  return { ...common, verdict: 'pass', reason: `its pods run in a sandbox (${handlers.join(', ')})`, evidence };
}

function judgeNodes(runtimeClass: KubernetesObject, view: TenancyView): Judgement {
  const handler = handlerOf(runtimeClass);
  const selector = membersOf(runtimeClass.value, 'scheduling', 'nodeSelector');
  const words = selector.map(([key, value]) => `${key}=${value}`).join(',');
  const where = words === '' ? 'every node' : `the nodes with ${words}`;
  const common = { check: 'sandbox-nodes' as const, subject: `RuntimeClass/${runtimeClass.name}` };
  const stated = `${runtimeClass.position}: handler ${handler} on ${where}`;
  const nodes = objectsOf(view, '', 'Node');
  if (nodes.length === 0) {
    return {
      ...common,
      verdict: 'no-evidence',
      reason: `its pods go to ${where}; no nodes are in the input`,
      evidence: [stated],
    };
  }
  const chosen = nodes.filter(({ value }) =>
    selector.every(([key, wanted]) => textOf(value, 'metadata', 'labels', key) === wanted),
  );
  if (chosen.length === 0) {
    return {
      ...common,
      verdict: 'fail',
      reason: `its pods go to ${where}, and there is no such node`,
      evidence: [stated],
    };
  }
  const configured = chosen.map(({ name }) => ({ name, has: hasHandler(name, handler, view.nodes) }));
  const evidence = [stated, ...configured.map(({ name, has }) => `${name}: ${handlerWords(has)}`)];
  const without = configured.filter(({ has }) => has === false).map(({ name }) => name);
  if (without.length > 0) {
    const reason = `${without.length} of ${chosen.length} nodes that its pods go to do not have the handler ${handler}: ${without.join(', ')}`;
    return { ...common, verdict: 'fail', reason, evidence };
  }
  const unknown = configured.filter(({ has }) => has === undefined).length;
  if (unknown > 0) {
    const reason = `of ${unknown} of ${chosen.length} nodes that its pods go to the runtime's configuration was not collected`;
    return { ...common, verdict: 'no-evidence', reason, evidence };
  }
  return {
    ...common,
    verdict: 'pass',
    reason: `all ${chosen.length} nodes that its pods go to have the handler`,
    evidence,
  };
}

/** Whether the configuration of a node's runtime has the handler; undefined when it was not collected. */
function hasHandler(node: string, handler: string, evidence: readonly NodeEvidence[] = []): boolean | undefined {
  const texts = evidence
    .filter((one) => one.node === node)
    .flatMap(({ observations }) => observations)
    .flatMap((one) => (one.kind === 'content' && RUNTIME_CONFIG.test(one.path) ? [one.text] : []));
  if (texts.length === 0) return undefined;
  const tables = [`runtimes.${handler}]`, `runtimes."${handler}"]`, `runtimes.'${handler}']`];
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => !/^\s*#/.test(line));
  return lines.some((line) => tables.some((table) => line.includes(table)));
}

function handlerWords(has: boolean | undefined): string {
  if (has === undefined) return 'configuration not collected';
  return has ? 'has the handler' : 'does not have the handler';
}

function classNames({ specs }: PodWorkload): readonly string[] {
  return [...new Set(specs.flatMap((spec) => textOf(spec, 'runtimeClassName') ?? []))].sort();
}

function handlerOf(runtimeClass: KubernetesObject | undefined): string {
  return textOf(runtimeClass?.value, 'handler') ?? '';
}
