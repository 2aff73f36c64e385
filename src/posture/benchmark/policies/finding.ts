// What our own checks of section 5 read and give: the objects of a release or of a cluster, and those among them that are not as asked.
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import type { Setting } from '../result/result.ts';

/** Objects, and where they are from: manifests hold what will be installed, a cluster all that there is. */
export interface JudgedObjects {
  readonly from: 'manifests' | 'cluster';
  readonly objects: readonly KubernetesObject[];
  /** Kinds that could not be read, as plurals: `pods`, `roles`. */
  readonly unread: readonly string[];
  /** What of manifests could not be read or rendered, in words: nothing passes then. */
  readonly incomplete?: string;
}

/** An object that is not as asked. */
export interface Finding {
  /** `KIND/NAMESPACE/NAME` */
  readonly subject: string;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly settings: readonly Setting[];
}

/** What a check of ours says. */
export interface PolicyAnswer {
  /** How many objects were judged. */
  readonly judged: number;
  readonly findings: readonly Finding[];
  /** Why nothing is concluded although nothing was found. */
  readonly open?: string;
}

/** `KIND/NAMESPACE/NAME`, as reports name an object. */
export function nameOf({ kind, namespace, name }: KubernetesObject): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

/** A finding whose evidence is one text. */
export function finding(object: KubernetesObject, reason: string, evidence: readonly string[]): Finding {
  return {
    subject: nameOf(object),
    reason,
    evidence,
    settings: evidence.map((value) => ({ name: nameOf(object), value })),
  };
}
