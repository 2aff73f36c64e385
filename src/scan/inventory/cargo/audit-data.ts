// Decodes the audit data of a Rust program: JSON, packed with zlib, that lists the crates which it was built from.
// Format: github.com/rust-secure-code/cargo-auditable, PARSING.md and cargo-auditable.schema.json.
import { inflateSync } from 'node:zlib';
import { LimitError, messageOf, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { problemLog } from '../problem-log.ts';
import { isName, isToken, quoted } from '../token.ts';

/** A crate in a program. */
export interface Crate {
  readonly name: string;
  readonly version: string;
}

/** The fact that a program becomes. */
export interface RustProgram {
  /** The program's own crate, and the crates that run in it. */
  readonly crates: readonly Crate[];
  /** Why the crates cannot be told. */
  readonly undecidable?: string;
}

/**
 * The crates of an audit data section, without those that only ran in the build (build scripts, procedural macros).
 * @throws ParseError when it is not packed JSON with a list of packages; LimitError when it unpacks to more than `LIMITS.metadataBytes`.
 */
export function parseAuditData(section: Uint8Array): {
  readonly data: RustProgram;
  readonly problems: readonly string[];
} {
  const problems = problemLog();
  const crates: Crate[] = [];
  for (const entry of packagesIn(unpack(section))) {
    const { name, version, kind } = isFields(entry) ? entry : {};
    if (typeof name !== 'string' || !isName(name) || typeof version !== 'string' || !isToken(version)) {
      problems.add(() => `a package without usable name and version: ${quoted(JSON.stringify(entry) ?? '')}`);
    } else if (kind !== 'build') {
      crates.push({ name, version });
    }
  }
  return { data: { crates }, problems: problems.list() };
}

function unpack(section: Uint8Array): string {
  try {
    return inflateSync(section, { maxOutputLength: LIMITS.metadataBytes }).toString('utf8');
  } catch (error) {
    if (error instanceof RangeError) throw new LimitError(`audit data of more than ${LIMITS.metadataBytes} bytes`);
    throw new ParseError(`audit data that cannot be unpacked: ${messageOf(error)}`, { cause: error });
  }
}

function packagesIn(text: string): readonly unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new ParseError('audit data that is not JSON', { cause });
  }
  const packages = isFields(parsed) ? parsed['packages'] : undefined;
  if (!Array.isArray(packages)) throw new ParseError('audit data without a list of packages');
  return packages;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
