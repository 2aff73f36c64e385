// Reads dpkg's database of packages (var/lib/dpkg/status, and the single entries of status.d in distroless images): deb822 stanzas.
// Format: deb822(5) and dpkg(1) "Package states". Scanned as bytes: most of a status file is descriptions and relations that nobody asks for.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { type ProblemLog, problemLog } from '../problem-log.ts';
import { isName, isToken, quoted, TOKEN_LENGTH } from '../token.ts';

/** One package whose files are, or may be, in the image. */
export interface DpkgEntry {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** The `Source` field; absent when source and binary package share name and version. */
  readonly source?: { readonly name: string; readonly version: string };
  /** Whether dpkg was interrupted while it unpacked or removed the package: its files may be there or not. */
  readonly halfInstalled?: true;
}

/** The fact that a status file becomes. */
export interface DpkgStatus {
  readonly entries: readonly DpkgEntry[];
}

/** The states in which a package's files are unpacked (dpkg(1)). Configuration does not matter: the programs are there. */
const UNPACKED = new Set(['installed', 'unpacked', 'half-configured', 'triggers-awaited', 'triggers-pending']);
const ABSENT = new Set(['not-installed', 'config-files']);

const NEWLINE = 10;
const RETURN = 13;
const COLON = 58;
const SPACE = 32;
const TAB = 9;

type Field = 'package' | 'status' | 'version' | 'architecture' | 'source';
type Draft = Partial<Record<Field, string>>;

/** The fields that are read, by the lower-case code of their first letter. */
const FIELDS: ReadonlyMap<number, readonly Field[]> = new Map([
  [0x61, ['architecture']],
  [0x70, ['package']],
  [0x73, ['status', 'source']],
  [0x76, ['version']],
]);

/**
 * The packages of a status file.
 * @param single a status.d entry: without a `Status` field, being there means being installed.
 * @throws ParseError when a file with content has no stanza of a package; LimitError above `LIMITS.packages`.
 */
export function parseStatus(body: Uint8Array, single: boolean): { data: DpkgStatus; problems: readonly string[] } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const problems = problemLog();
  const entries: DpkgEntry[] = [];
  let named = 0;
  let stanzas = 0;
  let line = 0;
  let draft: Draft | undefined;
  const close = (): void => {
    if (draft === undefined) return;
    stanzas += 1;
    if (draft.package !== undefined) named += 1;
    finish(draft, single, entries, problems);
    draft = undefined;
  };
  for (let start = 0; start < bytes.length; ) {
    line += 1;
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    const first = bytes[start];
    if (end === start || (end === start + 1 && first === RETURN)) close();
    else if (first !== SPACE && first !== TAB) {
      draft ??= {};
      const at = line;
      if (!takeLine(draft, bytes, start, end, problems)) {
        problems.add(() => `line ${at} is neither a field nor the continuation of one`);
      }
    }
    start = end + 1;
  }
  close();
  if (named === 0 && stanzas > 0) {
    throw new ParseError('not a dpkg status file: no package in it');
  }
  return { data: { entries }, problems: problems.list() };
}

/** False when the line has no field name. */
function takeLine(draft: Draft, bytes: Buffer, start: number, end: number, problems: ProblemLog): boolean {
  for (const field of FIELDS.get((bytes[start] ?? 0) | 0x20) ?? []) {
    const colon = start + field.length;
    if (bytes[colon] !== COLON || bytes.toString('latin1', start, colon).toLowerCase() !== field) continue;
    // `Source` may hold two tokens; more than that fails the test of tokens.
    const value = bytes.toString('utf8', colon + 1, Math.min(end, colon + 5 + 2 * TOKEN_LENGTH)).trim();
    if (draft[field] === undefined) draft[field] = value;
    else problems.add(() => `the package ${quoted(draft.package ?? '')} has the field ${field} twice`);
    return true;
  }
  // Not `indexOf`, which would search the rest of the file for every line without a colon.
  let colon = start;
  while (colon < end && bytes[colon] !== COLON) colon += 1;
  return colon > start && colon < end;
}

function finish(draft: Draft, single: boolean, entries: DpkgEntry[], problems: ProblemLog): void {
  const { package: name, version, architecture, source } = draft;
  if (name === undefined || !isName(name)) {
    problems.add(() => `an entry has no usable name (Package: ${quoted(name ?? '')})`);
    return;
  }
  const state = single && draft.status === undefined ? 'installed' : stateOf(draft.status);
  if (ABSENT.has(state)) return;
  if (!UNPACKED.has(state) && state !== 'half-installed') {
    problems.add(() => `the package ${quoted(name)} has no known state (Status: ${quoted(draft.status ?? '')})`);
    return;
  }
  if (version === undefined || !isToken(version)) {
    problems.add(() => `the package ${quoted(name)} has no usable version (Version: ${quoted(version ?? '')})`);
    return;
  }
  if (entries.length >= LIMITS.packages) throw new LimitError(`more than ${LIMITS.packages} packages in one database`);
  const from = source === undefined ? undefined : sourceOf(source, version);
  if (source !== undefined && from === undefined) {
    problems.add(() => `the package ${quoted(name)} has no usable source (Source: ${quoted(source)})`);
  }
  entries.push({
    name,
    version,
    ...(architecture !== undefined && isToken(architecture) ? { architecture } : {}),
    ...(from === undefined ? {} : { source: from }),
    ...(state === 'half-installed' ? { halfInstalled: true } : {}),
  });
}

/** Third word of `Status: WANT FLAG STATE`; what is wanted does not change what is there. */
function stateOf(status: string | undefined): string {
  return status?.split(/\s+/)[2] ?? '';
}

/** `NAME` or `NAME (VERSION)`. */
function sourceOf(field: string, version: string): DpkgEntry['source'] {
  const match = /^(\S+)(?:\s+\((\S+)\))?$/.exec(field);
  const [, name = '', own = version] = match ?? [];
  return isName(name) && isToken(own) ? { name, version: own } : undefined;
}
