// Questions answered from evidence with the text that the command would have printed on that node, its errors among it (kube-bench reads both streams as
// one), and its exit status.
import type { FileObservation } from '../../../kubernetes/evidence/evidence.ts';
import {
  type Asked,
  type FileQuestion,
  type FoundFile,
  fileAt,
  filesOf,
  matching,
  NoAnswer,
  psLine,
  textOf,
  valuesBehind,
} from './files.ts';
import { isNamed } from './places.ts';
import type { Question, StatFormat, Word } from './question.ts';

/** What a command printed. */
export interface Output {
  readonly text: string;
  /** Exit status of the whole. */
  readonly exit: number;
}

/** The answer, or why there is none: the evidence does not tell, or the question is not supported. */
export type Answer =
  | ({ readonly kind: 'output' } & Output)
  | { readonly kind: 'no-evidence' | 'unsupported'; readonly reason: string };

const PS_HEAD = 'UID          PID    PPID  C STIME TTY          TIME CMD';
/** What xargs says when a command that it ran failed (xargs(1), EXIT STATUS). */
const XARGS_FAILED = 123;

/** Answers a question about one node. */
export function answer(question: Question, asked: Asked): Answer {
  try {
    return { kind: 'output', ...outputOf(question, asked) };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { kind: error.kind, reason: error.message };
  }
}

/** What stands in a file. @throws NoAnswer where it was not collected */
export function contentAt(path: string, asked: Asked): string | undefined {
  const found = asked.facts.contentOf(path);
  if (found !== undefined) return found.text;
  if (fileAt(path, asked).kind === 'absent') return undefined;
  throw new NoAnswer('no-evidence', `what stands in ${path} was not collected`);
}

/** What stat prints of a file, with its line end. */
export function statLine({ mode, owner, group, path }: FileObservation, format: StatFormat): string {
  const values: Readonly<Record<string, string>> = { '%a': mode, '%U': owner, '%G': group, '%n': path };
  return `${format.replace(/%[aUGn]/g, (directive) => values[directive] ?? directive)}\n`;
}

function outputOf(question: Question, asked: Asked): Output {
  switch (question.kind) {
    case 'processes':
      return question.by === 'name' ? named(question.program, asked) : grepped(question.program, asked);
    case 'content': {
      const path = textOf(question.file, asked);
      const text = contentAt(path, asked);
      return text === undefined ? { text: `cat: ${path}: No such file or directory\n`, exit: 1 } : { text, exit: 0 };
    }
    case 'first-provider':
      return firstProvider(question.program, asked);
    default:
      return listed(question, filesOf(question, asked));
  }
}

function listed(question: FileQuestion, files: readonly FoundFile[]): Output {
  const lines = files.map((file) =>
    file.kind === 'file' ? statLine(file, question.format) : missingText(question, file.path),
  );
  const exit = exitOf(question, files);
  return { text: `${lines.join('')}${exit === XARGS_FAILED ? 'stat: missing operand\n' : ''}`, exit };
}

function exitOf(question: FileQuestion, files: readonly FoundFile[]): number {
  const { kind } = question;
  if (kind === 'network-files' || kind === 'client-authority') return 0;
  const isMissing = files.at(-1)?.kind === 'absent';
  if (isMissing && !isError(question)) return 0;
  if (files.length === 0 || (isMissing && kind === 'tree')) return XARGS_FAILED;
  return isMissing ? 1 : 0;
}

/** Whether a file that is not there makes the command fail. */
function isError(question: FileQuestion): boolean {
  if (question.kind === 'stat') return question.missing === 'error';
  return question.kind === 'data-directory' || (question.kind === 'tree' && !question.guarded);
}

function missingText(question: FileQuestion, path: string): string {
  if (question.kind === 'stat' && typeof question.missing === 'object') return `${question.missing.says}\n`;
  if (!isError(question)) return '';
  const program = question.kind === 'tree' ? 'find' : 'stat';
  return program === 'find'
    ? `find: '${path}': No such file or directory\n`
    : `stat: cannot statx '${path}': No such file or directory\n`;
}

function grepped(program: Word, asked: Asked): Output {
  const lines = matching(textOf(program, asked), asked).filter((line) => !line.includes('grep'));
  return { text: lines.map((line) => `${line}\n`).join(''), exit: lines.length > 0 ? 0 : 1 };
}

function named(program: Word, asked: Asked): Output {
  const names = textOf(program, asked).split(/[\s,]+/);
  const found = asked.facts.processes.filter((process) => names.some((name) => isNamed(process, name)));
  const lines = [PS_HEAD, ...found.map(psLine)];
  return { text: lines.map((line) => `${line}\n`).join(''), exit: found.length > 0 ? 0 : 1 };
}

function firstProvider(program: Word, asked: Asked): Output {
  const [path] = valuesBehind(matching(textOf(program, asked), asked), 'encryption-provider-config');
  const text = path === undefined ? undefined : contentAt(path, asked);
  const lines = (text ?? '').replace(/\n$/, '').split('\n');
  const last = lines.findLastIndex((line) => line.includes('providers:'));
  // `grep -A1` and `tail -n1`: the line behind the last such line, or that line itself at the end of the file.
  const line = last === -1 ? '' : (lines[last + 1] ?? lines[last] ?? '');
  return { text: (line.match(/[A-Za-z]+/g) ?? []).map((word) => `provider=${word}\n`).join(''), exit: 0 };
}
