// The statements of a command: files and folders that the user names, YAML of the site or a vendor and VEX documents of others. Nothing is skipped:
// a file that cannot be understood is an error, since a decision that silently does not apply, or a finding that silently counts, misleads.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LimitError, messageOf, ParseError, PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import { compareText } from '../platform/order.ts';
import type { Statement } from './statement.ts';
import { readVex } from './vex/read.ts';
import { readStatements } from './yaml.ts';

/** What the configuration says of statements. */
export interface StatementPolicy {
  /** How long a statement may apply, in days. */
  readonly maximumDays: number;
  /** Issuers whose statements apply. */
  readonly trusted: readonly string[];
}

/** A file that was found. */
interface StatementFile {
  readonly path: string;
  /** Relative to the folder that was named, so that the result does not depend on where that lies. */
  readonly name: string;
}

const YAML = /\.ya?ml$/i;
const JSON_FILE = /\.json$/i;
/** A list of vulnerabilities to watch may lie beside the statements. */
const WATCH_LIST = /(?:^|\/)watch(?:-list)?\.ya?ml$/i;
/** Nesting of folders. */
const DEPTH = 20;

/**
 * Reads files and folders, each folder with those below it (`.yaml`, `.yml`, `.json`; not what begins with a dot, nor `watch.yaml`).
 * @param paths from the working directory or absolute
 * @throws PlimsollError `input-missing`, `input-unreadable`; ParseError with file, line and column; LimitError
 */
export function readStatementPaths(paths: readonly string[], policy: StatementPolicy): readonly Statement[] {
  const files = paths.flatMap((path) => filesOf(path));
  const statements: Statement[] = [];
  const trusts = (issuer: string): boolean => policy.trusted.includes(issuer);
  for (const { path, name } of files) {
    const text = readText(path);
    const read = JSON_FILE.test(path)
      ? readVex(text, { file: name, trusts })
      : readStatements(text, { file: name, maximumDays: policy.maximumDays, trusts });
    for (const statement of read) statements.push(statement);
    if (statements.length > LIMITS.statements) throw new LimitError(`more than ${LIMITS.statements} statements`);
  }
  refuseRepeatedIds(statements);
  return statements;
}

function filesOf(path: string): readonly StatementFile[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw new PlimsollError('input-missing', `${path}: no such file or folder with statements: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return isFolder ? filesBelow(path, '', 0) : [{ path, name: basename(path) }];
}

function filesBelow(folder: string, prefix: string, depth: number): readonly StatementFile[] {
  if (depth > DEPTH) throw new LimitError(`${folder}: folders nested more than ${DEPTH} levels`);
  const entries = entriesOf(folder).sort((a, b) => compareText(a.name, b.name));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return filesBelow(path, `${name}/`, depth + 1);
    if (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new PlimsollError('input-unreadable', `${path} is a link to a folder: name that folder itself`);
    }
    const isOne = (YAML.test(name) || JSON_FILE.test(name)) && !WATCH_LIST.test(name);
    return isOne ? [{ path, name }] : [];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${folder} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function readText(path: string): string {
  try {
    const status = statSync(path);
    if (!status.isFile()) throw new TypeError('it is not a file');
    if (status.size > LIMITS.vexBytes) throw new LimitError(`more than ${LIMITS.vexBytes} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlimsollError('input-unreadable', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Statements are named by their ids in outputs; VEX documents get theirs from their content, so the same document twice is no harm. */
function refuseRepeatedIds(statements: readonly Statement[]): void {
  const first = new Map<string, Statement>();
  for (const statement of statements) {
    const { id, origin } = statement;
    if (origin.kind === 'imported') continue;
    const other = first.get(id);
    if (other === undefined) first.set(id, statement);
    else
      throw new ParseError(
        `${origin.file}:${origin.line ?? 1}:1: the id ${id} is in ${other.origin.file}:${other.origin.line ?? 1}, too`,
      );
  }
}
