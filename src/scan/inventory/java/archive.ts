// Looks into a Java archive and the archives within it (a jar in a war in an ear) for what says what they are: Maven's pom.properties and manifests.
// Reads a few small members and the inner archives, never the classes. Everything is bounded per outer archive.
import { extname } from 'node:path/posix';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import {
  isZip,
  overlappingMember,
  type ZipMember,
  type ZipSource,
  zipContent,
  zipMembers,
  zipOf,
} from '../../../platform/zip.ts';
import { type ProblemLog, problemLog } from '../problem-log.ts';
import { quoted } from '../token.ts';
import { knownFolders } from './known-groups.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { type Coordinates, parsePomProperties } from './properties.ts';

/** What one archive says of itself. Who it is depends on the name of its file, too (identify.ts). */
export interface ArchiveEvidence {
  /** Path within the outermost archive, `WEB-INF/lib/b.jar`, with `!/` where it enters another one; absent for the outermost. */
  readonly inner?: string;
  /** One for each part that Maven built. */
  readonly poms?: readonly Coordinates[];
  readonly manifest?: Manifest;
  /** Folders of the table of known groups in which it has classes. */
  readonly folders?: readonly string[];
}

/** The fact that an archive becomes: itself and those within it, as far as they have classes or a pom.properties. */
export interface JavaArchive {
  readonly archives: readonly ArchiveEvidence[];
}

/** Endings of archives that Java runtimes and servers load, or that contain such. */
const ENDINGS: ReadonlySet<string> = new Set('.ear .hpi .jar .jpi .kar .nar .par .rar .sar .war'.split(' '));
const POM_PROPERTIES = /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const POM_PROPERTIES_BYTES = 64 * 1024;
/** Below this size any ratio of packing is taken. */
const RATIO_FREE_BYTES = 1024 ** 2;

/** Whether a file of this name is taken for a Java archive. */
export function isArchiveName(path: string): boolean {
  return ENDINGS.has(extname(path));
}

/**
 * What an archive and those within it say; undefined for a file that is no zip archive.
 * @throws ParseError when it is a damaged one; LimitError when its directory is larger than the limits.
 */
export function readArchive(body: Uint8Array): { data: JavaArchive; problems: readonly string[] } | undefined {
  const source = zipOf(body);
  if (!isZip(source)) return undefined;
  const visit = new ArchiveVisit();
  const problems: string[] = [];
  try {
    visit.archive(source, []);
  } catch (error) {
    if (!(error instanceof Spent)) throw error;
    problems.push(error.message);
  }
  return { data: { archives: visit.archives }, problems: [...visit.problems.list(), ...problems] };
}

/** A bound of the whole visit was met: nothing more is read. */
class Spent extends LimitError {
  constructor(what: string) {
    super(`more than ${what} in one archive and those within it; the rest of it is not read`);
  }
}

/** The walk through one outermost archive, with what is left of its bounds. */
class ArchiveVisit {
  readonly archives: ArchiveEvidence[] = [];
  readonly problems: ProblemLog = problemLog();
  #members: number = LIMITS.archiveMembers;
  #bytes: number = LIMITS.archiveUnpackedBytes;
  #parts: number = LIMITS.archiveParts;

  /** @param way paths of the archives that lead here, each within the one before; empty for the outermost. */
  archive(source: ZipSource, way: readonly string[]): void {
    const members = this.#membersOf(source);
    const overlap = overlappingMember(members);
    if (overlap !== undefined) this.#problem([...way, overlap.path], 'it begins within another member');
    const poms: Coordinates[] = [];
    let manifest: Manifest = {};
    for (const member of members) {
      if (member.path.endsWith('.class') || member.path.endsWith('/')) continue;
      const path = [...way, member.path];
      if (POM_PROPERTIES.test(member.path)) {
        this.#attempt(path, () => {
          const pom = parsePomProperties(this.#content(source, member, POM_PROPERTIES_BYTES));
          if (pom === undefined) throw new ParseError('it does not state group, artifact and version');
          this.#part();
          if (!poms.some((other) => isSame(other, pom))) poms.push(pom);
        });
      } else if (member.path.toUpperCase() === 'META-INF/MANIFEST.MF') {
        this.#attempt(path, () => {
          manifest = parseManifest(this.#content(source, member, LIMITS.metadataBytes));
        });
      } else if (isArchiveName(member.path)) this.#attempt(path, () => this.#enter(source, member, path));
    }
    if (poms.length > 0 || members.some((member) => member.path.endsWith('.class'))) {
      this.archives.push(evidenceOf(way, poms, manifest, members));
    }
  }

  #membersOf(source: ZipSource): readonly ZipMember[] {
    const members: ZipMember[] = [];
    for (const member of zipMembers(source, LIMITS.archiveMembers + 1)) {
      if (this.#members === 0) throw new Spent(`${LIMITS.archiveMembers} members`);
      this.#members -= 1;
      members.push(member);
    }
    return members;
  }

  #enter(source: ZipSource, member: ZipMember, way: readonly string[]): void {
    if (way.length > LIMITS.archiveNesting) {
      throw new LimitError(`it lies in more than ${LIMITS.archiveNesting} archives within each other, and is not read`);
    }
    if (way.reduce((length, path) => length + path.length, 0) > LIMITS.pathBytes) {
      throw new LimitError(`a path of more than ${LIMITS.pathBytes} characters`);
    }
    this.#part();
    const inner = zipOf(this.#content(source, member, LIMITS.archiveBytes));
    if (isZip(inner)) this.archive(inner, way);
  }

  /** Counted before it is unpacked, so that damaged members use up the bound as sound ones do. */
  #content(source: ZipSource, member: ZipMember, most: number): Buffer {
    const { size, packed } = member;
    if (size > RATIO_FREE_BYTES && size > packed * LIMITS.compressionRatio) {
      throw new LimitError(`it unpacks to more than ${LIMITS.compressionRatio} times its size (a bomb?)`);
    }
    if (size <= most) {
      if (size > this.#bytes) throw new Spent(`${LIMITS.archiveUnpackedBytes} unpacked bytes`);
      this.#bytes -= size;
    }
    return zipContent(source, member, most);
  }

  #part(): void {
    if (this.#parts === 0) throw new Spent(`${LIMITS.archiveParts} archives and parts`);
    this.#parts -= 1;
  }

  /** One bad member costs no other, as long as the bounds hold. */
  #attempt(path: readonly string[], work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof Spent || !(error instanceof ParseError || error instanceof LimitError)) throw error;
      this.#problem(path, error.message);
    }
  }

  #problem(path: readonly string[], words: string): void {
    this.problems.add(() => `${quoted(path.join('!/'))}: ${words}`);
  }
}

function evidenceOf(
  way: readonly string[],
  poms: readonly Coordinates[],
  manifest: Manifest,
  members: readonly ZipMember[],
): ArchiveEvidence {
  const folders = knownFolders(members.map((member) => member.path));
  return {
    ...(way.length === 0 ? {} : { inner: way.join('!/') }),
    ...(poms.length === 0 ? {} : { poms }),
    ...(Object.keys(manifest).length === 0 ? {} : { manifest }),
    ...(folders.length === 0 ? {} : { folders }),
  };
}

function isSame(a: Coordinates, b: Coordinates): boolean {
  return a.group === b.group && a.artifact === b.artifact && a.version === b.version;
}
