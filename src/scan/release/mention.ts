// Mentions: every place where a release names an image. Gives the release's images, one a logical reference, with all places and charts.
import type { Digest } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import { splitLogical } from './logical.ts';
import type { ContainerStart } from './manifests/container-needs.ts';
import { originOf } from './origin.ts';
import type { ReleaseImage } from './release.ts';

/** One place that names an image. */
export interface Mention {
  /** Reference in normal form; the target itself for an image on disk that states no name. */
  readonly logical: string;
  /** The reference as it stands there, when that is not the normal form. */
  readonly written?: string;
  /** For the reader of the image list: `docker/index.yaml`. */
  readonly source: string;
  /** For evidence: `docker/index.yaml:107`. */
  readonly position: string;
  /** The chart that uses it, `manifest/chart:version`. */
  readonly chart?: string;
  /** Of the container that runs it, where a pod does. */
  readonly start?: ContainerStart;
  /** Pinned reference. */
  readonly physical?: string;
  /** Digest that the release pins. */
  readonly digest?: Digest;
  /** Transport target on disk. */
  readonly local?: string;
  /** Digest of the manifest that lies on disk: told apart from a pin, which may name a list of platforms. */
  readonly localDigest?: Digest;
}

/** The images of the mentions, sorted by logical reference. A pin or a place on disk is taken from the first mention that has one. */
export function imagesOf(mentions: readonly Mention[], ownPrefixes: readonly string[]): readonly ReleaseImage[] {
  const images: ReleaseImage[] = [];
  for (const [logical, group] of Map.groupBy(mentions, (mention) => mention.logical)) {
    const pin = group.find((mention) => mention.physical !== undefined);
    const digest = pin?.digest ?? splitLogical(logical).digest;
    const local = group.find((mention) => mention.local !== undefined)?.local;
    images.push({
      logical,
      ...(pin?.physical === undefined ? {} : { physical: pin.physical }),
      ...(digest === undefined ? {} : { digest }),
      ...(local === undefined ? {} : { local }),
      origin: originOf(logical, ownPrefixes),
      charts: distinct(group.flatMap((mention) => mention.chart ?? [])),
      sources: distinct(group.map((mention) => mention.source)),
    });
  }
  return images.sort((a, b) => (a.logical < b.logical ? -1 : 1));
}

/** Figures of the image list: distinct references and distinct names (references without tag and digest). */
export function countReferences(logicals: readonly string[]): { explicitReferences: number; imageNames: number } {
  return {
    explicitReferences: new Set(logicals).size,
    imageNames: new Set(logicals.map((logical) => splitLogical(logical).repository)).size,
  };
}

/**
 * Images that a reference hides: where two places on disk, or two pins, give different images under one reference, the first is taken and the
 * others are gaps.
 */
export function imagesNotTaken(mentions: readonly Mention[]): readonly Gap[] {
  const gaps: Gap[] = [];
  for (const [logical, group] of Map.groupBy(mentions, (mention) => mention.logical)) {
    const taken = group.find((mention) => mention.local !== undefined);
    const others = group.filter(({ local }) => local !== undefined && local !== taken?.local);
    for (const other of others) {
      if (taken?.localDigest !== undefined && other.localDigest === taken.localDigest) continue;
      const reason = `${other.local} is another image under this reference; ${taken?.local} is taken`;
      gaps.push({ kind: 'not-scanned', target: logical, location: other.position, reason });
    }
  }
  return gaps;
}

/** The texts without repetition, sorted. */
export function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
