// The Pods (and Jobs) that controllers would create: an admission webhook for Pods sees those, not the Deployment. Reads one object, gives the objects
// that its controllers make of it. Kubernetes API reference v1.33: PodTemplateSpec; controllers' own labels as their documentation names them.
import { isMap, type Json, type JsonMap, membersOf, textOf, valueAt } from '../../../platform/json.ts';
import { type KubernetesObject, objectOf } from '../../../scan/release/manifests/object.ts';

/** Where each controller has its template of a Pod. */
export const POD_TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ['Deployment', ['spec', 'template']],
  ['ReplicaSet', ['spec', 'template']],
  ['ReplicationController', ['spec', 'template']],
  ['StatefulSet', ['spec', 'template']],
  ['DaemonSet', ['spec', 'template']],
  ['Job', ['spec', 'template']],
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
  ['PodTemplate', ['template']],
]);

/** Stands for the letters that controllers draw at random. */
const DRAWN = 'xxxxx';

/**
 * What would be created of an object, nearest first: of a CronJob a Job and its Pod, of a Deployment its Pod. Nothing of an object that is no
 * controller of Kubernetes' own.
 */
export function createdBy(object: KubernetesObject): readonly KubernetesObject[] {
  if (!/^(?:v1|apps\/|batch\/|extensions\/)/.test(object.apiVersion)) return [];
  if (object.kind === 'CronJob') {
    const job = jobOf(object);
    return job === undefined ? [] : [job, ...createdBy(job)];
  }
  const path = POD_TEMPLATES.get(object.kind);
  const template = path === undefined ? undefined : valueAt(object.value, ...path);
  return isMap(template) && isMap(template['spec']) ? [podOf(object, template)] : [];
}

/** The Pods that an object is or becomes. */
export function podsOf(object: KubernetesObject): readonly KubernetesObject[] {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') return [object];
  return createdBy(object).filter(({ kind }) => kind === 'Pod');
}

function podOf(owner: KubernetesObject, template: JsonMap): KubernetesObject {
  const { kind, name } = owner;
  const replicas = kind === 'Deployment' ? `${name}-${DRAWN}` : name;
  const ownerKind = kind === 'Deployment' ? 'ReplicaSet' : kind;
  const metadata = {
    ...named(kind === 'StatefulSet' ? { name: `${name}-0` } : { generateName: `${replicas}-` }, owner, template),
    ...labelled(template, ownLabels(owner)),
    ownerReferences: [{ apiVersion: owner.apiVersion, kind: ownerKind, name: replicas, controller: true }],
  };
  return made({ apiVersion: 'v1', kind: 'Pod', metadata, spec: valueAt(template, 'spec') ?? {} }, owner);
}

function jobOf(cronJob: KubernetesObject): KubernetesObject | undefined {
  const template = valueAt(cronJob.value, 'spec', 'jobTemplate');
  if (!isMap(template) || !isMap(template['spec'])) return undefined;
  const { apiVersion, name } = cronJob;
  const metadata = {
    ...named({ name: `${name}-${DRAWN}` }, cronJob, template),
    ...labelled(template, {}),
    ownerReferences: [{ apiVersion, kind: 'CronJob', name, controller: true }],
  };
  return made({ apiVersion, kind: 'Job', metadata, spec: template['spec'] }, cronJob);
}

function made(value: JsonMap, { position }: KubernetesObject): KubernetesObject {
  const object = objectOf(value, position);
  return object ?? { apiVersion: 'v1', kind: 'Pod', name: '', value, position };
}

function named(own: JsonMap, owner: KubernetesObject, template: JsonMap): JsonMap {
  const annotations = valueAt(template, 'metadata', 'annotations');
  return {
    ...own,
    ...(owner.namespace === undefined ? {} : { namespace: owner.namespace }),
    ...(isMap(annotations) ? { annotations } : {}),
  };
}

function labelled(template: JsonMap, own: JsonMap): JsonMap {
  const labels: JsonMap = { ...Object.fromEntries(membersOf(template, 'metadata', 'labels')), ...own };
  return Object.keys(labels).length === 0 ? {} : { labels };
}

function ownLabels({ kind, name, value }: KubernetesObject): Record<string, Json> {
  if (kind === 'Deployment') return { 'pod-template-hash': DRAWN };
  if (kind === 'DaemonSet') return { 'controller-revision-hash': DRAWN };
  if (kind === 'StatefulSet') return { 'statefulset.kubernetes.io/pod-name': `${name}-0` };
  if (kind !== 'Job') return {};
  const uid = textOf(value, 'metadata', 'uid');
  return { 'job-name': name, ...(uid === undefined ? {} : { 'controller-uid': uid }) };
}
