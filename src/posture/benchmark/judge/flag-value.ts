// The value of a flag in a process's own arguments, as the programs of Kubernetes and etcd read them: the whole name counts, `_` is `-` (k8s.io/component-base
// WordSepNormalizeFunc), one or two dashes lead (Go's package flag; etcd), the value follows behind `=` or as the next argument.
import type { ProcessObservation } from '../../../kubernetes/evidence/evidence.ts';

/** Comparisons under which several occurrences of a flag add up to one list. */
const LIST_OPERATORS: ReadonlySet<string> = new Set(['has', 'nothave', 'valid_elements']);

/**
 * The flag's value; undefined where it is not given. Of several the last one counts, or all of them where the comparison is one of lists.
 * @param flag with its dashes
 */
export function flagValue({ argv }: ProcessObservation, flag: string, operator = ''): string | undefined {
  const wanted = nameOf(flag);
  const values: string[] = [];
  for (const [index, argument] of argv.entries()) {
    if (index === 0 || !argument.startsWith('-')) continue;
    const equals = argument.indexOf('=');
    if (nameOf(equals === -1 ? argument : argument.slice(0, equals)) !== wanted) continue;
    const following = argv[index + 1];
    if (equals !== -1) values.push(argument.slice(equals + 1));
    else values.push(following === undefined || following.startsWith('-') ? 'true' : following);
  }
  return LIST_OPERATORS.has(operator) && values.length > 0 ? values.join(',') : values.at(-1);
}

/** Whether any flag is given. */
export function hasFlags({ argv }: ProcessObservation): boolean {
  return argv.some((argument, index) => index > 0 && argument.startsWith('-'));
}

function nameOf(flag: string): string {
  return flag.replace(/^--?/, '').replaceAll('_', '-');
}
