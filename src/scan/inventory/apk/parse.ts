// Reads apk's database of installed packages (lib/apk/db/installed): entries of `K:value` lines, separated by empty lines.
// Format: apk-tools, package.c (fields) and database.c (F: and R: name the directories and files of an entry). Scanned as bytes, for most lines are
// file lists and checksums that nobody asks for.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isOwnable, isProgramFolder } from '../owner-rule.ts';
import { type ProblemLog, problemLog } from '../problem-log.ts';
import { isName, isToken, quoted, TOKEN_LENGTH } from '../token.ts';

/** One installed package. */
export interface ApkEntry {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** Name of the source package; absent in entries that a tool other than abuild made. */
  readonly origin?: string;
  /** Files among `OWNABLE_NAMES` that it owns, as image paths. */
  readonly owns?: readonly string[];
}

/** The fact that a database becomes. */
export interface ApkDatabase {
  readonly entries: readonly ApkEntry[];
}

const NEWLINE = 10;
const COLON = 58;
const A = 0x41;
const F = 0x46;
const P = 0x50;
const R = 0x52;
const V = 0x56;
const O = 0x6f;

/** What is known of the entry that is being read. */
interface Draft {
  name?: string;
  version?: string;
  architecture?: string;
  origin?: string;
  /** The directory that the last F: line named. */
  folder: string;
  holdsPrograms: boolean;
  readonly owns: string[];
}

/**
 * The packages of a database. An entry without name or version is a problem, not a package.
 * @throws ParseError when a file holds other things and no package; LimitError above `LIMITS.packages`.
 */
export function parseInstalled(body: Uint8Array): { data: ApkDatabase; problems: readonly string[] } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const problems = problemLog();
  const entries: ApkEntry[] = [];
  let draft: Draft | undefined;
  let line = 0;
  let foreign = 0;
  for (let start = 0; start < bytes.length; ) {
    line += 1;
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end === start) {
      if (draft !== undefined) finish(draft, entries, problems);
      draft = undefined;
    } else if (bytes[start + 1] === COLON) {
      draft ??= { folder: '', holdsPrograms: false, owns: [] };
      takeLine(draft, bytes, start, end);
    } else {
      foreign += 1;
      const at = line;
      problems.add(() => `line ${at} is not of the form LETTER:VALUE`);
    }
    start = end + 1;
  }
  if (draft !== undefined) finish(draft, entries, problems);
  if (entries.length === 0 && foreign > 0) {
    throw new ParseError('not a database of installed apk packages: no usable entry in it');
  }
  return { data: { entries }, problems: problems.list() };
}

function takeLine(draft: Draft, bytes: Buffer, start: number, end: number): void {
  switch (bytes[start]) {
    case P:
      draft.name = readValue(bytes, start, end);
      break;
    case V:
      draft.version = readValue(bytes, start, end);
      break;
    case A:
      draft.architecture = readValue(bytes, start, end);
      break;
    case O:
      draft.origin = readValue(bytes, start, end);
      break;
    case F:
      draft.folder = bytes.toString('utf8', start + 2, Math.min(end, start + 2 + LIMITS.pathBytes));
      draft.holdsPrograms = isProgramFolder(bytes, start + 2, end);
      break;
    case R:
      if (draft.holdsPrograms || isOwnable(bytes, start + 2, end)) {
        if (draft.owns.length >= LIMITS.packages)
          throw new LimitError(`more than ${LIMITS.packages} files that may hold packages in one package`);
        const name = bytes.toString('utf8', start + 2, Math.min(end, start + 2 + LIMITS.pathBytes));
        draft.owns.push(draft.folder === '' ? name : `${draft.folder}/${name}`);
      }
      break;
  }
}

/** One character more than a token may have, so that a longer value fails the test of tokens. */
function readValue(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start + 2, Math.min(end, start + 3 + TOKEN_LENGTH)).trim();
}

function finish(draft: Draft, entries: ApkEntry[], problems: ProblemLog): void {
  const { name, version, architecture, origin, owns } = draft;
  if (name === undefined || !isName(name)) {
    problems.add(() => `an entry has no usable name (P:${quoted(name ?? '')}, V:${quoted(version ?? '')})`);
    return;
  }
  if (version === undefined || !isToken(version)) {
    problems.add(() => `the package ${quoted(name)} has no usable version (V:${quoted(version ?? '')})`);
    return;
  }
  if (entries.length >= LIMITS.packages) throw new LimitError(`more than ${LIMITS.packages} packages in one database`);
  entries.push({
    name,
    version,
    ...(architecture !== undefined && isToken(architecture) ? { architecture } : {}),
    ...(origin !== undefined && isName(origin) ? { origin } : {}),
    ...(owns.length === 0 ? {} : { owns }),
  });
}
