// The part of the collector that says what a node's kernel is and lets others do: version, modules and their origin, settings, what is installed for the
// next boot, programs with set-user-ID, container runtimes, mounts and interfaces. Documentation/admin-guide/{tainted-kernels,sysctl}, sysfs(5).

/** Settings of the kernel that decide what a user of the node can reach in it, and those that `protectKernelDefaults` of the kubelet is about. */
const SYSCTLS: readonly string[] = [
  'fs/protected_fifos',
  'fs/protected_hardlinks',
  'fs/protected_regular',
  'fs/protected_symlinks',
  'fs/suid_dumpable',
  'kernel/apparmor_restrict_unprivileged_userns',
  'kernel/core_pattern',
  'kernel/dmesg_restrict',
  'kernel/io_uring_disabled',
  'kernel/kexec_load_disabled',
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/kptr_restrict',
  'kernel/modules_disabled',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/perf_event_paranoid',
  'kernel/randomize_va_space',
  'kernel/sysrq',
  'kernel/tainted',
  'kernel/unprivileged_bpf_disabled',
  'kernel/unprivileged_userns_clone',
  'kernel/yama/ptrace_scope',
  'net/core/bpf_jit_harden',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/conf/all/rp_filter',
  'net/ipv4/ip_forward',
  'net/ipv4/ip_unprivileged_port_start',
  'user/max_net_namespaces',
  'user/max_user_namespaces',
  'vm/mmap_min_addr',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'vm/unprivileged_userfaultfd',
];

/** Files of the kernel that say what it is. */
const KERNEL: readonly string[] = [
  '/proc/version',
  '/proc/modules',
  '/sys/kernel/security/lockdown',
  '/sys/kernel/security/lsm',
  '/sys/fs/cgroup/cgroup.controllers',
  '/sys/module/module/parameters/sig_enforce',
  '/sys/module/apparmor/parameters/enabled',
  '/sys/fs/selinux/enforce',
  '/etc/os-release',
];

/** Programs that say their version. */
const VERSIONS: readonly string[] = [
  'kubelet --version',
  'containerd --version',
  'crio --version',
  'dockerd --version',
  'runc --version',
  'crun --version',
  'runsc --version',
  'kata-runtime --version',
  'podman --version',
  'ch-run --version',
  'sarus --version',
  'shifter --version',
  'apptainer --version',
  'singularity --version',
  'podman-hpc --version',
  'enroot version',
];

/** `node` tells them all. */
export const NODE_SHELL = [
  'kernel() {',
  '  run 5 uname -s -r -v -m',
  "  run 5 grep '^btime ' /proc/stat",
  "  content /proc/cmdline kernel_options ''",
  `  for path in ${KERNEL.join(' \\\n    ')}; do content "$path" cat ''; done`,
  `  for key in ${SYSCTLS.join(' \\\n    ')}; do content "/proc/sys/$key" cat ''; done`,
  '}',
  '',
  'versions() {',
  ...VERSIONS.map((command) => `  run 10 ${command}`),
  '}',
  String.raw`
# Kernels that the next boot may take, with the time of their installation where the package manager knows it.
kernels() {
  for path in /boot/vmlinuz-* /boot/vmlinux-* /boot/Image-* /boot/config-* /lib/modules/* /usr/lib/modules/*; do
    if [ -e "$path" ]; then file "$path"; fi
  done
  run 20 rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE} %{ARCH} %{INSTALLTIME} %{BUILDTIME}\n' 'kernel*'
  # shellcheck disable=SC2016 # dpkg's own variables
  run 20 dpkg-query -W -f '\${Package} \${Version} \${Architecture} \${db:Status-Abbrev}\n' 'linux-image*'
}

# Modules that are not of the kernel, for each kernel that is installed: what holds a node on the kernel that it runs.
foreign_names() {
  bounded 20 find "$1/" -xdev -name '*.ko*' ! -path '*/kernel/*' -print0 2>/dev/null
  printf '?%s\0' $?
}

foreign_modules() {
  for path in /lib/modules/*; do
    if [ -d "$path" ]; then
      kernel_release=\${path##*/}
      foreign_names "$path" | escaped_names "$most_names" | files_of "$path" modules-of "$kernel_release"
    fi
  done
}

# What a module's file says of itself; the fields that identify it.
module_file() {
  output=$(bounded 5 modinfo "$1" 2>/dev/null </dev/null)
  status=$?
  output=$(printf '%s\n' "$output" | grep -E '^(filename|name|version|license|srcversion|vermagic|signer|sig_key|sig_hashalgo|supported|intree|depends): ')
  told_command modinfo "$1"
  path=$(printf '%s\n' "$output" | sed -n 's/^filename: *//p' | head -n 1)
}

modules() {
  if [ ! -r /proc/modules ]; then return; fi
  modinfo=$(command -v modinfo) || failed modinfo 'no such program'
  while IFS=' ' read -r module _; do
    taint=
    { IFS= read -r taint <"/sys/module/$module/taint"; } 2>/dev/null
    if [ -n "$taint" ]; then
      for part in taint version srcversion; do content "/sys/module/$module/$part" cat ''; done
    fi
    if [ -z "$modinfo" ]; then continue; fi
    module_file "$module"
    # Modules of the distribution's kernel have its package: asking for each takes long.
    case $taint:$path in
      :*/kernel/*) ;;
      *:/*)
        if command -v rpm >/dev/null 2>&1; then run 10 rpm -qf --qf '%{NAME} %{VERSION}-%{RELEASE} %{VENDOR}\n' "$path"; fi
        if command -v dpkg-query >/dev/null 2>&1; then run 10 dpkg-query -S "$path"; fi
        file "$path"
        ;;
    esac
  done </proc/modules
}

module_settings() {
  for path in /etc/modprobe.d/*.conf /run/modprobe.d/*.conf /usr/lib/modprobe.d/*.conf /lib/modprobe.d/*.conf; do
    if [ -f "$path" ]; then content "$path" plain ''; fi
  done
  for path in /sys/kernel/livepatch/*; do
    if [ -d "$path" ]; then
      file "$path"
      content "$path/enabled" cat ''
    fi
  done
}

# Mount points of local file systems from which programs may run with other rights, as printf %b reads them; those of containers left out.
local_mounts() {
  echo /
  awk '
$2 != "/" && $3 ~ /^(ext[234]|xfs|btrfs|overlay|squashfs|erofs|zfs|f2fs|tmpfs|rootfs)$/ && $4 !~ /(^|,)nosuid(,|$)/ &&
$2 !~ /^\/(run|proc|sys|dev)(\/|$)/ && $2 !~ /^\/var\/lib\/(kubelet|containerd|containers|docker|rancher)(\/|$)/ && !seen[$1 " " $4]++ {
  if (++count > 50) { print "+"; exit }
  gsub(/\\/, "\\0", $2)
  print $2
}' /proc/mounts
}

setuid_names() {
  # What images of containers hold is theirs.
  bounded 60 find "$1" -xdev \( -path /var/lib/containerd -o -path /var/lib/containers -o -path /var/lib/docker -o -path /var/lib/kubelet \
    -o -path /var/lib/rancher \) -prune -o -type f -perm -4000 -print0 2>/dev/null
  printf '?%s\0' $?
}

setuid() {
  local_mounts | while IFS= read -r mount; do
    if [ "$mount" = + ]; then
      failed /proc/mounts 'more than 50 file systems: the others are not searched for set-user-ID'
      break
    fi
    decoded "$mount"
    setuid_names "$name" | escaped_names "$most_names" | files_of "$name" setuid "$name"
  done
}

interfaces() {
  run 10 ip -d link show
  for path in /sys/class/net/*/lower_*; do
    if [ -h "$path" ]; then file "$path"; fi
  done
}

node() {
  kernel
  kernels
  modules
  foreign_modules
  module_settings
  content /proc/mounts mount_options ''
  interfaces
  versions
  runtimes
  setuid
}
`.replaceAll('\\$', '$'),
].join('\n');
