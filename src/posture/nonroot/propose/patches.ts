// Proposals as objects: a strategic merge patch a workload (kubectl patch, kustomize), a Kyverno policy a workload, values of a Helm chart where its keys can
// be told. Sources: kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch; kyverno.io/docs/policy-types/cluster-policy/mutate;
// github.com/Cray-HPE/base-charts cray-service values.yaml.
import { type Json, type JsonMap, listOf, membersOf, textOf, withValueAt } from '../../../platform/json.ts';
import { subjectName } from '../../policy/check/pss-check.ts';
import { POD_TEMPLATES } from '../../policy/objects/pods-of.ts';
import { podPatch } from './pod-patch.ts';
import type { ProposedWorkload } from './workload.ts';

/** An object with what is to be known of it, or why there is none. */
export type Proposed = { readonly object: JsonMap; readonly note?: string } | { readonly refused: string };

/** The workload's own kind and name with what is to be merged into it. */
export function workloadPatch({ pod, suggestions }: ProposedWorkload): JsonMap {
  const { apiVersion, kind, name, namespace } = pod.source;
  const path = [...(POD_TEMPLATES.get(kind) ?? []), 'spec'];
  const head: JsonMap = {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  };
  const patched = withValueAt(head, path, podPatch(pod, suggestions));
  return patched as JsonMap;
}

/** A policy that changes the workload's Pods when they are created, whatever the chart says. */
export function kyvernoPolicy({ pod, suggestions }: ProposedWorkload): Proposed {
  const { name, namespace, kind } = pod.source;
  if (Object.keys(pod.labels).length === 0) {
    return { refused: `the Pods of ${subjectName(pod.source)} have no labels by which a policy could tell them` };
  }
  const patch = podPatch(pod, suggestions);
  // Folders are named by images.
  if (/\{\{|\$\(/.test(JSON.stringify([patch, pod.labels]))) {
    return { refused: `Kyverno would take a name of ${subjectName(pod.source)} for an expression; use --format patch` };
  }
  const spec: Record<string, Json> = { ...patch };
  for (const list of ['initContainers', 'containers']) {
    if (patch[list] !== undefined) spec[list] = listOf(patch, list).map(anchored);
  }
  return {
    object: {
      apiVersion: 'kyverno.io/v1',
      kind: namespace === undefined ? 'ClusterPolicy' : 'Policy',
      metadata: {
        name: `nonroot-${kind.toLowerCase()}-${name}`.slice(0, 63).replace(/[-.]+$/, ''),
        ...(namespace === undefined ? {} : { namespace }),
      },
      spec: {
        background: false,
        rules: [
          {
            name: 'run-as-another-user-than-root',
            match: { any: [{ resources: { kinds: ['Pod'], selector: { matchLabels: pod.labels } } }] },
            mutate: { patchStrategicMerge: { spec } },
          },
        ],
      },
    },
  };
}

/** `(name)`: only an element that has this name is changed, and none is added. */
function anchored(container: Json): Json {
  return Object.fromEntries(membersOf(container).map(([key, value]) => [key === 'name' ? '(name)' : key, value]));
}

/** The label by which base-charts of CSM name themselves; its value is the chart and its version. */
const BASE_CHART = 'helm.sh/base-chart';

/** Init containers that the base chart itself makes; no value reaches their settings. */
const CHARTS_OWN = /(?:^|-)wait-for-(?:kafka|postgres|etcd)/;

/** Values of the chart behind a workload. */
export function chartValues({ pod, suggestions }: ProposedWorkload): Proposed {
  const chart = textOf(pod.source.value, 'metadata', 'labels', BASE_CHART) ?? '';
  const subject = subjectName(pod.source);
  if (!/^cray-service-\d/.test(chart)) {
    const named = textOf(pod.source.value, 'metadata', 'labels', 'helm.sh/chart');
    const which = named === undefined ? 'no label names its chart' : `its chart is ${named}`;
    return {
      refused: `${subject}: ${which}, whose values for security settings cannot be told from what it renders; use --format patch`,
    };
  }
  const own = suggestions.filter(({ list, name }) => list === 'initContainers' && CHARTS_OWN.test(name));
  const rest = suggestions.filter((one) => !own.includes(one));
  if (rest.length === 0)
    return { refused: `${subject}: the init containers that ${chart} makes itself have no values` };
  const patch = podPatch(pod, rest);
  // The chart keys containers and volumes by a word of its own; its examples use their names.
  const keyed = (list: string): JsonMap =>
    Object.fromEntries(
      listOf(patch, list).map((item) => {
        const { name: _, ...members } = Object.fromEntries(membersOf(item));
        const name = textOf(item, 'name') ?? '';
        return [name, list === 'volumes' ? { name, ...members } : members];
      }),
    );
  const note =
    'the values of a chart key containers and volumes by words of their own; here their names stand: put the keys of the chart in their place';
  const lists = ['initContainers', 'containers', 'volumes'].filter((list) => patch[list] !== undefined);
  const ofPod = patch['securityContext'];
  return {
    note,
    object: {
      'cray-service': {
        ...(ofPod === undefined ? {} : { securityContext: ofPod }),
        ...Object.fromEntries(lists.map((list) => [list, keyed(list)])),
      },
    },
  };
}
