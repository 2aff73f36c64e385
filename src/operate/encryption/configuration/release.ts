// Which entries of a list of resources a release of kube-apiserver knows. An older one does not refuse what it does not know: it takes `*.*` for the name of
// a resource, and encrypts nothing by it. Kubernetes documentation, "Encrypting Confidential Data at Rest": wildcards from 1.27, custom resources from 1.26.
import { parseGroupResource } from './group-resource.ts';

/** A release, as far as it matters here. */
export interface KubernetesRelease {
  readonly major: number;
  readonly minor: number;
}

/** The release of a version (`v1.20.2`, `1.27`); undefined for what is none. */
export function releaseOf(version: string): KubernetesRelease | undefined {
  const [, major, minor] = /^v?(\d{1,3})\.(\d{1,3})(?:[.+-]|$)/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** The release from which on an entry means something; undefined when every one knows it. */
export function neededRelease(entry: string): KubernetesRelease | undefined {
  const { resource, group } = parseGroupResource(entry);
  if (resource === '*') return { major: 1, minor: 27 };
  return group.includes('.') && !group.endsWith('.k8s.io') ? { major: 1, minor: 26 } : undefined;
}

/** Whether a release knows an entry. Of a release that is not known nothing is said against it. */
export function knowsEntry(release: KubernetesRelease | undefined, entry: string): boolean {
  const needed = neededRelease(entry);
  if (release === undefined || needed === undefined) return true;
  return release.major > needed.major || (release.major === needed.major && release.minor >= needed.minor);
}

/** `1.27`. */
export function releaseText({ major, minor }: KubernetesRelease): string {
  return `${major}.${minor}`;
}
