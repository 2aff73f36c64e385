// Whether a server that does not come back may have its previous configuration again. It may only when that reads everything that was written since: what
// the plan found needed, and what the new configuration writes with.
import { idText, sameList, type TransformerId } from '../plan/transformer-id.ts';

/** What decides. */
export interface WayBack {
  /** The previous list; absent when there was none that a server could start with. */
  readonly from?: readonly TransformerId[];
  /** The new list. */
  readonly to: readonly TransformerId[];
  readonly needed: readonly TransformerId[];
  /** What is no longer as the plan found it, in words: other servers may write with anything since. */
  readonly changes: readonly string[];
}

/** Why not, in words; undefined when it may. */
export function noWayBack({ from, to, needed, changes }: WayBack): string | undefined {
  if (from === undefined) return 'its previous configuration was one that no server could start with';
  if (sameList(from, to)) return 'its previous configuration has the same list';
  const [writer] = to;
  const missing = [...needed, ...(writer === undefined ? [] : [writer])].filter((id) => !from.includes(id));
  const [first] = missing;
  if (first !== undefined) return `its previous configuration cannot read ${idText(first)}`;
  const [change] = changes;
  return change === undefined ? undefined : `the other servers are not as the plan found them: ${change}`;
}
