// Patterns of images: `docker.io/library/alpine`, `quay.io/hms/*:2.*`, `quay.io/x@sha256:…`. Read against the logical reference of an image.
import { fits } from './pattern.ts';

/** An image as scopes see it. */
export interface ScopedImage {
  /** What a chart or index names, in normal form. */
  readonly logical: string;
  /** Digest of what was shipped, where it is known. */
  readonly digest?: string;
}

interface ReferenceParts {
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Whether the image fits: its name; its tag and its digest where the pattern has them. */
export function fitsImage(pattern: string, { logical, digest }: ScopedImage): boolean {
  const wanted = partsOf(pattern);
  const image = partsOf(logical);
  return (
    fits(wanted.name, image.name) &&
    (wanted.tag === undefined || (image.tag !== undefined && fits(wanted.tag, image.tag))) &&
    (wanted.digest === undefined ||
      [digest, image.digest].some((one) => one !== undefined && fits(wanted.digest ?? '', one)))
  );
}

/** The name in a pattern or reference, without tag and digest. */
export function imageName(text: string): string {
  return partsOf(text).name;
}

/** A colon behind the last slash starts a tag, one before it a port. */
function partsOf(text: string): ReferenceParts {
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  return {
    name: hasTag ? named.slice(0, colon) : named,
    ...(hasTag ? { tag: named.slice(colon + 1) } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}
