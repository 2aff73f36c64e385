// What the evidence of one node says, by path and by command. What nobody looked for is unknown, not absent.
import type {
  CommandObservation,
  FileObservation,
  NodeEvidence,
  Observation,
  ProcessObservation,
} from '../../kubernetes/evidence/evidence.ts';
import { compareText } from '../../platform/order.ts';

/** Something that was looked for. `unknown`: it could not be read, or the collector did not look; the reason says which. */
export type Found<T> =
  | { readonly state: 'there'; readonly value: T }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly reason: string };

/** The facts of one node. What was seen in the mount namespace of a process is left out: it is not the node's own. */
export class NodeFacts {
  readonly node: string;
  /** RFC 3339, UTC. */
  readonly collectedAt: string;
  readonly #contents = new Map<string, string>();
  readonly #files = new Map<string, FileObservation>();
  readonly #absent = new Set<string>();
  readonly #failed = new Map<string, string>();
  /** By program. */
  readonly #programs: ReadonlyMap<string, readonly CommandObservation[]>;
  /** By the first two words. */
  readonly #commands: ReadonlyMap<string, readonly CommandObservation[]>;
  /** By program and last word. */
  readonly #questions: ReadonlyMap<string, CommandObservation>;
  readonly #sortedFiles: readonly FileObservation[];
  /** Programs of the collector's list that run, in a container or not. */
  readonly processes: readonly ProcessObservation[];

  constructor({ node, collectedAt, observations }: NodeEvidence) {
    this.node = node;
    this.collectedAt = collectedAt;
    const commands = observations.filter((one) => one.kind === 'command');
    this.#programs = Map.groupBy(commands, ({ command }) => command[0] ?? '');
    this.#commands = Map.groupBy(commands, ({ command }) => command.slice(0, 2).join(' '));
    this.#questions = new Map(commands.map((one) => [`${one.command[0]} ${one.command.at(-1)}`, one]));
    this.processes = observations.filter((one) => one.kind === 'process');
    for (const observation of observations) this.#add(observation);
    this.#sortedFiles = [...this.#files.values()].sort((a, b) => compareText(a.path, b.path));
  }

  #add(observation: Observation): void {
    switch (observation.kind) {
      case 'content':
        if (observation.pid === undefined) this.#contents.set(observation.path, observation.text);
        return;
      case 'file':
        if (observation.pid === undefined) this.#files.set(observation.path, observation);
        return;
      case 'absent':
        this.#absent.add(observation.path);
        return;
      case 'failed':
        this.#failed.set(observation.what, observation.reason);
        return;
      case 'process':
      case 'command':
        return;
    }
  }

  /** What a file says. */
  content(path: string): Found<string> {
    const text = this.#contents.get(path);
    return text === undefined ? this.#missing(path) : { state: 'there', value: text };
  }

  /** What stands at a path. */
  file(path: string): Found<FileObservation> {
    const file = this.#files.get(path);
    return file === undefined ? this.#missing(path) : { state: 'there', value: file };
  }

  /** What a command that begins with these words, two at least, printed; `absent` when there is no such program. */
  command(...words: readonly string[]): Found<CommandObservation> {
    const text = words.join(' ');
    const [command] = (this.#commands.get(words.slice(0, 2).join(' ')) ?? []).filter((one) =>
      words.every((word, index) => one.command[index] === word),
    );
    if (command !== undefined) return { state: 'there', value: command };
    const reason = this.#failed.get(text);
    if (reason === undefined) return { state: 'unknown', reason: `the evidence does not say what ${text} prints` };
    return reason === 'no such program' ? { state: 'absent' } : { state: 'unknown', reason: `${text}: ${reason}` };
  }

  /** What a program printed that was asked about a thing, the last word of its command. */
  answer(program: string, thing: string): CommandObservation | undefined {
    return this.#questions.get(`${program} ${thing}`);
  }

  /** Why something could not be read, or not all of it; undefined where nothing failed. */
  failure(what: string): string | undefined {
    return this.#failed.get(what);
  }

  /** All commands of that program, in the order in which they ran. */
  commands(program: string): readonly CommandObservation[] {
    return this.#programs.get(program) ?? [];
  }

  /** All files, sorted by path. */
  files(): readonly FileObservation[] {
    return this.#sortedFiles;
  }

  /** Paths of all files whose content is known, sorted. */
  contents(): readonly string[] {
    return [...this.#contents.keys()].sort(compareText);
  }

  #missing(path: string): Found<never> {
    if (this.#absent.has(path)) return { state: 'absent' };
    const failed = this.#failed.get(path);
    if (failed !== undefined) return { state: 'unknown', reason: `${path}: ${failed}` };
    return { state: 'unknown', reason: `the evidence does not have ${path}` };
  }
}
