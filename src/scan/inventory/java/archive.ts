// Looks into a Java archive and the archives within it (a jar in a war in an ear) for what says what they are: Maven's pom.properties and manifests.
// Reads a few small members and the inner archives, never the classes. Everything is bounded per outer archive.
import { basename, extname } from 'node:path/posix';
import { LimitError, messageOf, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { isZip, overlappingMember, type ZipMember, type ZipSource, zipContent, zipMembers, zipOf } from '../../../platform/zip.ts';
import { type ProblemLog, problemLog } from '../problem-log.ts';
import { quoted } from '../token.ts';
import { knownGroups } from './known-groups.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { type Coordinates, parsePomProperties } from './properties.ts';

/** What one archive says of itself. Who it is depends on the name of its file, too (identify.ts). */
export interface ArchiveEvidence {
  /** Path within the outermost archive, `WEB-INF/lib/b.jar`, with `!/` where it enters another one; absent for the outermost. */
  readonly inner?: string;
  /** One for each part that Maven built. */
  readonly poms?: readonly Coordinates[];
  readonly manifest?: Manifest;
  /** Groups of `KNOWN_GROUPS` whose classes it has; only of an archive without `poms`. */
  readonly groups?: readonly string[];
}

/** The fact that an archive becomes. */
export interface JavaArchive {
  readonly archives: readonly ArchiveEvidence[];
}

/** Endings of archives that Java runtimes and servers load, or that contain such. */
export const ARCHIVE_ENDINGS: readonly string[] =
  '.ear .hpi .jar .jpi .kar .nar .par .rar .sar .war'.split(' ');

const ENDINGS: ReadonlySet<string> = new Set(ARCHIVE_ENDINGS);
const POM_PROPERTIES = /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;

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
  visit.archive(source, []);
  return { data: { archives: visit.archives }, problems: visit.problems.list() };
}

/** The walk through one outermost archive, with what is left of its bounds. */
class ArchiveVisit {
  readonly archives: ArchiveEvidence[] = [];
  readonly problems: ProblemLog = problemLog();
  #members: number = LIMITS.archiveMembers;
  #bytes: number = LIMITS.archiveUnpackedBytes;
  #parts: number = LIMITS.archiveParts;

  /** @param way names of the archives around this one and its own; empty for the outermost. */
  archive(source: ZipSource, way: readonly string[]): void {
    const members = [...zipMembers(source, this.#members)];
    this.#members -= members.length;
    const overlap = overlappingMember(members);
    if (overlap !== undefined) {
      this.problems.add(() => `${worded([...way, overlap.path])} begins within another member (a bomb?)`);
    }
    const poms: Coordinates[] = [];
    let manifest: Manifest = {};
    for (const member of members) {
      const path = [...way, member.path];
      if (POM_PROPERTIES.test(member.path)) {
        const pom = this.#read(source, member, path, parsePomProperties);
        if (pom !== undefined && !poms.some((other) => same(other, pom))) poms.push(pom);
        else if (pom === undefined) this.problems.add(() => `${worded(path)} does not say what it describes`);
      } else if (member.path.toUpperCase() === 'META-INF/MANIFEST.MF') {
        manifest = this.#read(source, member, path, parseManifest) ?? manifest;
      } else if (isArchiveName(member.path)) this.#inner(source, member, path);
    }
    if (way.length === 0 || this.#part()) this.archives.push(evidenceOf(way, poms, manifest, members));
  }
}
