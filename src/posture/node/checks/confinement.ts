// Checks of what confines programs on a node: mandatory access control, lockdown, user namespaces, cgroups.
import { aboutNode, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { runtimesOf } from '../runtimes/runtime.ts';

const LSM = '/sys/kernel/security/lsm';
const LOCKDOWN = '/sys/kernel/security/lockdown';
const USER_NAMESPACES = '/proc/sys/user/max_user_namespaces';

/** Runtimes of users that need user namespaces, each with the source. */
const NEED_USER_NAMESPACES: ReadonlyMap<string, string> = new Map([
  ['charliecloud', 'ch-run(1)'],
  ['podman-hpc', 'rootless Podman'],
  ['enroot', 'enroot, Requirements'],
]);

/** Access control, lockdown, user namespaces, cgroups. */
export const CONFINEMENT_CHECKS: readonly NodeCheck[] = [
  {
    id: 'access-control',
    title: 'AppArmor or SELinux confines programs',
    severity: 'high',
    why: 'It is what stays between a container and the node when a runtime or the kernel fails: a profile stopped CVE-2019-5736 and CVE-2022-0492 where one was in force.',
    remediation: 'boot with AppArmor or SELinux in enforcing mode',
    reference:
      'Linux, Documentation/admin-guide/LSM/index.rst; Kubernetes, "Linux kernel security constraints for Pods and containers"',
    judge: (node) => [judgeAccessControl(node)],
  },
  {
    id: 'kernel-lockdown',
    title: 'The kernel is closed to root',
    severity: 'low',
    why: 'In lockdown even root of the node cannot write to the memory of the kernel, load unsigned modules or start another kernel: who breaks out of a container does not become the kernel.',
    remediation: 'boot with Secure Boot, or with lockdown=integrity',
    reference: 'kernel_lockdown(7)',
    judge: (node) => [judgeLockdown(node)],
  },
  {
    id: 'user-namespaces',
    title: 'User namespaces are open only where a runtime of users needs them',
    severity: 'medium',
    why: 'In a user namespace of its own any user reaches code of the kernel that is otherwise for root alone, which many local exploits need (CVE-2022-0185, CVE-2022-0492, CVE-2023-32233). Runtimes without privileges need them too: closing them there breaks the runtime or leads back to set-user-ID.',
    remediation:
      'set user.max_user_namespaces = 0 where nothing needs them; where something does, keep the kernel current and filter system calls',
    reference: 'Linux, Documentation/admin-guide/sysctl/user.rst; user_namespaces(7)',
    judge: (node) => [judgeUserNamespaces(node)],
  },
  {
    id: 'cgroup-version',
    title: 'The node has cgroups of version 2',
    severity: 'info',
    why: 'Version 1 has the release agent that lets root of a container run programs on the node (CVE-2022-0492), and cannot hand limits to users safely.',
    remediation: 'boot with systemd.unified_cgroup_hierarchy=1, or a distribution that does so',
    reference: 'Kubernetes, "About cgroup v2"; cgroups(7)',
    judge: (node) => [judgeCgroups(node)],
  },
];

function judgeAccessControl(node: NodeUnderCheck): NodeJudgement {
  const { facts } = node;
  const lsm = facts.content(LSM);
  const [selinux, apparmor] = [
    facts.content('/sys/fs/selinux/enforce'),
    facts.content('/sys/module/apparmor/parameters/enabled'),
  ];
  const evidence = [
    ...(lsm.state === 'there' ? [`${LSM}: ${lsm.value.trim()}`] : []),
    ...(selinux.state === 'there' ? [`SELinux enforce: ${selinux.value.trim()}`] : []),
    ...(apparmor.state === 'there' ? [`AppArmor enabled: ${apparmor.value.trim()}`] : []),
  ];
  if (selinux.state === 'there' && selinux.value.trim() === '1')
    return aboutNode(node, 'pass', 'SELinux enforces', evidence);
  if (apparmor.state === 'there' && apparmor.value.trim() === 'Y') {
    return aboutNode(node, 'pass', 'AppArmor is on', evidence);
  }
  if (selinux.state === 'there') return aboutNode(node, 'fail', 'SELinux only warns', evidence);
  if (lsm.state === 'there') return aboutNode(node, 'fail', 'neither AppArmor nor SELinux is on', evidence);
  if (lsm.state === 'absent' && apparmor.state === 'absent') {
    return aboutNode(node, 'fail', 'neither AppArmor nor SELinux is to be seen', [`${LSM} is not there`]);
  }
  return aboutNode(node, 'no-evidence', 'reason' in lsm ? lsm.reason : `${LSM} is not there`, evidence);
}

function judgeLockdown(node: NodeUnderCheck): NodeJudgement {
  const found = node.facts.content(LOCKDOWN);
  if (found.state === 'unknown') return aboutNode(node, 'no-evidence', found.reason);
  if (found.state === 'absent') {
    return aboutNode(node, 'fail', 'the kernel has no lockdown, or securityfs is not mounted', [
      `${LOCKDOWN} is not there`,
    ]);
  }
  const evidence = [`${LOCKDOWN}: ${found.value.trim()}`];
  const mode = /\[(\w+)\]/.exec(found.value)?.[1];
  if (mode === undefined) return aboutNode(node, 'no-evidence', `${LOCKDOWN} names no mode`, evidence);
  if (mode === 'none') return aboutNode(node, 'fail', 'lockdown is off', evidence);
  return aboutNode(node, 'pass', `lockdown is in the mode ${mode}`, evidence);
}

function judgeUserNamespaces(node: NodeUnderCheck): NodeJudgement {
  const { facts } = node;
  const most = facts.content(USER_NAMESPACES);
  if (most.state === 'unknown') return aboutNode(node, 'no-evidence', most.reason);
  if (most.state === 'absent')
    return aboutNode(node, 'pass', 'the kernel has no user namespaces', [`${USER_NAMESPACES} is not there`]);
  const clone = facts.content('/proc/sys/kernel/unprivileged_userns_clone');
  const restricted = facts.content('/proc/sys/kernel/apparmor_restrict_unprivileged_userns');
  const evidence = [
    `user.max_user_namespaces = ${most.value.trim()}`,
    ...(clone.state === 'there' ? [`kernel.unprivileged_userns_clone = ${clone.value.trim()}`] : []),
    ...(restricted.state === 'there'
      ? [`kernel.apparmor_restrict_unprivileged_userns = ${restricted.value.trim()}`]
      : []),
  ];
  const isClosed =
    most.value.trim() === '0' ||
    (clone.state === 'there' && clone.value.trim() === '0') ||
    (restricted.state === 'there' && restricted.value.trim() === '1');
  const needing = runtimesOf(facts).flatMap((runtime) => {
    const source = NEED_USER_NAMESPACES.get(runtime);
    return source === undefined ? [] : [`${runtime} (${source})`];
  });
  if (isClosed) {
    const note = needing.length === 0 ? '' : `; needing them, and so broken for users: ${needing.join(', ')}`;
    return aboutNode(node, 'pass', `users cannot make user namespaces${note}`, evidence);
  }
  if (needing.length > 0)
    return aboutNode(node, 'warn', `users can make user namespaces, which ${needing.join(', ')} needs`, evidence);
  return aboutNode(
    node,
    'fail',
    'users can make user namespaces, and no runtime that needs them is to be seen',
    evidence,
  );
}

function judgeCgroups(node: NodeUnderCheck): NodeJudgement {
  const path = '/sys/fs/cgroup/cgroup.controllers';
  const found = node.facts.content(path);
  if (found.state === 'unknown') return aboutNode(node, 'no-evidence', found.reason);
  if (found.state === 'there')
    return aboutNode(node, 'pass', 'cgroups of version 2', [`${path}: ${found.value.trim()}`]);
  return aboutNode(node, 'fail', 'cgroups of version 1, or none mounted', [`${path} is not there`]);
}
