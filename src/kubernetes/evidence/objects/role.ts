// The least role that reading a cluster for evidence needs.
import type { RoleRule } from '../../api/role.ts';
import { EVIDENCE_KINDS, NAMED_CONFIG_MAPS } from './kinds.ts';

/** The rules; `kubelets` asks kubelets for their configuration, which nobody should be allowed without need: `nodes/proxy` reaches all of a kubelet. */
export function evidenceRules(kubelets: boolean): readonly RoleRule[] {
  const groups = [...Map.groupBy(EVIDENCE_KINDS, ({ group }) => group)];
  const maps = Map.groupBy(NAMED_CONFIG_MAPS, ({ namespace }) => namespace);
  return [
    {
      group: '',
      resources: ['namespaces'],
      verbs: ['get'],
      names: ['kube-system'],
      why: 'which cluster it is: the uid of kube-system',
    },
    ...groups.map(
      ([group, kinds]): RoleRule => ({
        group,
        resources: kinds.map(({ plural }) => plural),
        verbs: ['list'],
        why:
          group === ''
            ? 'objects that are judged; no Secrets'
            : 'objects that are judged; of no harm where the cluster has none',
      }),
    ),
    ...[...maps].map(
      ([namespace, all]): RoleRule => ({
        group: '',
        resources: ['configmaps'],
        verbs: ['get'],
        names: all.map(({ name }) => name),
        namespace,
        why: 'settings of kube-proxy, kubelets and Kyverno',
      }),
    ),
    {
      paths: ['/version', '/api', '/api/*', '/apis', '/apis/*'],
      why: 'what the server is and has; everybody may unless it was taken away',
    },
    ...(kubelets
      ? [
          {
            group: '',
            resources: ['nodes/proxy'],
            verbs: ['get'] as const,
            why: 'the configuration that kubelets run with (--kubelets)',
          },
        ]
      : []),
  ];
}
