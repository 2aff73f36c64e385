// Several targets as one release: what each describes put together, so that figures and lint hold over all of it.
// Rule for the name: docs/guide/releases.md, "Several targets".
import type { Gap } from '../../platform/gap.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { ReleaseParts } from './assemble.ts';
import type { ChartEntry } from './chart-entry.ts';
import type { ReleaseIdentity } from './identity.ts';
import type { Mention } from './mention.ts';

/** What one target describes. */
export interface TargetParts {
  /** As the user gave it. */
  readonly target: string;
  readonly parts: ReleaseParts;
}

/** What stands in the name for images that were named one by one beside a release. */
const LOOSE_IMAGES = 'images';

/**
 * The parts of several targets together. With several releases every place is named with its target.
 * @param releases targets that describe releases, in the order given
 * @param images those that are images, together
 */
export function combineParts(releases: readonly TargetParts[], images: ReleaseParts): ReleaseParts {
  const [first, second] = releases;
  const hasImages = images.mentions.length > 0;
  if (first === undefined) return images;
  if (second === undefined && !hasImages) return first.parts;
  const named = second === undefined ? [first.parts] : releases.map(nameTarget);
  const all = hasImages ? [...named, images] : named;
  return {
    identity: combinedIdentity(named, hasImages),
    mentions: all.flatMap((parts) => parts.mentions),
    explicit: all.flatMap((parts) => parts.explicit),
    charts: all.flatMap((parts) => parts.charts),
    precacheEntries: all.reduce((sum, parts) => sum + parts.precacheEntries, 0),
    ownPrefixes: [...new Set(all.flatMap((parts) => parts.ownPrefixes))],
    lint: all.flatMap((parts) => parts.lint),
    gaps: all.flatMap((parts) => parts.gaps),
  };
}

/** `csm+images 1.2.0`: a line of its own in the history, which the tags of the images do not change. */
function combinedIdentity(releases: readonly ReleaseParts[], hasImages: boolean): ReleaseIdentity {
  const names = releases.map(({ identity }) => identity.name);
  const versions = releases.map(({ identity }) => identity.version);
  return {
    name: [...new Set([...names, ...(hasImages ? [LOOSE_IMAGES] : [])])].join('+'),
    version: [...new Set(versions)].join('+'),
  };
}

/** Two releases have files of one name: `docker/index.yaml:107` would say too little. */
function nameTarget({ target, parts }: TargetParts): ReleaseParts {
  const within = (place: string): string => `${target} ${place}`;
  return {
    ...parts,
    mentions: parts.mentions.map(
      (mention): Mention => ({ ...mention, source: within(mention.source), position: within(mention.position) }),
    ),
    charts: parts.charts.map((chart): ChartEntry => ({ ...chart, position: within(chart.position) })),
    lint: parts.lint.map((verdict): Verdict => ({ ...verdict, evidence: verdict.evidence.map(within) })),
    gaps: parts.gaps.map((gap): Gap => ({ ...gap, target: within(gap.target) })),
  };
}
