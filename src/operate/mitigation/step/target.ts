// Names of objects as ledgers and plans have them, `apps/v1 deployments demo/web`, and the kinds of which the program knows the plural name.
import type { ObjectName, Resource } from '../../../kubernetes/api/resource.ts';
import { PlimsollError } from '../../../platform/errors.ts';
import type { ObjectReference } from './step.ts';

/** An object of the cluster: its collection and its name. */
export interface ObjectTarget {
  readonly resource: Resource;
  readonly name: ObjectName;
}

/** Plural names by `GROUP/Kind`; those in no namespace have a dot behind. */
const PLURALS: Readonly<Record<string, string>> = {
  '/ConfigMap': 'configmaps',
  '/LimitRange': 'limitranges',
  '/Namespace': 'namespaces.',
  '/Node': 'nodes.',
  '/Pod': 'pods',
  '/Service': 'services',
  '/ServiceAccount': 'serviceaccounts',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'mutatingwebhookconfigurations.',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': 'validatingadmissionpolicies.',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': 'validatingadmissionpolicybindings.',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'validatingwebhookconfigurations.',
  'apps/DaemonSet': 'daemonsets',
  'apps/Deployment': 'deployments',
  'apps/ReplicaSet': 'replicasets',
  'apps/StatefulSet': 'statefulsets',
  'batch/CronJob': 'cronjobs',
  'batch/Job': 'jobs',
  'kyverno.io/ClusterPolicy': 'clusterpolicies.',
  'kyverno.io/Policy': 'policies',
  'kyverno.io/PolicyException': 'policyexceptions',
  'networking.k8s.io/NetworkPolicy': 'networkpolicies',
  'policy/PodSecurityPolicy': 'podsecuritypolicies.',
  'rbac.authorization.k8s.io/ClusterRole': 'clusterroles.',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'clusterrolebindings.',
  'rbac.authorization.k8s.io/Role': 'roles',
  'rbac.authorization.k8s.io/RoleBinding': 'rolebindings',
};

/**
 * The object of a reference.
 * @throws PlimsollError `unsupported` for a kind whose plural name is neither known nor given
 */
export function targetOf({ apiVersion, kind, namespace, name, plural }: ObjectReference): ObjectTarget {
  if (apiVersion === 'v1' && kind === 'Secret') {
    throw new PlimsollError('unsupported', `Secret ${name}: values of Secrets do not belong in a bundle`);
  }
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/', 2) : ['', apiVersion];
  const known = PLURALS[`${group}/${kind}`];
  const word = plural ?? known?.replace(/\.$/, '');
  if (word === undefined || group === undefined || version === undefined) {
    throw new PlimsollError('unsupported', `the kind ${apiVersion} ${kind} is not known: state its plural name`);
  }
  const namespaced = known === undefined ? namespace !== undefined : !known.endsWith('.');
  if (namespaced !== (namespace !== undefined)) {
    const what = namespaced ? 'needs a namespace' : 'is in no namespace';
    throw new PlimsollError('unsupported', `${kind} ${name} ${what}`);
  }
  const place = namespace === undefined ? { name } : { namespace, name };
  return { resource: { group, version, plural: word, namespaced }, name: place };
}

/** The object of a reference that another program wrote; undefined where `targetOf` would refuse it. */
export function knownTarget(reference: ObjectReference): ObjectTarget | undefined {
  try {
    return targetOf(reference);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'unsupported') return undefined;
    throw error;
  }
}

/** The name that a ledger has for it. */
export function targetText({ resource: { group, version, plural }, name: { namespace, name } }: ObjectTarget): string {
  const api = group === '' ? version : `${group}/${version}`;
  return `${api} ${plural} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** The object of a ledger's name. @throws PlimsollError `internal` for what is no such name */
export function parseTarget(text: string): ObjectTarget {
  const [api = '', plural = '', place = ''] = text.split(' ');
  const [group = '', version = ''] = api.includes('/') ? api.split('/') : ['', api];
  const [namespace, name] = place.includes('/') ? place.split('/') : [undefined, place];
  if (version === '' || plural === '' || name === undefined || name === '') {
    throw new PlimsollError('internal', `"${text}" is no name of an object`);
  }
  const resource = { group, version, plural, namespaced: namespace !== undefined };
  return { resource, name: namespace === undefined ? { name } : { namespace, name } };
}
