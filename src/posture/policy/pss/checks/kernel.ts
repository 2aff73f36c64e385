// Checks of what the kernel lets a container do: privileges, capabilities, /proc, sysctls. Pod Security Standards, baseline and restricted.
import { type Json, listOf, valueAt } from '../../../../platform/json.ts';
import { type CheckedPod, inContainers, isSet, type PssCheck, type Violation, violation } from '../check.ts';

const CAPABILITIES: ReadonlySet<Json> = new Set(
  (
    'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID ' +
    'SYS_CHROOT'
  ).split(' '),
);

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

/** The list. */
export const KERNEL_CHECKS: readonly PssCheck[] = [
  {
    id: 'privileged',
    control: 'Privileged Containers',
    level: 'baseline',
    since: 0,
    violations: (pod) => inContainers(pod, ['securityContext', 'privileged'], isSet),
  },
  {
    id: 'procMount',
    control: '/proc Mount Type',
    level: 'baseline',
    since: 0,
    violations: (pod) =>
      inContainers(pod, ['securityContext', 'procMount'], (value) => value !== undefined && value !== 'Default'),
  },
  ...sysctls(0, SYSCTLS),
  ...sysctls(27, SYSCTLS_27),
  ...sysctls(29, SYSCTLS_29),
  ...sysctls(32, SYSCTLS_32),
  {
    id: 'capabilities_baseline',
    control: 'Capabilities',
    level: 'baseline',
    since: 0,
    violations: (pod) => addedCapabilities(pod, (name) => CAPABILITIES.has(name)),
  },
  {
    id: 'capabilities_restricted',
    control: 'Capabilities',
    level: 'restricted',
    since: 22,
    replaces: 'capabilities_baseline',
    violations: restrictedCapabilities,
  },
  {
    id: 'capabilities_restricted',
    control: 'Capabilities',
    level: 'restricted',
    since: 25,
    replaces: 'capabilities_baseline',
    violations: (pod) => (pod.windows ? [] : restrictedCapabilities(pod)),
  },
  {
    id: 'allowPrivilegeEscalation',
    control: 'Privilege Escalation',
    level: 'restricted',
    since: 8,
    violations: escalation,
  },
  {
    id: 'allowPrivilegeEscalation',
    control: 'Privilege Escalation',
    level: 'restricted',
    since: 25,
    violations: (pod) => (pod.windows ? [] : escalation(pod)),
  },
];

function sysctls(since: number, safe: readonly Json[]): readonly PssCheck[] {
  const violations = (pod: CheckedPod) =>
    listOf(pod.spec, 'securityContext', 'sysctls').flatMap((sysctl) => {
      const name = valueAt(sysctl, 'name');
      return safe.includes(name ?? null) ? [] : [violation('spec.securityContext.sysctls[*].name', name)];
    });
  return [{ id: 'sysctls', control: 'Sysctls', level: 'baseline', since, violations }];
}

function addedCapabilities(pod: CheckedPod, isAllowed: (name: Json) => boolean): readonly Violation[] {
  return pod.containers.flatMap((container) =>
    listOf(container.value, 'securityContext', 'capabilities', 'add').flatMap((name) =>
      isAllowed(name) ? [] : [violation(`spec.${container.list}[*].securityContext.capabilities.add`, name, container)],
    ),
  );
}

function restrictedCapabilities(pod: CheckedPod): readonly Violation[] {
  const undropped = pod.containers.flatMap((container) => {
    const dropped = listOf(container.value, 'securityContext', 'capabilities', 'drop');
    const field = `spec.${container.list}[*].securityContext.capabilities.drop`;
    return dropped.includes('ALL')
      ? []
      : [violation(field, dropped.length === 0 ? undefined : dropped.join(','), container)];
  });
  return [...undropped, ...addedCapabilities(pod, (name) => name === 'NET_BIND_SERVICE')];
}

function escalation(pod: CheckedPod): readonly Violation[] {
  return inContainers(pod, ['securityContext', 'allowPrivilegeEscalation'], (value) => value !== false);
}
