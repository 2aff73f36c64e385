// Label selectors with wildcards in keys and values, as Kyverno takes them. Kubernetes API reference v1.33: LabelSelector.
import { type Json, listOf, membersOf, textOf } from '../../../../platform/json.ts';
import { UnsupportedError } from '../failure.ts';
import { matchesWildcard } from '../pattern/wildcard.ts';

/** Labels of an object, as pairs. */
export type Labels = readonly (readonly [string, Json])[];

/** Whether labels satisfy a selector. */
export function matchesSelector(selector: Json, labels: Labels): boolean {
  const find = (key: string) =>
    labels.find(([name]) => name === key) ?? labels.find(([name]) => matchesWildcard(key, name));
  const equal = membersOf(selector, 'matchLabels').every(([key, value]) =>
    labels.some(([name, label]) => matchesWildcard(key, name) && matchesWildcard(String(value), String(label))),
  );
  return equal && listOf(selector, 'matchExpressions').every((requirement) => satisfies(requirement, find));
}

function satisfies(requirement: Json, find: (key: string) => readonly [string, Json] | undefined): boolean {
  const label = find(textOf(requirement, 'key') ?? '');
  const isOne = () =>
    listOf(requirement, 'values').some((value) => matchesWildcard(String(value), String(label?.[1] ?? '')));
  switch (textOf(requirement, 'operator')) {
    case 'In':
      return label !== undefined && isOne();
    case 'NotIn':
      return label === undefined || !isOne();
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    default:
      throw new UnsupportedError('a selector has an operator that is not supported');
  }
}
