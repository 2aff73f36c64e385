// Label selectors: reads `matchLabels` and `matchExpressions`, says which labels they fit (Kubernetes API, meta/v1 LabelSelector).
import { readScalar } from '../../scan/release/manifests/scalar.ts';
import { entriesAt, itemsAt, textAt, type YamlNode } from '../../scan/release/yaml.ts';

/** Labels of an object. */
export type Labels = ReadonlyMap<string, string>;

/** One thing that is asked of labels. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: ReadonlySet<string>;
}

/** All must hold; none asks for nothing and fits every object. */
export type Selector = readonly Requirement[];

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** The labels of a mapping; values that are not text are what was written, null is the empty text (encoding/json of Go). */
export function labelsAt(node: YamlNode | undefined, ...path: readonly string[]): Labels {
  return new Map(
    entriesAt(node, ...path).flatMap(({ key, value }) =>
      value.kind === 'scalar' ? [[key, value.isNull ? '' : value.text] as const] : [],
    ),
  );
}

/** Reads a selector; a text says what an API server would refuse. */
export function parseSelector(node: YamlNode): Selector | string {
  if (node.kind === 'scalar' && node.isNull) return [];
  if (node.kind !== 'map') return 'a selector is no mapping';
  const unknown = node.entries.find(({ key }) => key !== 'matchLabels' && key !== 'matchExpressions');
  if (unknown !== undefined) return `a selector has the unknown field ${unknown.key}`;
  const selector: Requirement[] = [];
  const labels = entriesAt(node, 'matchLabels').map(({ value }) => value);
  if (![...labels, ...itemsAt(node, 'matchExpressions').flatMap((one) => itemsAt(one, 'values'))].every(isText)) {
    return 'a selector asks for a label that is no text; quote it';
  }
  for (const [key, value] of labelsAt(node, 'matchLabels')) {
    selector.push({ key, operator: 'In', values: new Set([value]) });
  }
  for (const expression of itemsAt(node, 'matchExpressions')) {
    const key = textAt(expression, 'key');
    const written = textAt(expression, 'operator');
    const operator = OPERATORS.find((one) => one === written);
    const values = new Set(itemsAt(expression, 'values').flatMap((item) => (item.kind === 'scalar' ? item.text : [])));
    if (key === undefined) return 'a requirement of a selector names no key';
    if (operator === undefined) return `a selector has the operator ${written ?? '(none)'}`;
    const wantsValues = operator === 'In' || operator === 'NotIn';
    if (wantsValues !== values.size > 0) return `the operator ${operator} ${wantsValues ? 'needs' : 'takes no'} values`;
    selector.push({ key, operator, values });
  }
  return selector;
}

function isText(node: YamlNode): boolean {
  return node.kind === 'scalar' && (node.isNull || typeof readScalar(node).value === 'string');
}

/** Whether the labels have all that is asked. NotIn and DoesNotExist also fit objects without the key. */
export function fits(selector: Selector, labels: Labels): boolean {
  for (const { key, operator, values } of selector) {
    const value = labels.get(key);
    const held = value !== undefined && (operator === 'Exists' || operator === 'DoesNotExist' || values.has(value));
    if (held !== (operator === 'In' || operator === 'Exists')) return false;
  }
  return true;
}
