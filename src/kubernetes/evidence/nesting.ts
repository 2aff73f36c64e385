// A bound on how deep values from outside are nested, looked for without recursion: everything behind it may then recurse.
import { LimitError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';

/**
 * Refuses a value that is nested deeper than Kubernetes' objects ever are.
 * @param what it is, for the message
 * @throws LimitError
 */
export function refuseNesting(value: unknown, what: string): void {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LIMITS.yamlDepth) throw new LimitError(`${what}: nested more than ${LIMITS.yamlDepth} levels`);
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
}
