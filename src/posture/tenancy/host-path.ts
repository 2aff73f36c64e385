// What Pods of users mount of their node: reads volumes and mounts, tells paths that lead to the node from those that only share.
// Kubernetes API, core/v1 HostPathVolumeSource; kubernetes.io/docs/concepts/storage/volumes, "hostPath".
import { type JsonMap, listOf, textOf, valueAt } from '../../platform/json.ts';
import type { Judgement } from './check.ts';
import { objectsOf, type TenancyView, unreadAmong } from './view.ts';
import { containersOf, type PodWorkload } from './workloads.ts';

/** Trees that hold what the node, its kubelet or its runtime trusts. */
const TREES = [
  '/etc',
  '/var/lib/kubelet',
  '/var/lib/etcd',
  '/var/lib/containerd',
  '/var/lib/docker',
  '/var/run',
  '/run',
  '/proc',
  '/sys',
  '/dev',
  '/root',
  '/boot',
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/var/log',
] as const;
/** Files that every container may know. */
const HARMLESS = ['/etc/localtime', '/etc/timezone', '/usr/share/zoneinfo', '/dev/shm'] as const;

/** Judges the Pods of users. */
export function judgeHostPaths(view: TenancyView): readonly Judgement[] {
  const claimed = claimedPaths(view);
  return view.userWorkloads.map((workload) => {
    const common = { check: 'host-path' as const, subject: workload.subject };
    const mounts = hostPathsOf(workload, claimed);
    const unread = mountsClaims(workload) ? unreadAmong(view, ['PersistentVolume', 'PersistentVolumeClaim']) : [];
    if (unread.length > 0 && !mounts.some(({ path }) => leadsToNode(path))) {
      const reason = `${unread.join(', ')} objects could not be read: what its claims are is not known`;
      return { ...common, verdict: 'no-evidence', reason, evidence: [workload.position] };
    }
    if (mounts.length === 0) {
      return { ...common, verdict: 'pass', reason: 'it mounts nothing of the node', evidence: [workload.position] };
    }
    const evidence = mounts.map(({ path, readOnly }) => `hostPath ${path}, ${readOnly ? 'read-only' : 'writable'}`);
    const leading = mounts.filter(({ path }) => leadsToNode(path)).map(({ path }) => path);
    const reason =
      leading.length > 0
        ? `it mounts ${leading.join(', ')} of the node`
        : `it shares ${mounts.map(({ path }) => path).join(', ')} with the node and other pods`;
    return { ...common, verdict: leading.length > 0 ? 'fail' : 'warn', reason, evidence };
  });
}

/** Whether a path of the node leads to the node itself: it is, holds or lies in a tree that the node trusts. */
export function leadsToNode(path: string): boolean {
  const plain = normal(path);
  if (HARMLESS.some((one) => plain === one || plain.startsWith(`${one}/`))) return false;
  return TREES.some(
    (tree) => plain === tree || plain.startsWith(`${tree}/`) || tree.startsWith(plain === '/' ? '/' : `${plain}/`),
  );
}

/** The path without `.`, `..` and doubled slashes: the kubelet takes it as the kernel does. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

interface HostPath {
  readonly path: string;
  readonly readOnly: boolean;
}

/** Paths of the node behind claims, by `NAMESPACE/CLAIM`: volumes of the kinds hostPath and local that say whose they are, or that a claim names. */
function claimedPaths(view: TenancyView): ReadonlyMap<string, string> {
  const volumes = objectsOf(view, '', 'PersistentVolume').flatMap(({ name, value }) => {
    const path = textOf(value, 'spec', 'hostPath', 'path') ?? textOf(value, 'spec', 'local', 'path');
    return path === undefined ? [] : [{ name, path, claim: valueAt(value, 'spec', 'claimRef') }];
  });
  const byName = new Map(volumes.map(({ name, path }) => [name, path]));
  const named = objectsOf(view, '', 'PersistentVolumeClaim').flatMap(({ namespace = 'default', name, value }) => {
    const path = byName.get(textOf(value, 'spec', 'volumeName') ?? '');
    return path === undefined ? [] : [[`${namespace}/${name}`, path] as const];
  });
  const referred = volumes.map(
    ({ path, claim }) => [`${textOf(claim, 'namespace') ?? 'default'}/${textOf(claim, 'name') ?? ''}`, path] as const,
  );
  return new Map([...referred, ...named]);
}

function mountsClaims({ specs }: PodWorkload): boolean {
  return specs.some((spec) =>
    listOf(spec, 'volumes').some((volume) => textOf(volume, 'persistentVolumeClaim', 'claimName') !== undefined),
  );
}

function hostPathsOf({ specs, namespace }: PodWorkload, claimed: ReadonlyMap<string, string>): readonly HostPath[] {
  const found = new Map<string, HostPath>();
  for (const spec of specs) {
    for (const volume of listOf(spec, 'volumes')) {
      const claim = textOf(volume, 'persistentVolumeClaim', 'claimName');
      const path = textOf(volume, 'hostPath', 'path') ?? claimed.get(`${namespace}/${claim ?? ''}`);
      if (path === undefined) continue;
      const readOnly = isReadOnly(spec, textOf(volume, 'name') ?? '') && found.get(path)?.readOnly !== false;
      found.set(path, { path, readOnly });
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isReadOnly(spec: JsonMap, volume: string): boolean {
  const mounts = containersOf(spec).flatMap((container) =>
    listOf(container, 'volumeMounts').filter((mount) => textOf(mount, 'name') === volume),
  );
  return mounts.length > 0 && mounts.every((mount) => valueAt(mount, 'readOnly') === true);
}
