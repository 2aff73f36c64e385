// The part of the collector that looks at processes, in /proc alone (proc(5)): those of a control plane and of container runtimes by the names that
// kube-bench's configuration knows, their arguments and user, and the files that their flags name.

/** `processes` tells every process of the list, and what stands where its flags point. */
export const PROCESS_SHELL = String.raw`
# The kernel keeps 15 characters of a name.
is_component() {
  case $1 in
    kube-apiserver | apiserver | hyperkube | kube-scheduler | scheduler | kube-controller | kube-controller-* | controller-mana* | \
    etcd | kubelet | kubelite | kube-proxy | proxy | flanneld | openshift | hypershift | k3s | k3s-server | k3s-agent | rke2 | \
    containerd | dockerd | crio | cri-dockerd) return 0 ;;
    *) return 1 ;;
  esac
}

user_name() {
  found=$(awk -F: -v uid="$1" '$3 == uid { print $1; exit }' /etc/passwd 2>/dev/null)
  json "\${found:-$1}"
}

# The kernel takes two mebibytes at most.
numbers_of() { head -c 2097152 "$1" 2>/dev/null | od -An -v -tu1; }

# process NAME FOLDER
process() {
  pid=\${2#/proc/}
  numbers=$(numbers_of "$2/cmdline")
  # Threads of the kernel have none, and neither has a process that ended meanwhile.
  if [ -z "$numbers" ]; then return; fi
  ids=$(awk '/^PPid:/ { parent = $2 } /^Uid:/ { user = $3 } END { print parent " " user }' "$2/status" 2>/dev/null)
  if [ -z "\${ids% }" ]; then return; fi
  printf '{"kind":"process","pid":%s,"ppid":%s,"user":' "$pid" "\${ids% *}"
  user_name "\${ids#* }"
  printf ',"argv":'
  printf '%s\n' "$numbers" | arguments json
  if program=$(readlink "$2/exe" 2>/dev/null); then
    printf ',"exe":'
    json "$program"
  fi
  if [ "$1" = etcd ] && [ -r "$2/environ" ]; then
    printf ',"environment":'
    numbers_of "$2/environ" | arguments environment
  fi
  printf '}\n'
  own_root=
  if [ "$(readlink "$2/ns/mnt" 2>/dev/null)" != "$(readlink /proc/self/ns/mnt)" ]; then own_root=$2/root; fi
  printf '%s\n' "$numbers" | arguments paths | while IFS=' ' read -r flag line; do
    decoded "$line"
    flag_path "$1" "$flag" "$name" "$own_root" "$pid"
  done
}

# What a container says of itself may be a lie: a file must be none of the kernel's, and no link to it may lead to the node's own root, which is
# where an absolute one ends when it is followed from here.
is_within() {
  case $(stat -f -c %T "$2$1" 2>/dev/null) in
    proc | sysfs | debugfs | tracefs | securityfs | devpts | cgroup*) return 1 ;;
  esac
  if [ -z "$2" ]; then return 0; fi
  base=$2 rest=\${1#/} steps=0
  while [ -n "$rest" ]; do
    part=\${rest%%/*}
    case $rest in
      */*) rest=\${rest#*/} ;;
      *) rest= ;;
    esac
    if [ ! -h "$base/$part" ]; then
      base=$base/$part
      continue
    fi
    target=$(readlink "$base/$part")
    steps=$((steps + 1))
    case $target in
      /*) return 1 ;;
      *) rest=$target/$rest ;;
    esac
    if [ "$steps" -gt 40 ]; then return 1; fi
  done
  return 0
}

# As content, which it is told by; besides, the file must be what the flag is for.
configuration_of() {
  if is_within "$1" "$4"; then content "$@"
  elif [ -e "$4$1" ]; then failed "$1" 'does not lie where its process says'
  fi
}

# flag_path COMPONENT FLAG PATH ROOT PID
flag_path() {
  root=$4 inside=$5
  # A path that the node itself has is taken to be the same one: static pods mount their files where they lie.
  if [ -z "$root" ] || [ -e "$3" ] || [ -h "$3" ] || [ ! -e "$root$3" ]; then root='' inside=''; fi
  case $2 in
    cert-dir | cni-conf-dir | config-dir | pod-manifest-path) if [ -z "$root" ]; then tree "$3" 2; fi ;;
    *) file "$3" "$root" "$inside" ;;
  esac
  case $1:$2 in
    kubelet:config | kubelite:config) configuration_of "$3" plain KubeletConfiguration "$root" "$inside" ;;
    kube-proxy:config | proxy:config) configuration_of "$3" plain KubeProxyConfiguration "$root" "$inside" ;;
    kube-scheduler:config | scheduler:config) configuration_of "$3" plain KubeSchedulerConfiguration "$root" "$inside" ;;
    *:audit-policy-file) configuration_of "$3" plain audit.k8s.io "$root" "$inside" ;;
    *:admission-control-config-file) configuration_of "$3" plain AdmissionConfiguration "$root" "$inside" ;;
    *:encryption-provider-config | *:experimental-encryption-provider-config) configuration_of "$3" encryption EncryptionConfig "$root" "$inside" ;;
  esac
}

processes() {
  for folder in /proc/[0-9]*; do
    comm=
    { IFS= read -r comm <"$folder/comm"; } 2>/dev/null
    if is_component "$comm"; then process "$comm" "$folder"; fi
  done
}
`.replaceAll('\\$', '$');
