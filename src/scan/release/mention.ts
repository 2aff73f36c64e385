// Mentions: every place where a release names an image. Gives the release's images, one a logical reference, with all places and charts.
import type { Digest } from '../../platform/canonical.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { splitLogical } from './logical.ts';
import { originOf } from './origin.ts';
import type { ReleaseImage } from './release.ts';

/** One place that names an image. */
export interface Mention {
  /** Reference in normal form. */
  readonly logical: string;
  /** For the reader of the image list: `docker/index.yaml`. */
  readonly source: string;
  /** For evidence: `docker/index.yaml:107`. */
  readonly position: string;
  /** The chart that uses it, `manifest/chart:version`. */
  readonly chart?: string;
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

/** Lint of any release: the same name and tag, or the same digest, behind two references; one reference with two pins. */
export function lintMentions(mentions: readonly Mention[]): readonly Verdict[] {
  return [...sameTag(mentions), ...sameDigest(mentions), ...twoPins(mentions)];
}

/** Two mentions of `coredns:v1.8.0` below different paths are most likely one image that is shipped twice under two names. */
function sameTag(mentions: readonly Mention[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const [short, group] of Map.groupBy(mentions, (mention) => shortNameOf(mention.logical))) {
    const names = distinct(group.map((mention) => splitLogical(mention.logical).repository));
    if (short === '' || names.length < 2) continue;
    verdicts.push({
      check: 'same-tag-two-names',
      subject: short,
      verdict: 'warn',
      evidence: distinct(group.map((mention) => `${mention.position} ${mention.logical}`)),
      reason: `${short} is listed under ${names.length} names`,
      remediation: 'ship it under one name, or give images that differ tags that differ',
    });
  }
  return verdicts;
}

function sameDigest(mentions: readonly Mention[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const reported = new Set<string>();
  for (const [digest, group] of Map.groupBy(mentions, digestOfMention)) {
    const logicals = distinct(group.map((mention) => mention.logical));
    const names = logicals.join(', ');
    if (digest === '' || logicals.length < 2 || reported.has(names)) continue;
    reported.add(names);
    verdicts.push({
      check: 'same-digest-two-names',
      subject: digest,
      verdict: 'warn',
      evidence: distinct(group.map((mention) => `${mention.position} ${mention.logical}`)),
      reason: `${logicals.length} references name one image: ${names}`,
      remediation: 'ship it under one name; until then it is scanned once and counted in each of its slots',
    });
  }
  return verdicts;
}

function digestOfMention(mention: Mention): string {
  return mention.digest ?? splitLogical(mention.logical).digest ?? mention.localDigest ?? '';
}

function twoPins(mentions: readonly Mention[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const pinned = mentions.filter((mention) => mention.physical !== undefined);
  for (const [logical, group] of Map.groupBy(pinned, (mention) => mention.logical)) {
    const pins = new Set(group.map((mention) => mention.physical));
    if (pins.size < 2) continue;
    verdicts.push({
      check: 'two-pins-one-name',
      subject: logical,
      verdict: 'fail',
      evidence: distinct(group.map((mention) => `${mention.position} ${mention.physical}`)),
      reason: `it is pinned to ${pins.size} images; the first one is taken`,
      remediation: 'keep the pin of the image that is shipped',
    });
  }
  return verdicts;
}

/** Last component with tag, empty without a tag. */
function shortNameOf(logical: string): string {
  const { repository, tag } = splitLogical(logical);
  return tag === undefined ? '' : `${repository.slice(repository.lastIndexOf('/') + 1)}:${tag}`;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
