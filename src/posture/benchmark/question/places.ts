// The variables of audit commands on one node: `$kubeletbin` is the program that runs of a component's candidates, `$kubeletconf` the first of its files
// that is there. As kube-bench resolves them: fallbacks where nothing was found, at last the component's own name.
import type { ProcessObservation } from '../../../kubernetes/evidence/evidence.ts';
import { type ComponentPlaces, PLACE_KINDS, type PlaceKind } from '../definition/definition.ts';
import { type NodeFacts, namesOf } from './node-facts.ts';
import type { Word } from './question.ts';

/** What a word of a command stands for on a node. */
export interface Resolved {
  /** What kube-bench would put in its place. */
  readonly text: string;
  /** The component that the variable names. */
  readonly component?: ComponentPlaces;
  readonly kind?: PlaceKind | 'bin';
}

/** Longest name of a process that the kernel keeps (TASK_COMM_LEN without its end). */
const COMM_LENGTH = 15;

/** The value of a word; undefined for a variable that no component has. */
export function resolve(word: Word, components: readonly ComponentPlaces[], facts: NodeFacts): Resolved | undefined {
  if (!word.startsWith('$')) return { text: word };
  for (const component of components) {
    const rest = word.startsWith(`$${component.name}`) ? word.slice(component.name.length + 1) : '';
    if (rest === 'bin') {
      return { text: runningProgram(component, facts) ?? component.name, component, kind: 'bin' };
    }
    const kind = PLACE_KINDS.find((one) => one === rest);
    if (kind === undefined) continue;
    const { candidates, fallback } = component.files[kind];
    const found = candidates.find((path) => facts.at(path).kind === 'file');
    return { text: found ?? fallback ?? component.name, component, kind };
  }
  return undefined;
}

/** Which of a component's candidates runs, the first of them. */
export function runningProgram({ programs }: ComponentPlaces, { processes }: NodeFacts): string | undefined {
  return programs.find((program) => processes.some((process) => runs(process, program)));
}

/** The processes of a component. */
export function processesOf({ programs }: ComponentPlaces, { processes }: NodeFacts): readonly ProcessObservation[] {
  return processes.filter((process) => programs.some((program) => runs(process, program)));
}

/**
 * Whether a process is the program. A candidate of several words (`hyperkube kubelet`) wants its first word as the name of the process and the others as
 * the arguments that follow.
 */
export function runs(process: ProcessObservation, program: string): boolean {
  const [name = '', ...rest] = program.split(/\s+/).filter((part) => part !== '');
  if (!namesOf(process).includes(name)) return false;
  return rest.every((part, index) => process.argv[index + 1] === part);
}

/** Whether `ps -C NAME` would show the process. */
export function isNamed(process: ProcessObservation, name: string): boolean {
  const kept = name.slice(0, COMM_LENGTH);
  return namesOf(process).some((one) => one.slice(0, COMM_LENGTH) === kept);
}
