// The forms of a patch that an API server takes: RFC 6902, RFC 7386, and server-side apply (from Kubernetes 1.16 on by default).
import type { KubernetesObject } from './resource.ts';

/** One operation of a JSON patch; `test` makes the whole patch fail when the value is another. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** A change to an object. */
export type Patch =
  | { readonly type: 'json'; readonly operations: readonly JsonPatchOperation[] }
  | { readonly type: 'merge'; readonly changes: Readonly<Record<string, unknown>> }
  | {
      readonly type: 'apply';
      readonly object: KubernetesObject;
      /** Takes fields that other managers own, instead of failing with a conflict. */
      readonly force?: boolean;
    };

/** Content type and body of a patch. Server-side apply is YAML to the server, of which JSON is a part. */
export function patchBody(patch: Patch): { readonly contentType: string; readonly body: string } {
  if (patch.type === 'json') {
    return { contentType: 'application/json-patch+json', body: JSON.stringify(patch.operations) };
  }
  if (patch.type === 'merge') {
    return { contentType: 'application/merge-patch+json', body: JSON.stringify(patch.changes) };
  }
  return { contentType: 'application/apply-patch+yaml', body: JSON.stringify(patch.object) };
}
