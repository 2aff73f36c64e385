// Logical references taken apart. What stands for an image on disk that states no name (`oci:build/layout:1.2`) is no reference; its place is the
// repository, and the tag behind it is a tag.
import type { Digest } from '../../platform/canonical.ts';
import { formatReference, parseReference, type Reference, repositoryOf } from '../image/reference.ts';

/** The parts of a logical reference. */
export interface LogicalParts {
  /** `registry/repository`; transport and path of an image on disk; the whole text when it is neither. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** Transports whose targets may end in a tag, as skopeo writes them; `dir:` images lie in folders that are named by their reference. */
const TAGGED_PLACE = /^((?:oci|oci-archive|docker-archive|dir):.*[^/:]):([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$/s;

/** The path of an image on disk that is its own repository; any other repository as it is. */
export function withoutTransport(repository: string): string {
  return repository.replace(/^(?:oci|oci-archive|docker-archive|dir):/, '');
}

/** Takes a logical reference apart. */
export function splitLogical(logical: string): LogicalParts {
  const [, place, tagOfPlace] = TAGGED_PLACE.exec(logical) ?? [];
  if (place !== undefined && tagOfPlace !== undefined) return { repository: place, tag: tagOfPlace };
  let reference: Reference;
  try {
    reference = parseReference(logical);
  } catch {
    return { repository: logical };
  }
  if (formatReference(reference) !== logical) return { repository: logical };
  const { tag, digest } = reference;
  return {
    repository: repositoryOf(reference),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}
