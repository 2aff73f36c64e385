// Controls that fields of a Pod set: seccomp, AppArmor or SELinux, non-root, read-only root file system, Pod Security Standards. Fields: Kubernetes API
// reference v1.34, SecurityContext and PodSecurityContext, of which the container's own goes before the Pod's.
import { type Json, listOf, membersOf, textOf, valueAt } from '../../../platform/json.ts';
import {
  type CheckedPod,
  inContainers,
  type PodContainer,
  type PssLevel,
  type Violation,
  violation,
} from '../pss/check.ts';
import { judgePod, NEWEST_MINOR } from '../pss/evaluate.ts';
import { type FieldControl, isTrue, settingText } from './control.ts';

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
/** Types of SELinux that confine; others of the same name, such as container_runtime_t, do not. */
const CONFINED: ReadonlySet<string> = new Set(['container_t', 'container_init_t', 'container_kvm_t']);
const RESTART = 'its Pods are made anew';

/** The list. */
export const FIELD_CONTROLS: readonly FieldControl[] = [
  {
    id: 'seccomp',
    title: 'Seccomp profile',
    fields: ['seccompProfile'],
    stops:
      'system calls that services do not need, such as unshare, by which CVE-2022-0185 and CVE-2022-0492 were used to leave containers',
    costs: RESTART,
    askedBy: ['restricted'],
    missing: (pod) =>
      effective(pod, ['seccompProfile', 'type'], (type, container) => isProfile(type) && !isPrivileged(container)),
    undone: (pod) => undoneProfiles(pod, ['seccompProfile', 'type']),
    breaks: (pod) => [
      ...privileged(pod, 'no profile acts on it'),
      ...added(pod, ['SYS_ADMIN', 'SYS_PTRACE', 'SYS_MODULE', 'BPF']),
    ],
  },
  {
    id: 'lsm',
    title: 'AppArmor or SELinux',
    fields: ['appArmorProfile', 'seLinuxOptions', 'apparmor'],
    stops:
      'writes to kernel interfaces and mounts that file permissions leave open, as with CVE-2022-0492 (cgroup release_agent)',
    costs: `${RESTART}; the nodes need the security module`,
    missing: lsmMissing,
    undone: (pod) => undoneProfiles(pod, ['appArmorProfile', 'type']),
    breaks: (pod) => [...privileged(pod, 'no AppArmor profile acts on it by default'), ...hostPaths(pod)],
  },
  {
    id: 'non-root',
    title: 'Runs as another user than root',
    fields: ['runAsNonRoot', 'runAsUser'],
    stops:
      'what needs root in the container, such as overwriting the runtime by CVE-2019-5736 or writing to files of the node in mounted folders',
    costs: RESTART,
    askedBy: ['restricted'],
    missing: nonRootMissing,
    undone: undoneUsers,
    breaks: (pod) => [...rootUsers(pod), ...lowPorts(pod), ...hostPaths(pod), ...added(pod)],
  },
  {
    id: 'read-only-root',
    title: 'Read-only root file system',
    fields: ['readOnlyRootFilesystem'],
    stops: 'tools and changed programs being left in the container, and exploits that write before they run',
    costs: `${RESTART}; what writes needs a volume for it`,
    missing: (pod) => inContainers(pod, ['securityContext', 'readOnlyRootFilesystem'], (value) => !isTrue(value)),
    undone: () => [],
    breaks: noWritableVolume,
  },
  pss('baseline'),
  pss('restricted'),
];

function pss(level: PssLevel): FieldControl {
  const missing = (pod: CheckedPod): readonly Violation[] =>
    (judgePod(podOf(pod), { level, minor: NEWEST_MINOR }) ?? []).flatMap(({ violations }) => violations);
  return {
    id: `pss-${level}`,
    title: `Pod Security Standards, ${level}`,
    fields: [],
    stops:
      level === 'baseline'
        ? 'the known ways from a Pod to its node: host namespaces, folders of the node, privileged containers'
        : 'also what makes a flaw of the kernel reachable: root, gained privileges, calls and capabilities without need',
    costs: 'a label of the namespace; Pods that do not meet it are refused',
    askedBy: level === 'baseline' ? ['baseline', 'restricted'] : ['restricted'],
    missing,
    undone: () => [],
    breaks: (pod) => [...new Set(missing(pod).map((one) => `refused: ${settingText(one)}`))],
  };
}

function podOf({ spec, annotations }: CheckedPod): Json {
  return { metadata: { annotations: annotations ?? null }, spec };
}

/** Containers without a setting of their own or of the Pod that will do. */
function effective(
  pod: CheckedPod,
  path: readonly string[],
  willDo: (value: Json | undefined, container: PodContainer) => boolean,
): readonly Violation[] {
  const ofPod = valueAt(pod.spec, 'securityContext', ...path) ?? undefined;
  return pod.containers.flatMap((container) => {
    const own = valueAt(container.value, 'securityContext', ...path) ?? undefined;
    if (willDo(own ?? ofPod, container)) return [];
    return [violation(`spec.${container.list}[*].securityContext.${path.join('.')}`, own ?? ofPod, container)];
  });
}

function isProfile(type: Json | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

function isPrivileged({ value }: PodContainer): boolean {
  return isTrue(valueAt(value, 'securityContext', 'privileged'));
}

/** An SELinux type or an AppArmor profile for each container; annotations were the only way for AppArmor before v1.30. */
function lsmMissing(pod: CheckedPod): readonly Violation[] {
  const ofPod = valueAt(pod.spec, 'securityContext', 'seLinuxOptions', 'type');
  return effective(pod, ['appArmorProfile', 'type'], (type, container) => {
    if (isPrivileged(container)) return false;
    const annotated = membersOf(pod.annotations).find(([name]) => name === APPARMOR + container.name)?.[1];
    const profile = annotated === 'runtime/default' || String(annotated ?? '').startsWith('localhost/');
    const label = valueAt(container.value, 'securityContext', 'seLinuxOptions', 'type') ?? ofPod;
    return isProfile(type) || (type === undefined && profile) || CONFINED.has(String(label));
  });
}

/** A user that is a number other than 0, or the refusal to start as root. */
function nonRootMissing(pod: CheckedPod): readonly Violation[] {
  const ofPod = valueAt(pod.spec, 'securityContext', 'runAsUser') ?? undefined;
  return effective(pod, ['runAsNonRoot'], (nonRoot, container) => {
    const user = valueAt(container.value, 'securityContext', 'runAsUser') ?? ofPod;
    return user === 0 ? false : isTrue(nonRoot) || (typeof user === 'number' && user > 0);
  });
}

function undoneProfiles(pod: CheckedPod, path: readonly string[]): readonly string[] {
  const ofPod = valueAt(pod.spec, 'securityContext', ...path);
  return pod.containers.flatMap((container) => {
    const own = valueAt(container.value, 'securityContext', ...path) ?? undefined;
    if (isProfile(own ?? ofPod)) {
      return isPrivileged(container) ? [`a profile is set, and ${container.name} is privileged`] : [];
    }
    return isProfile(ofPod) ? [`the Pod sets a profile, ${container.name} sets ${JSON.stringify(own)}`] : [];
  });
}

function undoneUsers(pod: CheckedPod): readonly string[] {
  const ofPod = valueAt(pod.spec, 'securityContext');
  const user = valueAt(ofPod, 'runAsUser');
  if (!isTrue(valueAt(ofPod, 'runAsNonRoot')) && !(typeof user === 'number' && user > 0)) return [];
  return nonRootMissing(pod).map(({ container }) => `the Pod keeps root out, ${container?.name} lets it in again`);
}

function privileged(pod: CheckedPod, why: string): readonly string[] {
  return pod.containers.filter(isPrivileged).map(({ name }) => `${name} is privileged: ${why}`);
}

function added(pod: CheckedPod, among?: readonly string[]): readonly string[] {
  return pod.containers.flatMap(({ name, value }) => {
    const given = listOf(value, 'securityContext', 'capabilities', 'add').map(String);
    const told = given.filter((one) => among === undefined || among.includes(one.replace(/^CAP_/, '')));
    return told.length === 0 ? [] : [`${name} is given ${told.join(', ')}, which says that it needs more than most`];
  });
}

function hostPaths(pod: CheckedPod): readonly string[] {
  return listOf(pod.spec, 'volumes').flatMap((volume) => {
    const path = textOf(volume, 'hostPath', 'path');
    return path === undefined ? [] : [`it mounts ${path} of the node, which has owners and labels of its own`];
  });
}

function rootUsers(pod: CheckedPod): readonly string[] {
  const ofPod = valueAt(pod.spec, 'securityContext', 'runAsUser');
  return pod.containers.flatMap(({ name, value }) =>
    (valueAt(value, 'securityContext', 'runAsUser') ?? ofPod) === 0 ? [`${name} is told to run as user 0`] : [],
  );
}

/** Ports below the first that any user may open, unless the Pod lowers it (sysctl net.ipv4.ip_unprivileged_port_start). */
function lowPorts(pod: CheckedPod): readonly string[] {
  const sysctl = listOf(pod.spec, 'securityContext', 'sysctls').find(
    (one) => textOf(one, 'name') === 'net.ipv4.ip_unprivileged_port_start',
  );
  const first = Number(textOf(sysctl, 'value') ?? 1024);
  return pod.containers.flatMap(({ name, value }) =>
    listOf(value, 'ports').flatMap((port) => {
      const number = valueAt(port, 'containerPort');
      return typeof number === 'number' && number < first ? [`${name} opens port ${number}`] : [];
    }),
  );
}

function noWritableVolume(pod: CheckedPod): readonly string[] {
  return pod.containers.flatMap(({ name, value }) => {
    if (isTrue(valueAt(value, 'securityContext', 'readOnlyRootFilesystem'))) return [];
    const mounts = listOf(value, 'volumeMounts').filter((mount) => !isTrue(valueAt(mount, 'readOnly')));
    const paths = mounts.flatMap((mount) => textOf(mount, 'mountPath') ?? []);
    return [`${name} could write ${paths.length === 0 ? 'nowhere' : `to ${paths.join(', ')} alone`}`];
  });
}
