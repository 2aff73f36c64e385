// Says who an archive is: by the pom.properties inside, else by the name of its file, its manifest, and the classes it has.
// A group is stated or known, never guessed: without one the artifact is reported and matched with nothing.
import { basename } from 'node:path/posix';
import type { ArchiveEvidence } from './archive.ts';
import { knownGroup } from './known-groups.ts';
import type { Manifest } from './manifest.ts';
import { type Coordinates, isId, isMavenVersion } from './properties.ts';

/** What the jars of a Java runtime call themselves: they are part of it, and nothing that Maven knows. */
const RUNTIME = {
  'specification-title': 'Java Platform API Specification',
  'implementation-title': 'Java Runtime Environment',
};

/** Longest name of a file, as NAME_MAX of Linux; within an archive it may be longer, and says nothing then. */
const NAME_LENGTH = 255;

/** Words that versions contain; another word with a number behind it belongs to a name, as in `log4j-1.2-api-2.17.1`. */
const VERSION_WORD = /^(?:alpha|beta|b|build|cr|ea|ga|final|jdk|jre|m|milestone|p|patch|pre|r|rc|rev|snapshot|sp|v)$/i;

/** What the name of a file says. */
interface FileName {
  readonly artifact: string;
  readonly version?: string;
}

/**
 * The artifacts in one archive, its own first; undefined when nothing says what it is.
 * @param path of the archive's file, or within another archive.
 */
export function identify(path: string, evidence: ArchiveEvidence): readonly Coordinates[] | undefined {
  const { poms = [], manifest = {}, folders = [] } = evidence;
  if (isRuntime(manifest)) return [];
  const stem = basename(path).replace(/\.[^.]*$/, '');
  if (/-(?:sources|javadoc)$/.test(stem)) return [];
  const named = poms.find((pom) => isNamedAfter(stem, pom));
  if (named !== undefined) return [named, ...poms.filter((pom) => pom !== named)];
  const own = ownCoordinates(stem, manifest, folders);
  if (poms.length === 0) return own === undefined ? undefined : [own];
  return own !== undefined && isApart(own, manifest, poms) ? [own, ...poms] : poms;
}

/**
 * Whether an archive that is named after none of its parts is one more: the manifest knows its version or name too, and no part has either. Otherwise
 * the file was renamed.
 */
function isApart(own: Coordinates, manifest: Manifest, poms: readonly Coordinates[]): boolean {
  if (poms.some(({ artifact, version }) => artifact === own.artifact || isSameVersion(version, own.version)))
    return false;
  return (
    versionsOf(manifest).some((version) => isSameVersion(version, own.version)) ||
    namesOf(manifest).includes(own.artifact)
  );
}

/** Bundles write 1.0-SNAPSHOT as 1.0.0.SNAPSHOT. */
function isSameVersion(a: string, b: string): boolean {
  const parts = (version: string): string =>
    version
      .split(/[.-]/)
      .filter((part) => part !== '0')
      .join('.');
  return parts(a) === parts(b);
}

function isRuntime(manifest: Manifest): boolean {
  const [specification, implementation] = ['specification-title', 'implementation-title'] as const;
  return manifest[specification] === RUNTIME[specification] || manifest[implementation] === RUNTIME[implementation];
}

/** `ARTIFACT`, `ARTIFACT-VERSION`, with a classifier behind either, or with the group before. */
function isNamedAfter(stem: string, { group, artifact, version }: Coordinates): boolean {
  const name = group !== undefined && stem.startsWith(`${group}.`) ? stem.slice(group.length + 1) : stem;
  if (!name.startsWith(artifact)) return false;
  const rest = name.slice(artifact.length);
  return rest === '' || /^[-_]\d/.test(rest) || rest.startsWith(`-${version}`) || rest.endsWith(`-${version}`);
}

/** By the name of the file, which is the one it was published under; manifests were often left as they were. */
function ownCoordinates(stem: string, manifest: Manifest, folders: readonly string[]): Coordinates | undefined {
  const versions = versionsOf(manifest);
  const file = readFileName(stem, versions);
  const version = file.version ?? versions[0];
  if (version === undefined) return undefined;
  const names = namesOf(manifest);
  for (const artifact of [file.artifact, ...names]) {
    const group = isId(artifact) ? knownGroup(artifact, version, folders) : undefined;
    if (group !== undefined) return { group, artifact, version };
  }
  // `GROUP.ARTIFACT`, as Quarkus lays its libraries out.
  const last = file.artifact.slice(file.artifact.lastIndexOf('.') + 1);
  const before = isId(last) ? knownGroup(last, version, folders) : undefined;
  if (before !== undefined && file.artifact === `${before}.${last}`) return { group: before, artifact: last, version };
  // `GROUP#ARTIFACT;VERSION`, as Gradle's nebula plug-ins write it; the artifact there is the project, not always what it was published as.
  const [, group = '', project] = /^([^#;]+)#([^#;]+);/.exec(manifest['implementation-title'] ?? '') ?? [];
  if (isId(group) && project === file.artifact) return { group, artifact: project, version };
  return isId(file.artifact) ? { artifact: file.artifact, version } : undefined;
}

/** What the manifest calls the archive, as far as that can be an artifact: the last part of the bundle's name, and the title. */
function namesOf(manifest: Manifest): readonly string[] {
  const symbolicName = manifest['bundle-symbolicname']?.split(';', 1)[0]?.trim() ?? '';
  return [symbolicName.slice(symbolicName.lastIndexOf('.') + 1), manifest['implementation-title'] ?? ''].filter(isId);
}

function versionsOf(manifest: Manifest): readonly string[] {
  const stated = [manifest['implementation-version'], manifest['bundle-version']];
  return stated.filter(
    (version) => version !== undefined && /^\d/.test(version) && isMavenVersion(version),
  ) as string[];
}

/** Artifact and version, which begins at a hyphen before a digit: where one that the manifest states does, else where the rest looks like a version. */
function readFileName(stem: string, versions: readonly string[]): FileName {
  if (stem.length > NAME_LENGTH) return { artifact: '' };
  const splits = [...stem.matchAll(/-(?=\d)/g)].map(
    ({ index }) => [stem.slice(0, index), stem.slice(index + 1)] as const,
  );
  for (const [artifact, rest] of splits) {
    const version = versions.find((stated) => rest === stated || rest.startsWith(`${stated}-`));
    if (version !== undefined) return { artifact, version };
  }
  const split = splits.find(([, rest]) => isVersionText(rest));
  return split === undefined ? { artifact: stem } : { artifact: split[0], version: split[1] };
}

function isVersionText(text: string): boolean {
  // `spring3-core-3.x.jar` names a line of versions, as Debian's links do.
  if (!isMavenVersion(text) || /\.x$/i.test(text)) return false;
  const [first = '', ...parts] = text.split('-');
  const foreign = parts.findIndex((part) => !VERSION_WORD.test(/^[A-Za-z_]*/.exec(part)?.[0] || 'v'));
  if (foreign === -1) return true;
  return first.includes('.') && !parts.slice(foreign + 1).some((part) => /^\d/.test(part));
}
