// Checks of what a Pod shares with its node: namespaces, paths, ports, host processes of Windows, addresses of probes.
// Pod Security Standards, baseline.
import { type Json, listOf, valueAt } from '../../../../platform/json.ts';
import {
  type CheckedPod,
  inContainers,
  inPod,
  inSecurityContexts,
  isSet,
  type PssCheck,
  type Violation,
  violation,
} from '../check.ts';

/** The list. */
export const HOST_CHECKS: readonly PssCheck[] = [
  {
    id: 'hostNamespaces',
    control: 'Host Namespaces',
    level: 'baseline',
    since: 0,
    violations: (pod) => ['hostNetwork', 'hostPID', 'hostIPC'].flatMap((name) => inPod(pod, [name], isSet)),
  },
  {
    id: 'hostPathVolumes',
    control: 'HostPath Volumes',
    level: 'baseline',
    since: 0,
    violations: (pod) =>
      listOf(pod.spec, 'volumes').flatMap((volume) => {
        const hostPath = valueAt(volume, 'hostPath');
        return isSet(hostPath) ? [violation('spec.volumes[*].hostPath', valueAt(volume, 'hostPath', 'path'))] : [];
      }),
  },
  {
    id: 'hostPorts',
    control: 'Host Ports',
    level: 'baseline',
    since: 0,
    violations: (pod) =>
      pod.containers.flatMap((container) =>
        listOf(container.value, 'ports').flatMap((port) => {
          const hostPort = valueAt(port, 'hostPort');
          const field = `spec.${container.list}[*].ports[*].hostPort`;
          return isSet(hostPort) && hostPort !== 0 ? [violation(field, hostPort, container)] : [];
        }),
      ),
  },
  {
    id: 'windowsHostProcess',
    control: 'HostProcess',
    level: 'baseline',
    since: 0,
    violations: (pod) => inSecurityContexts(pod, ['windowsOptions', 'hostProcess'], isSet),
  },
  {
    id: 'hostProbesAndHostLifecycle',
    control: 'Host Probes / Lifecycle Hooks',
    level: 'baseline',
    since: 34,
    violations: probedHosts,
  },
];

const HANDLERS = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
] as const;

function probedHosts(pod: CheckedPod): readonly Violation[] {
  const isOther = (host: Json | undefined) => isSet(host) && host !== '';
  return HANDLERS.flatMap((handler) =>
    ['httpGet', 'tcpSocket'].flatMap((action) => inContainers(pod, [...handler, action, 'host'], isOther)),
  );
}
