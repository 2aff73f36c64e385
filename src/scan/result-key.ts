// The key of a scan's result: a digest of everything that the result follows from, known before any inventory is read.
import { buildId } from '../platform/built-file.ts';
import { canonicalJson, type Digest, digestOf } from '../platform/canonical.ts';
import { isPinned } from './image/source.ts';
import type { OpenedImage } from './open-images.ts';
import type { Release } from './release/release.ts';
import type { Judgement } from './scan-release.ts';

/**
 * The key of what is printed in a form (its format and whatever else decides the bytes) for opened images. Undefined where digests do not say it all:
 * an image could not be opened, is a directory or a bill of materials, or names no digests of its layers (docker archives: their claims are checked
 * on every scan); and when the sources run unbuilt. The build stands for the cataloguers, the rules and the formats.
 */
export function resultKey(
  release: Release,
  opened: readonly OpenedImage[],
  { set, ...judgement }: Judgement,
  form: object,
  build: string | undefined = buildId(),
): Digest | undefined {
  if (build === undefined) return undefined;
  const images: unknown[] = [];
  for (const { image, physical, platform, source } of opened) {
    if (source === undefined || source.tree !== undefined || !isPinned(source)) return undefined;
    images.push({ image, physical, platform, digest: source.digest, indexes: source.indexes });
  }
  const { id, builtAt, starter, feeds } = set;
  return digestOf(canonicalJson({ build, release, images, set: { id, builtAt, starter, feeds }, judgement, form }));
}
