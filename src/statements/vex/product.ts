// Images and packages as VEX documents name them: package URLs. `oci`: purl-spec, types/oci-definition.json (version is the digest, repository_url the
// repository with its name); packages: ECMA-427 (Package-URL).
import { imageName } from '../image-pattern.ts';

/** An image in a document that is written. */
export interface VexImage {
  /** Logical reference. */
  readonly logical: string;
  readonly digest?: string;
}

/** Qualifiers of packages that tell builds apart whoever writes them. */
const KEPT_QUALIFIERS: ReadonlySet<string> = new Set(['arch', 'epoch']);
/** Spelled differently by every program, so it is kept only where no version tells the packages of distributions apart: better no fit than a wrong one. */
const DISTRIBUTION = 'distro';

/** `pkg:oci/alpine@sha256%3A…?repository_url=docker.io%2Flibrary%2Falpine&tag=3.16`. */
export function imagePurl({ logical, digest }: VexImage): string {
  const repository = imageName(logical);
  const [tagged = ''] = logical.split('@', 1);
  const tag = tagged.slice(repository.length + 1);
  const name = repository.split(/[/:]/).findLast((part) => part !== '') ?? 'image';
  const version = digest === undefined ? '' : `@${encoded(digest)}`;
  return `pkg:oci/${encoded(name.toLowerCase())}${version}?repository_url=${encoded(repository)}${tag === '' ? '' : `&tag=${encoded(tag)}`}`;
}

/** What a product or subcomponent of a document names, as a pattern of a scope. */
export type VexTarget = { readonly image: string } | { readonly package: string };

/**
 * Reads the id of a product. One that is no package URL, or holds a star, which would be a pattern here, becomes a name that no image has:
 * the statement is shown and matches nothing.
 */
export function targetOf(id: string): VexTarget {
  const nothing = { image: `product:${id.replace(/\s/g, '%20')}` };
  if (!id.startsWith('pkg:')) return nothing;
  const [withoutSubpath = ''] = id.split('#', 1);
  const [path = '', query = ''] = withoutSubpath.split('?', 2);
  const qualifiers = new Map(query.split('&').map((pair) => pairOf(pair)));
  if (!/^pkg:(?:oci|docker)\//.test(path)) {
    const hasVersion = path.lastIndexOf('@') > path.lastIndexOf('/');
    const isKept = (key: string): boolean => KEPT_QUALIFIERS.has(key) || (!hasVersion && key === DISTRIBUTION);
    const kept = query.split('&').filter((pair) => isKept(pairOf(pair)[0]));
    const purl = `${path}${kept.length === 0 ? '' : `?${kept.join('&')}`}`;
    return decoded(purl).includes('*') ? nothing : { package: purl };
  }
  const at = path.lastIndexOf('@');
  const named = at === -1 ? path : path.slice(0, at);
  const version = at === -1 ? '' : decoded(path.slice(at + 1));
  const name = decoded(named.replace(/^pkg:(?:oci|docker)\//, ''));
  const isDigest = version.startsWith('sha256:');
  const tag = qualifiers.get('tag') ?? (isDigest ? '' : version);
  const pattern = `${repositoryOf(name, qualifiers.get('repository_url'))}${tag === '' ? '' : `:${tag}`}${isDigest ? `@${version}` : ''}`;
  return pattern.includes('*') || /\s/.test(pattern) ? nothing : { image: pattern };
}

/** Some write the repository with its name, some the registry and path above it. Without either, any registry's image of the name is meant. */
function repositoryOf(name: string, url: string | undefined): string {
  if (url === undefined) return name.includes('/') ? `docker.io/${name}` : name;
  const repository = url
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .replace(/^index\.docker\.io\//, 'docker.io/');
  const last = repository.split(/[/:]/).findLast((part) => part !== '');
  return last?.toLowerCase() === name.toLowerCase() ? repository : `${repository}/${name}`;
}

function pairOf(pair: string): readonly [key: string, value: string] {
  const equals = pair.indexOf('=');
  return equals === -1 ? [pair, ''] : [pair.slice(0, equals).toLowerCase(), decoded(pair.slice(equals + 1))];
}

function encoded(text: string): string {
  return encodeURIComponent(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
