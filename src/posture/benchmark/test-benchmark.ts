// A small benchmark in the form of a kube-bench folder, and evidence to hold against it, for tests.
import type { EvidenceBundle, FileObservation, NodeEvidence, Observation } from '../../kubernetes/evidence/evidence.ts';
import type { Benchmark } from './definition/definition.ts';
import { parsePlaces } from './definition/read-places.ts';
import { parseSection } from './definition/read-section.ts';

/** `config.yaml` of the folder. */
export const PLACES_TEXT = `
version_mapping: {"1.20": "test-1", "1.22": "test-2"}
master:
  components: [apiserver, scheduler, etcd, kubelet]
  apiserver: {bins: [kube-apiserver, hyperkube apiserver], confs: [/etc/kubernetes/manifests/kube-apiserver.yaml], defaultconf: /etc/kubernetes/manifests/kube-apiserver.yaml}
  scheduler: {bins: [kube-scheduler], kubeconfig: [/etc/kubernetes/scheduler.conf], defaultkubeconfig: /etc/kubernetes/scheduler.conf}
  etcd: {optional: true, bins: [etcd], datadirs: [/var/lib/etcd/default.etcd], defaultdatadir: /var/lib/etcd/default.etcd}
  kubelet: {optional: true, bins: [hyperkube kubelet, kubelet]}
etcd:
  components: [etcd]
  etcd: {bins: [etcd]}
node:
  components: [kubelet, proxy]
  kubelet: {bins: [hyperkube kubelet, kubelet], confs: [/var/lib/kubelet/config.yaml], defaultconf: /var/lib/kubelet/config.yaml, svc: [/etc/systemd/system/kubelet.service]}
  proxy: {optional: true, bins: [kube-proxy], kubeconfig: [/etc/kubernetes/proxy.conf], defaultkubeconfig: /etc/kubernetes/proxy.conf}
policies: {components: []}
`;

/** A check as text: the rest of it stands behind its id. */
export function checkText(id: string, audit: string, tests: string, more = ''): string {
  return `  - {id: ${id}, text: "Check ${id}", audit: ${JSON.stringify(audit)}, tests: ${tests}, scored: true, remediation: "mend ${id}"${more}}\n`;
}

/** The text of a file of checks. */
export function sectionText(type: string, id: number, ...checks: readonly string[]): string {
  return `controls:\nid: ${id}\ntext: Section\ntype: ${type}\ngroups:\n- id: ${id}.1\n  text: Group\n  checks:\n${checks.join('')}`;
}

/** A benchmark of sections. */
export function benchmarkOf(...sections: readonly string[]): Benchmark {
  return {
    name: 'test-1',
    sections: sections.flatMap((text, index) => parseSection(text, `section-${index}.yaml`) ?? []),
    places: parsePlaces([['config.yaml', PLACES_TEXT]]).places,
  };
}

/** A running program. */
export function running(...argv: readonly string[]): Observation {
  return { kind: 'process', pid: 100 + argv.join(' ').length, ppid: 1, user: 'root', argv };
}

/** A file that is there. */
export function fileAt(path: string, mode = '644', owner = 'root:root'): FileObservation {
  const [user = '', group = ''] = owner.split(':');
  return { kind: 'file', path, type: 'file', mode, owner: user, group, uid: 0, gid: 0, size: 1, modified: 0 };
}

/** What stands in a file, which is there. */
export function contentOf(path: string, text: string): readonly Observation[] {
  return [fileAt(path), { kind: 'content', path, text, sha256: '', redacted: false }];
}

/** A node. */
export function nodeWith(node: string, ...observations: readonly Observation[]): NodeEvidence {
  return { node, collectedAt: '2022-04-20T00:00:00Z', collector: '1', probes: ['benchmark'], observations };
}

/** A bundle of nodes. */
export function evidenceOf(...nodes: readonly NodeEvidence[]): EvidenceBundle {
  return { schemaVersion: 1, tool: { name: 'plimsoll', version: '0' }, nodes, objects: [], gaps: [] };
}
