// What a check asks, in words of ours: `--anonymous-auth is "false"`.
import type { CheckTests, TestItem } from '../definition/definition.ts';
import { comparisonText } from '../tests/compare.ts';

/** The conditions of a check in one sentence. */
export function wantedText({ items, operation }: CheckTests): string {
  const texts = [...new Set(items.map(itemText))];
  return texts.join(operation === 'or' ? ' or ' : ' and ');
}

function itemText({ flag, path, env, set, compare }: TestItem): string {
  const name = flag || path || env;
  if (!set) return `${name} is not set`;
  if (compare !== undefined) return `${name} ${comparisonText(compare.op, compare.value)}`;
  return name.startsWith('-') ? `${name} is set` : `there is ${name}`;
}
