// Logical references taken apart. What stands for an image on disk (`oci:build/layout`) is no reference and is one name as a whole.
import type { Digest } from '../../platform/canonical.ts';
import { formatReference, parseReference, type Reference, repositoryOf } from '../image/reference.ts';

/** The parts of a logical reference. */
export interface LogicalParts {
  /** `registry/repository`, or the whole text when it is no reference in normal form. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** Takes a logical reference apart. */
export function splitLogical(logical: string): LogicalParts {
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
