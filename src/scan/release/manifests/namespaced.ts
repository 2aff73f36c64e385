// The namespace of objects that name none: that of the request which creates them (`kubectl apply -n`, `helm install --namespace`), unless their kind
// lies in no namespace. Kinds: Kubernetes API reference v1.34, and the scope that CustomResourceDefinitions of the input state.
import { textOf, withValueAt } from '../../../platform/json.ts';
import type { YamlNode, YamlScalar } from '../yaml.ts';
import { objectOf } from './object.ts';
import type { ManifestObject } from './objects.ts';

const CLUSTER_KINDS: ReadonlySet<string> = new Set([
  ...[
    'APIService',
    'CertificateSigningRequest',
    'ClusterRole',
    'ClusterRoleBinding',
    'ClusterTrustBundle',
    'ComponentStatus',
  ],
  ...['CSIDriver', 'CSINode', 'CustomResourceDefinition', 'DeviceClass', 'FlowSchema', 'IngressClass', 'IPAddress'],
  ...['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'MutatingWebhookConfiguration', 'Namespace', 'Node'],
  ...[
    'PersistentVolume',
    'PodSecurityPolicy',
    'PriorityClass',
    'PriorityLevelConfiguration',
    'ResourceSlice',
    'RuntimeClass',
  ],
  ...[
    'SelfSubjectAccessReview',
    'SelfSubjectReview',
    'SelfSubjectRulesReview',
    'ServiceCIDR',
    'StorageClass',
    'StorageVersion',
  ],
  ...['StorageVersionMigration', 'SubjectAccessReview', 'TokenReview', 'ValidatingAdmissionPolicy'],
  ...[
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
    'VolumeAttachment',
    'VolumeAttributesClass',
  ],
]);

/** The objects, those that name no namespace in this one. */
export function inNamespace(objects: readonly ManifestObject[], namespace: string): readonly ManifestObject[] {
  const scopes = new Map(
    objects
      .filter(({ kind }) => kind === 'CustomResourceDefinition')
      .map(({ value }) => [textOf(value, 'spec', 'names', 'kind'), textOf(value, 'spec', 'scope')]),
  );
  const isNamespaced = ({ kind, apiVersion }: ManifestObject): boolean => {
    const scope = scopes.get(kind);
    if (scope !== undefined) return scope === 'Namespaced';
    // A custom kind whose definition is not there: by custom those for the whole cluster say so in their name.
    return !CLUSTER_KINDS.has(kind) && !(kind.startsWith('Cluster') && apiVersion.includes('.'));
  };
  return objects.map((object) =>
    object.namespace === undefined && isNamespaced(object) ? placed(object, namespace) : object,
  );
}

function placed(object: ManifestObject, namespace: string): ManifestObject {
  const value = withValueAt(object.value, ['metadata', 'namespace'], namespace);
  const whole = objectOf(value, object.position);
  return whole === undefined ? object : { ...whole, file: object.file, node: withNamespace(object.node, namespace) };
}

function withNamespace(node: YamlNode, namespace: string): YamlNode {
  const text: YamlScalar = { kind: 'scalar', line: node.line, text: namespace, isNull: false, quoted: true };
  const entry = { key: 'namespace', line: node.line, value: text };
  if (node.kind !== 'map') return node;
  return {
    ...node,
    entries: node.entries.map((one) =>
      one.key === 'metadata' && one.value.kind === 'map'
        ? { ...one, value: { ...one.value, entries: [...one.value.entries, entry] } }
        : one,
    ),
  };
}
