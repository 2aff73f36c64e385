// What a bill of materials describes, as an image of a release: its reference, what was shipped, its platform. Documents name images by a tag, by a
// digest, by a package URL of the type `oci`, or by a path on the machine where the tool ran, which is no name.
import { type Digest, isDigest } from '../../../platform/canonical.ts';
import { formatReference, parseReference, type Reference } from '../../image/reference.ts';
import type { Package } from '../../inventory/package.ts';
import { parsePackageUrl } from '../../inventory/purl.ts';
import type { SbomSubject } from './document.ts';

/** The names of an image as far as a document states them. */
export interface SubjectNames {
  /** Reference in normal form. */
  readonly logical?: string;
  /** The same pinned by digest. */
  readonly physical?: string;
  readonly digest?: Digest;
}

const DEFAULT_PLATFORM = 'linux/amd64';
/** Architectures of packages that are Go's under another name (the platform names of images are Go's). */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['aarch64', 'arm64'],
  ['amd64', 'amd64'],
  ['arm64', 'arm64'],
  ['armhf', 'arm/v7'],
  ['armv7', 'arm/v7'],
  ['i386', '386'],
  ['i686', '386'],
  ['ppc64el', 'ppc64le'],
  ['ppc64le', 'ppc64le'],
  ['riscv64', 'riscv64'],
  ['s390x', 's390x'],
  ['x86', '386'],
  ['x86_64', 'amd64'],
]);

/** The names of what the document describes; none when it is no image or has no name but a path. */
export function namesOf(subject: SbomSubject): SubjectNames {
  const pinned = firstReference(subject.digests);
  const tagged = firstReference(subject.tags) ?? referenceOfPurl(subject) ?? referenceOfName(subject);
  const named = tagged ?? pinned;
  if (named === undefined) return {};
  const digest = pinned?.digest ?? named.digest;
  const { digest: _, ...plain } = named;
  const { tag: __, ...untagged } = pinned ?? named;
  return {
    logical: formatReference(named.tag === undefined ? named : plain),
    ...(digest === undefined ? {} : { digest, physical: formatReference({ ...untagged, digest }) }),
  };
}

/** `os/architecture[/variant]`: the package URL's word, else the architecture that most packages have, else linux/amd64. */
export function platformOf({ purl }: SbomSubject, packages: readonly Package[]): string {
  const stated = qualifiersOf(purl)['arch'];
  if (stated !== undefined) return `linux/${ARCHITECTURES.get(stated) ?? stated}`;
  const counts = new Map<string, number>();
  for (const { purl: found } of packages) {
    const architecture = ARCHITECTURES.get(/[?&]arch=([^&]+)/.exec(found)?.[1] ?? '');
    if (architecture !== undefined) counts.set(architecture, (counts.get(architecture) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return most === undefined ? DEFAULT_PLATFORM : `linux/${most[0]}`;
}

function firstReference(texts: readonly string[]): Reference | undefined {
  for (const text of texts) {
    const reference = tryReference(text);
    if (reference !== undefined) return reference;
  }
  return undefined;
}

/** `pkg:oci/alpine@sha256%3A…?repository_url=index.docker.io%2Flibrary%2Falpine&tag=3.15`; without `repository_url` it names no registry. */
function referenceOfPurl({ purl }: SbomSubject): Reference | undefined {
  const { repository_url: repository, tag } = qualifiersOf(purl);
  if (purl === undefined || repository === undefined) return undefined;
  const { version } = parsePackageUrl(purl);
  const digest = version !== undefined && isDigest(version) ? `@${version}` : '';
  const host = repository.replace(/^index\.docker\.io\//, 'docker.io/');
  return tryReference(`${host}${tag === undefined ? '' : `:${tag}`}${digest}`);
}

/** The name that the user gave to the tool counts when it has a tag or digest, or the document adds one; else it may be a folder's name. */
function referenceOfName({ isImage, name, version }: SbomSubject): Reference | undefined {
  if (!isImage || name === undefined) return undefined;
  const reference = tryReference(name);
  if (reference === undefined) return undefined;
  if (version !== undefined && isDigest(version)) return { ...reference, digest: reference.digest ?? version };
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return version === undefined || version === '' ? undefined : tryReference(`${name}:${version}`);
}

function qualifiersOf(purl: string | undefined): Readonly<Record<string, string>> {
  try {
    const { type, qualifiers = {} } = parsePackageUrl(purl ?? '');
    return type === 'oci' ? qualifiers : {};
  } catch {
    return {};
  }
}

function tryReference(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}
