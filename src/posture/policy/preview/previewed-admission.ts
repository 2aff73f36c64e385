// One request of a preview: the object as it would be sent, and what policies make of it.
import type { Admission } from '../kyverno/admit.ts';
import type { KubernetesObject } from '../objects/read.ts';

/** One admission with where it comes from. */
export interface PreviewedAdmission {
  /** The object in the release. */
  readonly source: KubernetesObject;
  /** What is sent: the source itself, or what its controller creates. */
  readonly before: KubernetesObject;
  readonly admission: Admission;
}
