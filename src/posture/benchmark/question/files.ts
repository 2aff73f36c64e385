// The files that a question is about, found in the evidence of one node: each as it was seen, or as a path at which there is none. Where the evidence does
// not tell, NoAnswer says why.
import type { AbsentObservation, FileObservation, ProcessObservation } from '../../../kubernetes/evidence/evidence.ts';
import { fits } from '../../../statements/pattern.ts';
import type { ComponentPlaces } from '../definition/definition.ts';
import type { NodeFacts } from './node-facts.ts';
import { resolve } from './places.ts';
import type { Question, Word } from './question.ts';

/** Folder of addresses that the host-local plug-in gave out. */
const NETWORKS_FOLDER = '/var/lib/cni/networks';

/** What a question is asked of. */
export interface Asked {
  readonly facts: NodeFacts;
  /** Those of the section that the check is in. */
  readonly components: readonly ComponentPlaces[];
}

/** A file, or a path at which there is none. */
export type FoundFile = FileObservation | AbsentObservation;

/** Questions about modes and owners. */
export type FileQuestion = Extract<Question, { readonly format: string }>;

/** The evidence does not answer, or the question has a variable that no component has. */
export class NoAnswer extends Error {
  readonly kind: 'no-evidence' | 'unsupported';

  constructor(kind: 'no-evidence' | 'unsupported', reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/** The files of a question, in the order in which its command would come upon them; of a tree sorted. @throws NoAnswer */
export function filesOf(question: FileQuestion, asked: Asked): readonly FoundFile[] {
  switch (question.kind) {
    case 'stat':
      return question.files.map((file) => fileAt(textOf(file, asked), asked));
    case 'tree':
      return treeOf(textOf(question.root, asked), question.name, asked);
    case 'network-files':
      return networkFiles(question.program, asked);
    case 'data-directory':
      return dataDirectories(question.program, question.fallback, asked);
    case 'client-authority': {
      const lines = matching('kubelet', asked).filter((line) => !line.includes('apiserver'));
      const stated = valuesBehind(lines, '--client-ca-file', ['=']);
      return [fileAt(stated[0] ?? textOf(question.fallback, asked), asked)];
    }
  }
}

/** What a word stands for. @throws NoAnswer */
export function textOf(word: Word, { components, facts }: Asked): string {
  const resolved = resolve(word, components, facts);
  if (resolved === undefined) {
    throw new NoAnswer('unsupported', `no component of the benchmark has the variable ${word}`);
  }
  return resolved.text;
}

/** The file at a path, or that there is none. @throws NoAnswer where nobody looked, or could not read */
export function fileAt(path: string, { facts }: Asked): FoundFile {
  const fact = facts.at(path);
  if (fact.kind === 'file' || fact.kind === 'absent') return fact;
  if (fact.kind === 'failed') throw new NoAnswer('no-evidence', `${path} could not be read: ${fact.reason}`);
  // A component's own name stands where the benchmark knows no place: no collector looks for that.
  if (!path.startsWith('/')) return { kind: 'absent', path };
  throw new NoAnswer('no-evidence', `nobody looked for ${path}`);
}

/** Everything below a folder, itself among it. @throws NoAnswer when a part of it could not be read */
export function wholeTree(root: string, { facts }: Asked): readonly FileObservation[] {
  const failed = facts.failedBelow(root);
  if (failed !== undefined) throw new NoAnswer('no-evidence', `${failed.what} could not be read: ${failed.reason}`);
  return facts.below(root);
}

/** A line of `ps -ef`. The columns C, STIME, TTY and TIME have fixed values: no evidence has them and no check asks for them. */
export function psLine({ user, pid, ppid, argv }: ProcessObservation): string {
  const numbers = `${String(pid).padStart(7)} ${String(ppid).padStart(7)}`;
  return `${user.padEnd(8)} ${numbers}  0 00:00 ?        00:00:00 ${argv.join(' ')}`;
}

/** Lines of `ps -ef` that grep lets pass: a dot stands for any character, and names of programs hold nothing else that means something to it. */
export function matching(pattern: string, { facts }: Asked): readonly string[] {
  const expression = new RegExp(pattern.replace(/[\\^$*+?()[\]{}|]/g, '\\$&'));
  return facts.processes.map(psLine).filter((line) => expression.test(line));
}

/**
 * The value behind a flag in each line: up to the next space, behind `=` or a space. Where a line has the flag several times the last one counts, as sed's
 * greedy `.*` leaves it.
 */
export function valuesBehind(
  lines: readonly string[],
  flag: string,
  marks: readonly string[] = ['=', ' '],
): readonly string[] {
  return lines.flatMap((line) => valueBehind(line, flag, marks) || []);
}

function valueBehind(line: string, flag: string, marks: readonly string[]): string {
  for (let at = line.lastIndexOf(flag); at !== -1; at = at === 0 ? -1 : line.lastIndexOf(flag, at - 1)) {
    const from = at + flag.length;
    if (marks.includes(line[from] ?? '')) return line.slice(from + 1).split(' ', 1)[0] ?? '';
  }
  return '';
}

function treeOf(root: string, name: string | undefined, asked: Asked): readonly FoundFile[] {
  const top = fileAt(root, asked);
  if (top.kind === 'absent') return [top];
  return wholeTree(root, asked).filter(
    ({ path }) => name === undefined || fits(name, path.slice(path.lastIndexOf('/') + 1)),
  );
}

function networkFiles(program: Word, asked: Asked): readonly FoundFile[] {
  const folders = valuesBehind(matching(textOf(program, asked), asked), 'cni-conf-dir');
  const configured = folders.flatMap((folder) => {
    const top = fileAt(folder, asked);
    return top.kind === 'absent' ? [] : wholeTree(folder, asked).filter(({ path }) => path !== top.path);
  });
  const networks = fileAt(NETWORKS_FOLDER, asked).kind === 'absent' ? [] : wholeTree(NETWORKS_FOLDER, asked);
  return [...configured, ...networks.filter(({ type }) => type === 'file')];
}

function dataDirectories(program: Word, fallback: Word | undefined, asked: Asked): readonly FoundFile[] {
  const stated = valuesBehind(matching(textOf(program, asked), asked), 'data-dir');
  const found = stated.map((path) => fileAt(path, asked));
  if (fallback === undefined) return found;
  const last = found.findLast((file) => file.kind === 'file' && file.type === 'directory');
  return [last ?? fileAt(textOf(fallback, asked), asked)];
}
