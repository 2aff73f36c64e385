// Which policies can be for an object at all, by kind and namespace, so that a hundred policies cost a large release little.

import { listOf, memberOf } from '../../../platform/json.ts';
import type { KubernetesObject } from '../../../scan/release/manifests/object.ts';
import { matchesKind } from '../kyverno/match/kinds.ts';
import { filtersOf } from '../kyverno/match/match.ts';
import type { Policy } from '../kyverno/policy.ts';

/** Finds policies for an object: all that are for it, and few that are not. */
export interface KindIndex {
  readonly policiesFor: (object: KubernetesObject) => readonly Policy[];
}

/** Builds the index; it remembers what it was asked. */
export function kindIndexOf(policies: readonly Policy[]): KindIndex {
  const known = new Map<string, readonly Policy[]>();
  return {
    policiesFor: (object) => {
      const { apiVersion, kind, namespace = '' } = object;
      const key = JSON.stringify([apiVersion, kind, namespace]);
      const found = known.get(key) ?? policies.filter((policy) => mayBeFor(policy, object));
      known.set(key, found);
      return found;
    },
  };
}

function mayBeFor(policy: Policy, { apiVersion, kind, namespace }: KubernetesObject): boolean {
  if (policy.namespace !== undefined && policy.namespace !== namespace) return false;
  return policy.rules.some(({ value }) =>
    (filtersOf(memberOf(value, 'match'))?.of ?? []).some((filter) => {
      const kinds = listOf(filter, 'resources', 'kinds');
      return kinds.length === 0 || kinds.some((wanted) => matchesKind(String(wanted), apiVersion, kind));
    }),
  );
}
