// The kinds of objects that evidence holds: what the CIS Kubernetes Benchmark's section 5, Pod security, isolation and tenancy are judged by. Secrets are not
// among them, and ConfigMaps only those that are named here, of which named keys are kept.

/** A kind that is listed over the whole cluster. */
export interface EvidenceKind {
  /** API group; '' is the core group. */
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  /** Status has what checks need, and is kept; of Pods and Nodes only parts are. */
  readonly status?: true;
}

function kinds(group: string, ...pairs: readonly (readonly [plural: string, kind: string])[]): readonly EvidenceKind[] {
  return pairs.map(([plural, kind]) => ({ group, plural, kind }));
}

/** A group of custom resources, whose status says what their controllers made of them. */
function custom(
  group: string,
  ...pairs: readonly (readonly [plural: string, kind: string])[]
): readonly EvidenceKind[] {
  return kinds(group, ...pairs).map((one) => ({ ...one, status: true }));
}

/** All of them. Which versions a server has of them is found by discovery; what it does not have is passed over. */
export const EVIDENCE_KINDS: readonly EvidenceKind[] = [
  ...kinds(
    '',
    ['namespaces', 'Namespace'],
    ['serviceaccounts', 'ServiceAccount'],
    ['services', 'Service'],
    ['limitranges', 'LimitRange'],
    ['resourcequotas', 'ResourceQuota'],
    ['replicationcontrollers', 'ReplicationController'],
    ['persistentvolumes', 'PersistentVolume'],
    ['persistentvolumeclaims', 'PersistentVolumeClaim'],
  ),
  { group: '', plural: 'nodes', kind: 'Node', status: true },
  { group: '', plural: 'pods', kind: 'Pod', status: true },
  ...kinds(
    'apps',
    ['deployments', 'Deployment'],
    ['daemonsets', 'DaemonSet'],
    ['statefulsets', 'StatefulSet'],
    ['replicasets', 'ReplicaSet'],
  ),
  ...kinds('batch', ['jobs', 'Job'], ['cronjobs', 'CronJob']),
  ...kinds(
    'rbac.authorization.k8s.io',
    ['roles', 'Role'],
    ['rolebindings', 'RoleBinding'],
    ['clusterroles', 'ClusterRole'],
    ['clusterrolebindings', 'ClusterRoleBinding'],
  ),
  ...kinds('networking.k8s.io', ['networkpolicies', 'NetworkPolicy'], ['ingresses', 'Ingress']),
  ...kinds(
    'policy.networking.k8s.io',
    ['adminnetworkpolicies', 'AdminNetworkPolicy'],
    ['baselineadminnetworkpolicies', 'BaselineAdminNetworkPolicy'],
  ),
  ...kinds('node.k8s.io', ['runtimeclasses', 'RuntimeClass']),
  ...kinds('policy', ['podsecuritypolicies', 'PodSecurityPolicy']),
  ...kinds(
    'admissionregistration.k8s.io',
    ['validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'],
    ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'],
    ['validatingadmissionpolicies', 'ValidatingAdmissionPolicy'],
    ['validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding'],
  ),
  ...kinds('storage.k8s.io', ['storageclasses', 'StorageClass']),
  ...kinds('route.openshift.io', ['routes', 'Route']),
  ...kinds('k8s.cni.cncf.io', ['network-attachment-definitions', 'NetworkAttachmentDefinition']),
  ...kinds('cilium.io', ['ciliumnetworkpolicies', 'CiliumNetworkPolicy']),
  ...kinds(
    'crd.projectcalico.org',
    ['networkpolicies', 'NetworkPolicy'],
    ['globalnetworkpolicies', 'GlobalNetworkPolicy'],
  ),
  ...kinds(
    'security.istio.io',
    ['authorizationpolicies', 'AuthorizationPolicy'],
    ['peerauthentications', 'PeerAuthentication'],
  ),
  ...kinds(
    'kyverno.io',
    ['clusterpolicies', 'ClusterPolicy'],
    ['policies', 'Policy'],
    ['policyexceptions', 'PolicyException'],
  ),
  ...kinds(
    'policies.kyverno.io',
    ['validatingpolicies', 'ValidatingPolicy'],
    ['mutatingpolicies', 'MutatingPolicy'],
    ['policyexceptions', 'PolicyException'],
  ),
  ...custom(
    'hnc.x-k8s.io',
    ['hierarchyconfigurations', 'HierarchyConfiguration'],
    ['hncconfigurations', 'HNCConfiguration'],
    ['subnamespaceanchors', 'SubnamespaceAnchor'],
    ['hierarchicalresourcequotas', 'HierarchicalResourceQuota'],
  ),
  ...custom('capsule.clastix.io', ['tenants', 'Tenant']),
  ...custom('tapms.hpe.com', ['tenants', 'Tenant']),
];

/** The name of a kind in gaps: `pods`, `deployments.apps`. */
export function kindName({ group, plural }: Pick<EvidenceKind, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** A ConfigMap that is read by its name, and the keys of it that are kept. */
export interface NamedConfigMap {
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly string[];
}

/** What kubeadm writes for kube-proxy and kubelets, and the resources that Kyverno passes over. One that is not there is passed over. */
export const NAMED_CONFIG_MAPS: readonly NamedConfigMap[] = [
  { namespace: 'kube-system', name: 'kube-proxy', keys: ['config.conf'] },
  { namespace: 'kube-system', name: 'kubelet-config', keys: ['kubelet'] },
  { namespace: 'kyverno', name: 'kyverno', keys: ['resourceFilters', 'webhooks', 'excludeGroups', 'excludeUsernames'] },
  // Before Kubernetes 1.24 the version was in the name (kubernetes/kubeadm#1582).
  ...Array.from({ length: 9 }, (_, at): NamedConfigMap => {
    return { namespace: 'kube-system', name: `kubelet-config-1.${15 + at}`, keys: ['kubelet'] };
  }),
];
