// Evidence of made-up nodes for tests: a worker of an HPC system with everything in order, and ways to change or leave out what it tells.
import type { EvidenceBundle, NodeEvidence, ObjectEvidence, Observation } from '../../kubernetes/evidence/evidence.ts';
import { digestOf } from '../../platform/canonical.ts';

const KERNEL = '5.14.21-150400.24.46-default';
/** 2022-03-01 and 2022-03-31, in seconds. */
const [OLD, NEW] = [1_646_092_800, 1_648_684_800];

/** What a file says. */
export function content(path: string, text: string): Observation {
  return { kind: 'content', path, text, sha256: digestOf(text).slice('sha256:'.length), redacted: false };
}

/** A setting of the kernel. */
export function setting(key: string, value: number | string): Observation {
  return content(`/proc/sys/${key}`, `${value}\n`);
}

/** A file, of root unless told. */
export function file(path: string, mode = '644', uid = 0, modified = OLD): Observation {
  const owner = uid === 0 ? 'root' : 'ada';
  return { kind: 'file', path, type: 'file', mode, owner, group: owner, uid, gid: uid, size: 1, modified };
}

/** A folder, of root unless told. */
export function folder(path: string, mode = '755', uid = 0): Observation {
  return { ...(file(path, mode, uid) as Extract<Observation, { kind: 'file' }>), type: 'directory' };
}

/** What a command printed. */
export function command(words: string, output: string, exit = 0): Observation {
  return { kind: 'command', command: words.split(' '), exit, output };
}

/** When the node was booted, in seconds. */
export function bootedIn(seconds: number): Observation {
  return { kind: 'command', command: ['grep', '^btime ', '/proc/stat'], exit: 0, output: `btime ${seconds}` };
}

/** A program that is not there. */
export function noProgram(words: string): Observation {
  return { kind: 'failed', what: words, reason: 'no such program' };
}

/** A kernel in /boot with its package. */
export function kernel(release: string, installed: number): readonly Observation[] {
  const version = release.replace(/-default$/, '.1');
  return [
    file(`/boot/vmlinuz-${release}`),
    command('rpm -qa --qf FORM kernel*', `kernel-default ${version} x86_64 ${installed} ${installed - 5}`),
  ];
}

/** A module of the kernel, and DVS as it should be: signed, packaged, supported. */
export const DVS: readonly Observation[] = [
  content('/proc/modules', 'xfs 1000 1 - Live 0x0\ndvs 462848 1 - Live 0x0000000000000000 (O)\n'),
  setting('kernel/tainted', 4096),
  command(
    'modinfo xfs',
    `filename: /lib/modules/${KERNEL}/kernel/fs/xfs/xfs.ko\nsigner: SUSE\nvermagic: ${KERNEL} SMP\nsupported: yes`,
  ),
  command(
    'modinfo dvs',
    `filename:       /lib/modules/${KERNEL}/updates/dvs.ko\nlicense:        GPL\nvermagic:       ${KERNEL} SMP mod_unload\nsigner:         HPE\nsupported:      external`,
  ),
  command(`rpm -qf --qf FORM /lib/modules/${KERNEL}/updates/dvs.ko`, 'cray-dvs-kmp-default 2.15_4 HPE'),
];

const RUNTIMES = [
  'containerd --version',
  'runc --version',
  'ch-run --version',
  'sarus --version',
  'shifter --version',
  'apptainer --version',
  'podman-hpc --version',
  'enroot version',
];

/** A node of which nothing is to be said, without modules from elsewhere and without runtimes of users. */
export const GOOD: readonly Observation[] = [
  command('uname -s -r -v -m', `Linux ${KERNEL} #1 SMP x86_64`),
  bootedIn(1_646_200_000),
  content('/etc/os-release', 'ID="sles"\nID_LIKE="suse"\n'),
  content('/proc/modules', 'xfs 1000 1 - Live 0x0\n'),
  command('modinfo xfs', `filename: /lib/modules/${KERNEL}/kernel/fs/xfs/xfs.ko\nsigner: SUSE`),
  ...kernel(KERNEL, OLD),
  command(`modules-of ${KERNEL}`, ''),
  content('/sys/kernel/security/lockdown', 'none [integrity] confidentiality\n'),
  content('/sys/kernel/security/lsm', 'lockdown,capability,yama,apparmor\n'),
  content('/sys/module/apparmor/parameters/enabled', 'Y\n'),
  { kind: 'absent', path: '/sys/fs/selinux/enforce' },
  content('/sys/module/module/parameters/sig_enforce', 'Y\n'),
  content('/sys/fs/cgroup/cgroup.controllers', 'cpu memory\n'),
  setting('kernel/tainted', 0),
  setting('user/max_user_namespaces', 0),
  setting('kernel/unprivileged_bpf_disabled', 2),
  setting('kernel/kptr_restrict', 1),
  setting('kernel/dmesg_restrict', 1),
  setting('kernel/yama/ptrace_scope', 1),
  setting('kernel/randomize_va_space', 2),
  setting('kernel/kexec_load_disabled', 1),
  setting('kernel/perf_event_paranoid', 2),
  setting('fs/protected_hardlinks', 1),
  setting('fs/protected_symlinks', 1),
  setting('fs/protected_fifos', 1),
  setting('fs/protected_regular', 2),
  setting('fs/suid_dumpable', 2),
  setting('kernel/core_pattern', '|/usr/lib/systemd/systemd-coredump %P'),
  setting('net/core/bpf_jit_harden', 1),
  setting('vm/unprivileged_userfaultfd', 0),
  setting('vm/mmap_min_addr', 65_536),
  setting('net/ipv4/conf/all/route_localnet', 0),
  content('/proc/mounts', '/dev/sda1 / xfs rw 0 0\n'),
  command('setuid /', ''),
  file('/usr/bin/sudo', '4755'),
  ...RUNTIMES.map(noProgram),
];

/** The good node with other observations in the place of those of the same path or command; of several the last. */
export function changed(...observations: readonly (Observation | readonly Observation[])[]): readonly Observation[] {
  return [...new Map([...GOOD, ...observations.flat()].map((one) => [keyOf(one), one])).values()];
}

/** A newer kernel than the running one, from 30 days after it. */
export const NEWER = '5.14.21-150400.24.55-default';
export const WITH_NEWER: readonly Observation[] = [
  file(`/boot/vmlinuz-${NEWER}`, '644', 0, NEW),
  command(
    'rpm -qa --qf FORM kernel*',
    `kernel-default 5.14.21-150400.24.46.1 x86_64 ${OLD} ${OLD}\nkernel-default 5.14.21-150400.24.55.1 x86_64 ${NEW} ${NEW}`,
  ),
  command(`modules-of ${NEWER}`, ''),
];

/** One node, 2022-05-01. */
export function nodeOf(observations: readonly Observation[], node = 'ncn-w001'): NodeEvidence {
  return { node, collectedAt: '2022-05-01T00:00:00Z', collector: '0', probes: ['node'], observations };
}

/** Evidence of nodes, with the objects of a cluster where they are given. */
export function evidenceOf(nodes: readonly NodeEvidence[], objects?: readonly ObjectEvidence[]): EvidenceBundle {
  return {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version: '0' },
    ...(objects === undefined ? {} : { cluster: { id: 'c', version: 'v1.20.2', server: 'https://a:6443' } }),
    nodes,
    objects: objects ?? [],
    gaps: [],
  };
}

/** A pod on a node. */
export function pod(
  namespace: string,
  name: string,
  more: Record<string, unknown> = {},
  node = 'ncn-w001',
): ObjectEvidence {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace,
    name,
    object: { metadata: { namespace, name, labels: {} }, spec: { nodeName: node, ...more } },
  };
}

/** A node of the cluster. */
export function nodeObject(name = 'ncn-w001'): ObjectEvidence {
  return { apiVersion: 'v1', kind: 'Node', name, object: { metadata: { name } } };
}

function keyOf(one: Observation): string {
  if (one.kind === 'command')
    return `command ${one.command.slice(0, 2).join(' ')}${one.command.at(-1)?.startsWith('/') === true ? one.command.at(-1) : ''}`;
  if (one.kind === 'file') return `file ${one.path}`;
  if (one.kind === 'failed') return `command ${one.what}`;
  return one.kind === 'process' ? '' : `content ${one.path}`;
}
