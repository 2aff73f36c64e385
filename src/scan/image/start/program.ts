// What a file is that a container starts: a script with its interpreter and what it calls, or a program. From its first bytes (execve(2)).
import { type ScriptCall, scriptCalls } from './script.ts';

/** A file that is started. */
export interface StartedFile {
  readonly kind: 'script' | 'program' | 'other';
  /** Of a script: the interpreter and its option, as its first line names them. */
  readonly interpreter?: readonly string[];
  /** Of a shell script: the programs that it starts. */
  readonly calls?: readonly ScriptCall[];
}

const ELF = '\u007fELF';
const SHELL = /(?:^|\/)(?:a|ba|da|k|mk|z)?sh$/;

/** Tells what a file is. One without a first line for the kernel is run by the shell that met it, if one did (XCU 2.9.1.1). */
export function readStarted(body: Uint8Array): StartedFile {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.toString('latin1', 0, 4) === ELF) return { kind: 'program' };
  if (bytes.toString('latin1', 0, 2) !== '#!') return { kind: 'other' };
  const text = bytes.toString('utf8');
  const line = text.slice(2, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n')).trim();
  const interpreter = line.split(/\s+/).filter((word) => word !== '');
  return { kind: 'script', interpreter, ...(isShellLine(interpreter) ? { calls: scriptCalls(text) } : {}) };
}

function isShellLine([program = '', ...options]: readonly string[]): boolean {
  if (!/(?:^|\/)env$/.test(program)) return SHELL.test(program);
  return SHELL.test(options.find((word) => !word.startsWith('-') && !word.includes('=')) ?? '');
}
