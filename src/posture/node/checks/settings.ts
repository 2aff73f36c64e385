// Checks of the kernel's settings: what of the kernel a user of the node, in a container or not, can see and reach.

import type { CheckSeverity } from '../../check-outcome.ts';
import { aboutNode, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';

interface Setting {
  readonly id: string;
  readonly title: string;
  readonly severity: CheckSeverity;
  /** Below /proc/sys. */
  readonly key: string;
  readonly least: number;
  /** No bound without. */
  readonly most?: number;
  /** Another value that is safe beside others. */
  readonly safe?: (value: number, node: NodeUnderCheck) => boolean;
  /** What it means that the kernel has no such setting. */
  readonly absent: readonly [verdict: 'pass' | 'fail' | 'not-applicable', reason: string];
  readonly why: string;
  readonly reference: string;
}

const KERNEL = 'Linux, Documentation/admin-guide/sysctl/kernel.rst';
const FS = 'Linux, Documentation/admin-guide/sysctl/fs.rst';
const VM = 'Linux, Documentation/admin-guide/sysctl/vm.rst';

const SETTINGS: readonly Setting[] = [
  {
    id: 'sysctl-unprivileged-bpf',
    title: 'Users cannot load BPF programs',
    severity: 'medium',
    key: 'kernel/unprivileged_bpf_disabled',
    least: 1,
    absent: ['not-applicable', 'the kernel has no BPF system call'],
    why: 'The verifier of BPF programs has let users write to kernel memory more than once (CVE-2020-8835, CVE-2021-3490, CVE-2021-4204).',
    reference: `${KERNEL}, unprivileged_bpf_disabled`,
  },
  {
    id: 'sysctl-kernel-pointers',
    title: 'Addresses of the kernel are hidden from users',
    severity: 'low',
    key: 'kernel/kptr_restrict',
    least: 1,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'An exploit needs to know where the kernel lies in memory; /proc tells it where addresses are not hidden.',
    reference: `${KERNEL}, kptr_restrict`,
  },
  {
    id: 'sysctl-kernel-log',
    title: 'Users cannot read the log of the kernel',
    severity: 'low',
    key: 'kernel/dmesg_restrict',
    least: 1,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'The log tells addresses, hardware, and what other users of the node crash.',
    reference: `${KERNEL}, dmesg_restrict`,
  },
  {
    id: 'sysctl-ptrace',
    title: 'A process can be traced by its parents alone',
    severity: 'low',
    key: 'kernel/yama/ptrace_scope',
    least: 1,
    absent: [
      'fail',
      'the kernel is built without Yama: any process of a user may read the memory of all others of that user',
    ],
    why: 'One program of a user that was taken over reads the keys and tokens out of all others.',
    reference: 'Linux, Documentation/admin-guide/LSM/Yama.rst',
  },
  {
    id: 'sysctl-address-randomisation',
    title: 'Addresses of programs are randomised in full',
    severity: 'medium',
    key: 'kernel/randomize_va_space',
    least: 2,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'Without it an exploit that works once works every time.',
    reference: `${KERNEL}, randomize_va_space`,
  },
  {
    id: 'sysctl-kexec',
    title: 'Another kernel cannot be started from the running one',
    severity: 'low',
    key: 'kernel/kexec_load_disabled',
    least: 1,
    absent: ['pass', 'the kernel is built without kexec'],
    why: 'Root of a node that becomes the kernel this way passes by Secure Boot and module signatures. Where kdump is in use, load its kernel first and close the door then.',
    reference: `${KERNEL}, kexec_load_disabled`,
  },
  {
    id: 'sysctl-perf',
    title: 'Users cannot trace the kernel with perf',
    severity: 'low',
    key: 'kernel/perf_event_paranoid',
    least: 2,
    absent: ['pass', 'the kernel is built without perf events'],
    why: 'perf shows users what the kernel does and has had holes of its own (CVE-2013-2094, CVE-2023-5717).',
    reference: `${KERNEL}, perf_event_paranoid`,
  },
  {
    id: 'sysctl-hard-links',
    title: 'Users cannot hard-link files that are not theirs',
    severity: 'medium',
    key: 'fs/protected_hardlinks',
    least: 1,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'A link to a program with set-user-ID keeps the hole of an old version alive after its update.',
    reference: `${FS}, protected_hardlinks`,
  },
  {
    id: 'sysctl-symbolic-links',
    title: 'Links in folders that all may write to are followed with care',
    severity: 'medium',
    key: 'fs/protected_symlinks',
    least: 1,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'A user lays a link in /tmp where root is about to write, and chooses what root overwrites.',
    reference: `${FS}, protected_symlinks`,
  },
  {
    id: 'sysctl-fifos',
    title: 'Pipes of others in folders that all may write to are not opened by mistake',
    severity: 'low',
    key: 'fs/protected_fifos',
    least: 1,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'A program that means to create a file writes into the pipe of another user.',
    reference: `${FS}, protected_fifos`,
  },
  {
    id: 'sysctl-regular-files',
    title: 'Files of others in folders that all may write to are not opened by mistake',
    severity: 'low',
    key: 'fs/protected_regular',
    least: 1,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'A program that means to create a file writes into the file of another user.',
    reference: `${FS}, protected_regular`,
  },
  {
    id: 'sysctl-core-dumps',
    title: 'Programs with set-user-ID leave no core that users can read',
    severity: 'medium',
    key: 'fs/suid_dumpable',
    least: 0,
    most: 0,
    safe: leavesCoresToRoot,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'A core of a privileged program has in it what it was trusted with. The value 2 is safe only where core_pattern is a pipe or an absolute path.',
    reference: `${FS}, suid_dumpable`,
  },
  {
    id: 'sysctl-bpf-jit',
    title: 'The compiler of BPF programs is hardened',
    severity: 'low',
    key: 'net/core/bpf_jit_harden',
    least: 1,
    absent: ['pass', 'the kernel does not compile BPF programs'],
    why: 'Constants of a program that a user chose would lie in executable memory of the kernel.',
    reference: 'Linux, Documentation/admin-guide/sysctl/net.rst, bpf_jit_harden',
  },
  {
    id: 'sysctl-userfaultfd',
    title: 'Users cannot hold the kernel in the middle of a copy',
    severity: 'low',
    key: 'vm/unprivileged_userfaultfd',
    least: 0,
    most: 0,
    absent: ['pass', 'the kernel is built without userfaultfd'],
    why: 'userfaultfd turns races in the kernel, which are hard to win, into sure ones.',
    reference: `${VM}, unprivileged_userfaultfd`,
  },
  {
    id: 'sysctl-null-page',
    title: 'The first pages of memory cannot be mapped',
    severity: 'low',
    key: 'vm/mmap_min_addr',
    least: 4096,
    absent: ['fail', 'the kernel has no such setting'],
    why: 'A null pointer in the kernel would lead to memory that a user fills.',
    reference: `${VM}, mmap_min_addr`,
  },
  {
    id: 'sysctl-route-localnet',
    title: 'Services on the loopback of the node are not reached from other hosts',
    severity: 'medium',
    key: 'net/ipv4/conf/all/route_localnet',
    least: 0,
    most: 0,
    absent: ['not-applicable', 'the kernel has no IPv4'],
    why: 'Neighbours and pods reach 127.0.0.1 of the node and what trusts it (CVE-2020-8558). kube-proxy sets it for node ports on localhost: --iptables-localhost-nodeports=false does without.',
    reference: 'Linux, Documentation/networking/ip-sysctl.rst, route_localnet; kubernetes/kubernetes#92315',
  },
];

/** A check a setting. */
export const SETTING_CHECKS: readonly NodeCheck[] = SETTINGS.map((setting) => ({
  id: setting.id,
  title: setting.title,
  severity: setting.severity,
  why: setting.why,
  remediation: `set ${setting.key.replaceAll('/', '.')} = ${setting.least} in a file of /etc/sysctl.d`,
  reference: setting.reference,
  judge: (node) => [judgeSetting(node, setting)],
}));

function judgeSetting(node: NodeUnderCheck, { key, least, most, safe, absent }: Setting): NodeJudgement {
  const path = `/proc/sys/${key}`;
  const name = key.replaceAll('/', '.');
  const found = node.facts.content(path);
  if (found.state === 'unknown') return aboutNode(node, 'no-evidence', found.reason);
  if (found.state === 'absent') return aboutNode(node, absent[0], absent[1], [`${path} is not there`]);
  const text = found.value.trim();
  if (!/^-?\d+$/.test(text)) return aboutNode(node, 'no-evidence', `${path} holds no number`);
  const value = Number(text);
  const evidence = [`${name} = ${text}`];
  const isWithin = value >= least && value <= (most ?? Number.POSITIVE_INFINITY);
  if (isWithin || safe?.(value, node) === true) return aboutNode(node, 'pass', `${name} is ${text}`, evidence);
  const wanted = most === least ? `${least}` : `${least} or more`;
  return aboutNode(node, 'fail', `${name} is ${text} and should be ${wanted}`, evidence);
}

/** With 2 only root can read a core, provided that the pattern names no place that a user can choose. */
function leavesCoresToRoot(value: number, { facts }: NodeUnderCheck): boolean {
  const pattern = facts.content('/proc/sys/kernel/core_pattern');
  return value === 2 && pattern.state === 'there' && /^[|/]/.test(pattern.value);
}
