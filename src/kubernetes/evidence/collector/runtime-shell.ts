// The part of the collector that looks at container runtimes: of the cluster (containerd, CRI-O, Docker) and of users (Charliecloud, Sarus, Shifter,
// Apptainer and Singularity, Podman-HPC, enroot): configuration, its owner and that of every folder above, and of the paths that it names, since a
// runtime that runs as root believes them.

/** Configurations, with patterns where installations have a version or a name in their path. */
const CONFIGURATIONS: readonly string[] = [
  '/etc/containerd/config.toml',
  '/etc/containerd/conf.d/*.toml',
  '/var/lib/rancher/k3s/agent/etc/containerd/config.toml',
  '/var/lib/rancher/rke2/agent/etc/containerd/config.toml',
  '/etc/crio/crio.conf',
  '/etc/crio/crio.conf.d/*',
  '/etc/docker/daemon.json',
  '/etc/containers/*.conf',
  '/etc/containers/policy.json',
  '/etc/sarus/sarus.json',
  '/opt/sarus/*/etc/sarus.json',
  '/opt/cray/pe/sarus/*/etc/sarus.json',
  '/etc/shifter/udiRoot.conf',
  '/etc/opt/cray/shifter/udiRoot.conf',
  '/opt/shifter/*/etc/udiRoot.conf',
  '/opt/shifter/*/etc/shifter/udiRoot.conf',
  '/etc/apptainer/apptainer.conf',
  '/etc/apptainer/ecl.toml',
  '/etc/apptainer/capability.json',
  '/etc/singularity/singularity.conf',
  '/etc/singularity/ecl.toml',
  '/etc/singularity/capability.json',
  '/usr/local/etc/apptainer/apptainer.conf',
  '/usr/local/etc/apptainer/ecl.toml',
  '/usr/local/etc/apptainer/capability.json',
  '/usr/local/etc/singularity/singularity.conf',
  '/usr/local/etc/singularity/ecl.toml',
  '/usr/local/etc/singularity/capability.json',
  '/opt/apptainer/*/etc/apptainer/apptainer.conf',
  '/opt/singularity/*/etc/singularity/singularity.conf',
  '/etc/podman_hpc/*.yaml',
  '/etc/podman_hpc/*.conf',
  '/etc/enroot/enroot.conf',
  '/etc/enroot/enroot.conf.d/*.conf',
];

/** Programs of runtimes, and what they keep with rights of its own. */
const PROGRAMS: readonly string[] = [
  '/usr/bin/ch-run',
  '/usr/local/bin/ch-run',
  '/usr/bin/sarus',
  '/opt/sarus/*/bin/sarus',
  '/usr/bin/shifter',
  '/opt/shifter/*/bin/shifter',
  '/usr/bin/apptainer',
  '/usr/local/bin/apptainer',
  '/usr/bin/singularity',
  '/usr/local/bin/singularity',
  '/usr/libexec/apptainer/bin/starter*',
  '/usr/local/libexec/apptainer/bin/starter*',
  '/usr/libexec/singularity/bin/starter*',
  '/usr/local/libexec/singularity/bin/starter*',
  '/opt/apptainer/*/libexec/apptainer/bin/starter*',
  '/opt/singularity/*/libexec/singularity/bin/starter*',
  '/usr/bin/podman-hpc',
  '/usr/local/bin/podman-hpc',
  '/usr/bin/enroot',
  '/usr/bin/enroot-mount',
  '/etc/enroot/hooks.d/*',
  '/etc/subuid',
  '/etc/subgid',
];

/** `runtimes` tells them all. */
export const RUNTIME_SHELL = [
  String.raw`
# Paths in a configuration on stdin, a line each.
named_paths() {
  awk '
{
  line = $0
  sub(/^[ \t]*[#;].*/, "", line)
  while (match(line, /(^|["\047= :,])\/[A-Za-z0-9._\/+-]+/)) {
    path = substr(line, RSTART, RLENGTH)
    sub(/^[^\/]/, "", path)
    sub(/\/+$/, "", path)
    line = substr(line, RSTART + RLENGTH)
    if (path == "" || path ~ /\/\// || seen[path]++) continue
    if (++count > 200) { print "+"; exit }
    print path
  }
}'
}

configuration() {
  file "$1"
  parents "$1"
  content "$1" plain ''
  if [ -f "$1" ]; then
    head -c "$most_bytes" "$1" 2>/dev/null | named_paths | while IFS= read -r path; do
      if [ "$path" = + ]; then
        failed "$1" 'names more than 200 paths: the others are not looked at'
        break
      fi
      file "$path"
      parents "$path"
    done
  fi
}
`,
  'runtimes() {',
  `  for path in ${CONFIGURATIONS.join(' \\\n    ')}; do`,
  '    if [ -e "$path" ]; then configuration "$path"; fi',
  '  done',
  `  for path in ${PROGRAMS.join(' \\\n    ')}; do`,
  '    if [ -e "$path" ]; then',
  '      file "$path"',
  '      parents "$path"',
  '    fi',
  '  done',
  '}',
  '',
].join('\n');
