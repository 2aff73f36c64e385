// A container of a Pod as it would be admitted, with what the chart said before policies changed it. Reads the Pod, gives one record a container.
import {
  isMap,
  type Json,
  type JsonMap,
  listOf,
  memberOf,
  membersOf,
  sameJson,
  textOf,
  valueAt,
} from '../../platform/json.ts';
import type { KubernetesObject } from '../../scan/release/manifests/object.ts';

/** Where a container stands in its Pod. */
export type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers';

/** A Pod that is judged. */
export interface JudgedPod {
  /** `KIND/NAMESPACE/NAME` of the object in the release. */
  readonly workload: string;
  /** The object in the release that is the Pod or makes it. */
  readonly source: KubernetesObject;
  /** Labels of the Pod that its template gives it. */
  readonly labels: JsonMap;
  /** Its spec as it would be admitted. */
  readonly spec: JsonMap;
  /** Its spec as the release has it. */
  readonly before: JsonMap;
  /** Policies that change it, by id. */
  readonly policies: readonly string[];
  /** Names of volumes that a StatefulSet claims for it. */
  readonly claims: ReadonlySet<string>;
}

/** One container of it. */
export interface PodContainer {
  readonly pod: JudgedPod;
  readonly list: ContainerList;
  readonly name: string;
  /** As the Pod writes it. */
  readonly image: string;
  readonly value: JsonMap;
  /** As the release has it; undefined where a policy added it. */
  readonly before: Json | undefined;
}

const LISTS: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers'];
const WORDS: Readonly<Record<ContainerList, string>> = {
  initContainers: 'init container',
  containers: 'container',
  ephemeralContainers: 'ephemeral container',
};

/** Whether it runs the image's own program: an init container with a command of its own does something else with the image. */
export function runsImage({ list, value }: PodContainer): boolean {
  return list !== 'initContainers' || textsOf(value, 'command').length === 0;
}

/** The containers of a Pod in the order in which they start. */
export function containersOf(pod: JudgedPod): readonly PodContainer[] {
  return LISTS.flatMap((list) => {
    const before = new Map(listOf(pod.before, list).map((value) => [textOf(value, 'name') ?? '', value]));
    return listOf(pod.spec, list).flatMap((value) => {
      if (!isMap(value)) return [];
      const name = textOf(value, 'name') ?? '';
      return [{ pod, list, name, image: textOf(value, 'image') ?? '', value, before: before.get(name) }];
    });
  });
}

/** `Deployment/services/web init container wait`, as results name a container. */
export function containerSubject({
  pod,
  list,
  name,
}: Pick<PodContainer, 'list' | 'name'> & { readonly pod: { readonly workload: string } }): string {
  return `${pod.workload} ${WORDS[list]} ${name}`;
}

/** A setting of a container, and who made it. */
export interface Setting {
  readonly value: Json;
  /** `spec.containers[name=web].securityContext.runAsUser`. */
  readonly field: string;
  readonly level: 'container' | 'pod';
  /** Set by the policies that change the Pod; the release says something else, or nothing. */
  readonly byPolicy: boolean;
}

/**
 * A member of securityContext: the container's own goes before that of its Pod, one by one (Kubernetes API reference v1.33, SecurityContext). Undefined
 * where neither sets it.
 */
export function settingOf({ pod, list, name, value, before }: PodContainer, member: string): Setting | undefined {
  const own = valueAt(value, 'securityContext', member) ?? undefined;
  if (own !== undefined) {
    const byPolicy = !sameJson(own, valueAt(before, 'securityContext', member));
    return { value: own, field: `spec.${list}[name=${name}].securityContext.${member}`, level: 'container', byPolicy };
  }
  return podSetting(pod, member);
}

/** A member of the Pod's own securityContext. */
export function podSetting({ spec, before }: JudgedPod, member: string): Setting | undefined {
  const value = valueAt(spec, 'securityContext', member) ?? undefined;
  if (value === undefined) return undefined;
  const byPolicy = !sameJson(value, valueAt(before, 'securityContext', member));
  return { value, field: `spec.securityContext.${member}`, level: 'pod', byPolicy };
}

/** A setting as evidence: `spec.securityContext.runAsUser is 65534, by policy services/a`. */
export function settingFact({ field, value, byPolicy }: Setting, { policies }: JudgedPod): string {
  return `${field} is ${JSON.stringify(value)}${byPolicy ? `, by policy ${policies.join(', ')}` : ''}`;
}

/** Texts of a list; members that are none are left out. */
export function textsOf(value: Json | undefined, ...path: readonly string[]): readonly string[] {
  return listOf(value, ...path).flatMap((item) => (typeof item === 'string' ? [item] : []));
}

/** Where a volume is seen in a container. */
export interface Mount {
  readonly volume: string;
  /** Absolute, without a slash at its end. */
  readonly path: string;
  readonly readOnly: boolean;
  readonly subPath: boolean;
  /** What the volume is: `emptyDir`, `persistentVolumeClaim`, `hostPath` …; undefined where the Pod has no such volume. */
  readonly kind: string | undefined;
  readonly source: Json | undefined;
}

/** The mounts of a container, the deepest first. */
export function mountsOf({ pod, value }: PodContainer): readonly Mount[] {
  const volumes = new Map(listOf(pod.spec, 'volumes').map((volume) => [textOf(volume, 'name') ?? '', volume]));
  return listOf(value, 'volumeMounts')
    .map((mount): Mount => {
      const volume = textOf(mount, 'name') ?? '';
      const [kind, source] = membersOf(volumes.get(volume)).find(([key]) => key !== 'name') ?? [];
      return {
        volume,
        path: `/${(textOf(mount, 'mountPath') ?? '').split('/').filter(Boolean).join('/')}`,
        readOnly: memberOf(mount, 'readOnly') === true,
        subPath: memberOf(mount, 'subPath') !== undefined || memberOf(mount, 'subPathExpr') !== undefined,
        kind: pod.claims.has(volume) ? 'persistentVolumeClaim' : kind,
        source,
      };
    })
    .sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1));
}

/** The mount that hides what the image has at a path. */
export function mountOver(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts.find((mount) => mount.path === '/' || path === mount.path || path.startsWith(`${mount.path}/`));
}
