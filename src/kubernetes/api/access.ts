// How a cluster's API is reached: the endpoint and who asks. Made by load-access.ts of a kubeconfig or a pod's surroundings.
import type { Endpoint } from '../transport/endpoint.ts';

/** One server and our identity there. Secrets are behind functions, so that nothing prints them. */
export interface ApiAccess {
  readonly endpoint: Endpoint;
  /** Where this comes from, for messages: `context prod of /home/u/.kube/config`, `this pod's service account`. */
  readonly origin: string;
  /** Namespace of the context or pod. */
  readonly namespace?: string;
  /** Bearer token for the next request; it may be read again from a file that is renewed. */
  readonly token?: (() => Promise<string | undefined>) | undefined;
  /** Headers of every request: whom to act as (impersonation). */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
}
