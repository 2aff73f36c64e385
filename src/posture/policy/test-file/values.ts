// Values that a test of Kyverno gives in the place of a cluster: the members `variables` (a file) and `values` of kyverno-test.yaml (cli.kyverno.io/v1alpha1
// Values). Source: kyverno.io/docs/kyverno-cli/usage/test, "Variables".
import {
  isMap,
  type Json,
  type JsonMap,
  listOf,
  memberOf,
  membersOf,
  textOf,
  valueAt,
  withValueAt,
} from '../../../platform/json.ts';
import { UnsupportedError } from '../kyverno/failure.ts';

/** What a test gives. */
export interface TestValues {
  /** For a rule of a policy on a resource: what is given for all, then for the rule, then for the resource, by name. */
  readonly of: (policy: string, rule: string, resource: string) => JsonMap;
  /** Labels of namespaces. */
  readonly namespaces: ReadonlyMap<string, readonly (readonly [string, Json])[]>;
}

const MEMBERS = ['apiVersion', 'kind', 'metadata', 'globalValues', 'namespaceSelector', 'policies'];

/**
 * Reads values.
 * @throws UnsupportedError for what is not known, or would replace parts of the judged object
 */
export function readTestValues(values: Json): TestValues {
  refuseOthers(values, MEMBERS, 'values');
  const policies = listOf(values, 'policies');
  for (const policy of policies) {
    refuseOthers(policy, ['name', 'rules', 'resources'], 'values of a policy');
    for (const rule of listOf(policy, 'rules')) refuseOthers(rule, ['name', 'values'], 'values of a rule');
    for (const one of listOf(policy, 'resources')) refuseOthers(one, ['name', 'values'], 'values of a resource');
  }
  return {
    of: (policyName, ruleName, resourceName) => {
      const named = (list: readonly Json[], name: string) => list.filter((one) => textOf(one, 'name') === name);
      const own = named(policies, policyName);
      const rules = own.flatMap((policy) => named(listOf(policy, 'rules'), ruleName));
      const resources = own.flatMap((policy) => named(listOf(policy, 'resources'), resourceName));
      const sources = [
        memberOf(values, 'globalValues'),
        ...[...rules, ...resources].map((one) => valueAt(one, 'values')),
      ];
      return sources.flatMap((source) => membersOf(source)).reduce<JsonMap>(withGiven, {});
    },
    namespaces: new Map(
      listOf(values, 'namespaceSelector').map((one) => [textOf(one, 'name') ?? '', membersOf(one, 'labels')] as const),
    ),
  };
}

/** `request.operation: UPDATE` is a value behind a path. */
function withGiven(given: JsonMap, [key, value]: readonly [string, Json]): JsonMap {
  if (/^request\.(?:object|oldObject)(?:\.|$)/.test(key)) {
    throw new UnsupportedError(`values for ${key}, a part of the judged object, are not supported`);
  }
  const whole = withValueAt(given, key.split('.'), value);
  return isMap(whole) ? whole : given;
}

function refuseOthers(value: Json, known: readonly string[], where: string): void {
  const other = membersOf(value).find(([key]) => !known.includes(key));
  if (other !== undefined) throw new UnsupportedError(`${other[0]} in ${where} is not supported`);
}
