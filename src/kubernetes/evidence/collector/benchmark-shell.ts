// The part of the collector that serves the CIS Kubernetes Benchmark: the files and folders that audits of its versions look at, at the places where
// kubeadm, RKE2, K3s, MicroK8s, OpenShift, Talos and the managed services have them (the paths of kube-bench's cfg/config.yaml).

const MANIFESTS = ['kube-apiserver', 'kube-scheduler', 'kube-controller-manager', 'etcd'].flatMap((name) => [
  `/etc/kubernetes/manifests/${name}.yaml`,
  `/etc/kubernetes/manifests/${name}.yml`,
  `/etc/kubernetes/manifests/${name}.manifest`,
  `/var/lib/rancher/rke2/agent/pod-manifests/${name}.yaml`,
  `/var/snap/${name}/current/args`,
  `/var/snap/microk8s/current/args/${name}`,
]);

/** Files whose owner and mode are told, and folders themselves. */
const FILES: readonly string[] = [
  ...MANIFESTS,
  '/etc/kubernetes',
  '/etc/kubernetes/admin.conf',
  '/etc/kubernetes/super-admin.conf',
  '/etc/kubernetes/config',
  '/etc/kubernetes/scheduler.conf',
  '/etc/kubernetes/controller-manager.conf',
  '/etc/kubernetes/kubelet.conf',
  '/etc/kubernetes/bootstrap-kubelet.conf',
  '/etc/kubernetes/proxy',
  '/etc/kubernetes/proxy.conf',
  '/etc/kubernetes/kubelet-kubeconfig',
  '/etc/kubernetes/kubelet-kubeconfig.conf',
  '/etc/kubernetes/kubelet/kubeconfig',
  '/etc/kubernetes/kubelet/config',
  '/etc/kubernetes/kubeconfig-kubelet',
  '/etc/kubernetes/azure.json',
  '/etc/kubernetes/addons/kube-proxy-daemonset.yaml',
  '/etc/kubernetes/addons/kube-proxy-daemonset.yml',
  '/etc/kubernetes/manifests/talos-kube-apiserver.yaml',
  '/etc/kubernetes/manifests/talos-kube-scheduler.yaml',
  '/etc/kubernetes/manifests/talos-kube-controller-manager.yaml',
  '/etc/kubernetes/cert/ca.pem',
  '/etc/origin/master/master-config.yaml',
  '/etc/origin/master/scheduler.json',
  '/etc/etcd/etcd.conf',
  '/etc/sysconfig/flanneld',
  '/usr/lib/systemd/system/etcd.service',
  '/lib/systemd/system/kube-proxy.service',
  '/etc/systemd/system/snap.microk8s.daemon-proxy.service',
  '/system/secrets/kubernetes/kube-scheduler/kubeconfig',
  '/system/secrets/kubernetes/kube-controller-manager/kubeconfig',
  '/var/lib/etcd',
  '/var/lib/etcd/default.etcd',
  '/var/lib/etcd/data.etcd',
  '/var/lib/kubelet/kubeconfig',
  '/var/lib/kube-scheduler/kubeconfig',
  '/var/lib/kube-scheduler/config.yaml',
  '/var/lib/kube-controller-manager/kubeconfig',
  '/var/lib/rancher/k3s/agent/client-ca.crt',
  '/var/lib/rancher/k3s/agent/kubelet.kubeconfig',
  '/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig',
  '/var/lib/rancher/k3s/server/db/etcd',
  '/var/lib/rancher/k3s/server/db/etcd/config',
  '/var/lib/rancher/rke2/agent/client-ca.crt',
  '/var/lib/rancher/rke2/agent/server.crt',
  '/var/lib/rancher/rke2/agent/kubelet.kubeconfig',
  '/var/lib/rancher/rke2/agent/kubeproxy.kubeconfig',
  '/var/lib/rancher/rke2/server/cred/scheduler.kubeconfig',
  '/var/lib/rancher/rke2/server/cred/controller.kubeconfig',
  '/var/lib/rancher/rke2/server/db/etcd',
  '/var/lib/rancher/rke2/server/db/etcd/config',
  '/var/snap/etcd/common/etcd.conf.yml',
  '/var/snap/etcd/common/etcd.conf.yaml',
  '/var/snap/kubelet/current/args',
  '/var/snap/kube-proxy/current/args',
  '/var/snap/microk8s/current/args/kubelet',
  '/var/snap/microk8s/current/args/kube-proxy',
  '/var/snap/microk8s/current/credentials/kubelet.config',
  '/var/snap/microk8s/current/credentials/proxy.config',
];

/** Folders of which everything below is told, to a depth of eight. */
const TREES: readonly string[] = [
  '/etc/kubernetes/manifests',
  '/etc/kubernetes/pki',
  '/etc/kubernetes/ssl',
  '/etc/kubernetes/certs',
  '/etc/cni/net.d',
  '/var/lib/cni/networks',
  '/var/lib/kubelet/pki',
  '/var/lib/rancher/k3s/server/tls',
  '/var/lib/rancher/rke2/server/tls',
  '/var/lib/rancher/rke2/agent/etc/kubelet.conf.d',
  '/var/snap/microk8s/current/certs',
];

/** Where the kubelet's configuration may lie when no process says so. */
const KUBELET_CONFIGURATIONS: readonly string[] = [
  '/var/lib/kubelet/config.yaml',
  '/var/lib/kubelet/config.yml',
  '/etc/kubernetes/kubelet.yaml',
  '/etc/kubernetes/kubelet-config.yaml',
  '/etc/kubernetes/kubelet/kubelet-config.json',
  '/etc/kubernetes/kubelet/config.json',
  '/home/kubernetes/kubelet-config.yaml',
  '/home/kubernetes/kubelet-config.yml',
  '/etc/default/kubeletconfig.json',
];

/** Units and their environment, in which flags stand. */
const UNITS: readonly string[] = [
  '/etc/default/kubelet',
  '/etc/sysconfig/kubelet',
  '/etc/systemd/system/kubelet.service',
  '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
  '/lib/systemd/system/kubelet.service',
  '/usr/lib/systemd/system/kubelet.service',
  '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf',
  '/etc/systemd/system/snap.kubelet.daemon.service',
  '/etc/systemd/system/snap.microk8s.daemon-kubelet.service',
  '/etc/systemd/system/atomic-openshift-node.service',
  '/etc/systemd/system/origin-node.service',
];

/** `benchmark` tells them all. Processes are told by whoever calls it. */
export const BENCHMARK_SHELL = [
  'benchmark() {',
  loop(FILES, 'file "$path"'),
  loop(TREES, 'tree "$path" 8'),
  loop(KUBELET_CONFIGURATIONS, 'file "$path"', 'content "$path" plain KubeletConfiguration'),
  // A drop-in of the kubelet (1.28 and later, --config-dir).
  '  for path in /var/lib/rancher/rke2/agent/etc/kubelet.conf.d/*.conf /etc/kubernetes/kubelet.conf.d/*.conf; do',
  '    if [ -e "$path" ]; then content "$path" plain KubeletConfiguration; fi',
  '  done',
  loop(UNITS, 'file "$path"', 'content "$path" plain \'\''),
  '}',
  '',
].join('\n');

/** None of the paths has a character that a shell would read. */
function loop(paths: readonly string[], ...commands: readonly string[]): string {
  return [
    `  for path in ${paths.join(' \\\n    ')}; do`,
    ...commands.map((command) => `    ${command}`),
    '  done',
  ].join('\n');
}
