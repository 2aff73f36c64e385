// Checks of AppArmor, SELinux and seccomp. Pod Security Standards, baseline and restricted; seccomp had annotations before v1.19.
import { type Json, membersOf, textOf, valueAt } from '../../../../platform/json.ts';
import {
  type CheckedPod,
  inContainers,
  inSecurityContexts,
  type PssCheck,
  type Violation,
  violation,
} from '../check.ts';

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

const SELINUX_TYPES: readonly Json[] = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

/** The list. */
export const PROFILE_CHECKS: readonly PssCheck[] = [
  { id: 'appArmorProfile', control: 'AppArmor', level: 'baseline', since: 0, violations: appArmor },
  selinux(0, SELINUX_TYPES),
  selinux(31, [...SELINUX_TYPES, 'container_engine_t']),
  { id: 'seccompProfile_baseline', control: 'Seccomp', level: 'baseline', since: 0, violations: seccompAnnotations },
  {
    id: 'seccompProfile_baseline',
    control: 'Seccomp',
    level: 'baseline',
    since: 19,
    violations: (pod) =>
      inSecurityContexts(pod, ['seccompProfile', 'type'], (type) => type !== undefined && !isProfile(type)),
  },
  {
    id: 'seccompProfile_restricted',
    control: 'Seccomp',
    level: 'restricted',
    since: 19,
    replaces: 'seccompProfile_baseline',
    violations: requiredSeccomp,
  },
  {
    id: 'seccompProfile_restricted',
    control: 'Seccomp',
    level: 'restricted',
    since: 25,
    replaces: 'seccompProfile_baseline',
    violations: (pod) => (pod.windows ? [] : requiredSeccomp(pod)),
  },
];

function isProfile(type: Json | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

function appArmor(pod: CheckedPod): readonly Violation[] {
  const isOther = (type: Json | undefined) => type !== undefined && !isProfile(type);
  const annotated = membersOf(pod.annotations).flatMap(([name, value]) => {
    if (!name.startsWith(APPARMOR)) return [];
    const allowed = value === '' || value === 'runtime/default' || String(value).startsWith('localhost/');
    return allowed ? [] : [violation('metadata.annotations', value, containerNamed(pod, name.slice(APPARMOR.length)))];
  });
  return [...annotated, ...inSecurityContexts(pod, ['appArmorProfile', 'type'], isOther)];
}

function selinux(since: number, types: readonly Json[]): PssCheck {
  return {
    id: 'seLinuxOptions',
    control: 'SELinux',
    level: 'baseline',
    since,
    violations: (pod) => [
      ...inSecurityContexts(pod, ['seLinuxOptions', 'type'], (type) => type !== undefined && !types.includes(type)),
      ...['user', 'role'].flatMap((name) =>
        inSecurityContexts(pod, ['seLinuxOptions', name], (value) => value !== undefined && value !== ''),
      ),
    ],
  };
}

function seccompAnnotations(pod: CheckedPod): readonly Violation[] {
  return membersOf(pod.annotations).flatMap(([name, value]) => {
    if (name !== SECCOMP_POD && !name.startsWith(SECCOMP_CONTAINER)) return [];
    const allowed = value === 'runtime/default' || value === 'docker/default' || String(value).startsWith('localhost/');
    const container = name === SECCOMP_POD ? undefined : containerNamed(pod, name.slice(SECCOMP_CONTAINER.length));
    return allowed ? [] : [violation('metadata.annotations', value, container)];
  });
}

function containerNamed(pod: CheckedPod, name: string): CheckedPod['containers'][number] | undefined {
  return pod.containers.find((container) => container.name === name);
}

/** Set for the Pod, or for each of its containers; nowhere to something else. */
function requiredSeccomp(pod: CheckedPod): readonly Violation[] {
  const ofPod = valueAt(pod.spec, 'securityContext', 'seccompProfile', 'type') ?? undefined;
  const bad = ofPod !== undefined && !isProfile(ofPod);
  const inherits = ofPod !== undefined && !bad;
  const path = ['securityContext', 'seccompProfile', 'type'];
  return [
    ...(bad ? [violation('spec.securityContext.seccompProfile.type', textOf(ofPod) ?? ofPod)] : []),
    ...inContainers(pod, path, (type) => (type === undefined ? !inherits : !isProfile(type))),
  ];
}
