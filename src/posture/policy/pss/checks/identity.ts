// Checks of who a container runs as, and of what it mounts. Pod Security Standards, restricted.
import { isMap, type Json, listOf, valueAt } from '../../../../platform/json.ts';
import {
  type CheckedPod,
  inContainers,
  inSecurityContexts,
  isSet,
  type PssCheck,
  type Violation,
  violation,
} from '../check.ts';

const VOLUMES: ReadonlySet<string> = new Set(
  'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret'.split(' '),
);

/** The list. */
export const IDENTITY_CHECKS: readonly PssCheck[] = [
  { id: 'runAsNonRoot', control: 'Running as Non-root', level: 'restricted', since: 0, violations: nonRoot },
  {
    id: 'runAsUser',
    control: 'Running as Non-root user',
    level: 'restricted',
    since: 23,
    violations: (pod) => inSecurityContexts(pod, ['runAsUser'], (value) => value === 0),
  },
  {
    id: 'restrictedVolumes',
    control: 'Volume Types',
    level: 'restricted',
    since: 0,
    replaces: 'hostPathVolumes',
    violations: (pod) => listOf(pod.spec, 'volumes').flatMap(otherVolume),
  },
];

/** True for the Pod, or for each of its containers; nowhere anything else. */
function nonRoot(pod: CheckedPod): readonly Violation[] {
  const ofPod = valueAt(pod.spec, 'securityContext', 'runAsNonRoot') ?? undefined;
  const path = ['securityContext', 'runAsNonRoot'];
  return [
    ...(ofPod === undefined || ofPod === true ? [] : [violation('spec.securityContext.runAsNonRoot', ofPod)]),
    ...inContainers(pod, path, (value) => (value === undefined ? ofPod !== true : value !== true)),
  ];
}

/** A volume of another source. One without any becomes an emptyDir (defaults of the core API). */
function otherVolume(volume: Json): readonly Violation[] {
  if (!isMap(volume)) return [violation('spec.volumes[*]', volume)];
  const sources = Object.entries(volume).filter(([name, value]) => name !== 'name' && isSet(value));
  return sources.filter(([name]) => !VOLUMES.has(name)).map(([name]) => violation('spec.volumes[*]', name));
}
