// Images that were named one by one on a command line: gives each its logical reference and the release that they make together.
import { basename, resolve } from 'node:path';
import type { Verdict } from '../../platform/verdict.ts';
import { normalizeReference, parseReference } from '../image/reference.ts';
import { statedName } from '../image/stated-name.ts';
import { formatTarget, type ImageTarget } from '../image/target.ts';
import { listedParts, type ReleaseParts } from './assemble.ts';
import { identityOfImage, type ReleaseIdentity } from './identity.ts';
import type { Mention } from './mention.ts';

/** An image target, and how the user wrote it. */
export interface NamedTarget {
  readonly text: string;
  readonly target: ImageTarget;
}

const SOURCE = 'command line';

/**
 * The release of the images. One on disk goes by the reference that it states, unless another target goes by that too; else by its place.
 * @param taken logical references that other targets go by
 * @throws ParseError for what is no reference
 */
export async function partsOfImages(
  targets: readonly NamedTarget[],
  taken: ReadonlySet<string>,
  own: readonly string[],
): Promise<ReleaseParts> {
  const remote = targets.filter(({ target }) => target.transport === 'docker').map(remoteMention);
  const local: LocalImage[] = [];
  for (const [place, target] of new Map(targets.map(({ target }) => [formatTarget(target), target]))) {
    if (target.transport !== 'docker') local.push({ place, stated: await statedName(target) });
  }
  const claims = Map.groupBy(local, ({ stated }) => stated ?? '');
  const others = new Set([...taken, ...remote.map(({ logical }) => logical)]);
  const isFree = (stated: string): boolean => claims.get(stated)?.length === 1 && !others.has(stated);
  const mentions = [
    ...remote,
    ...local.map(({ stated, place }): Mention => {
      const logical = stated !== undefined && isFree(stated) ? stated : place;
      return { logical, source: SOURCE, position: place, local: place };
    }),
  ];
  return {
    ...listedParts(identityOf(targets, mentions), mentions, [], own),
    lint: [...claims].flatMap(([stated, claimants]) =>
      stated === '' || isFree(stated) ? [] : claimedTwice(stated, claimants),
    ),
  };
}

function remoteMention({ text, target }: NamedTarget): Mention {
  const logical = normalizeReference(target.argument);
  const written = target.argument === logical ? {} : { written: target.argument };
  return { logical, ...written, source: SOURCE, position: text };
}

interface LocalImage {
  /** The target in full: transport and path. */
  readonly place: string;
  readonly stated: string | undefined;
}

function claimedTwice(stated: string, claimants: readonly LocalImage[]): readonly Verdict[] {
  return [
    {
      check: 'name-claimed-twice',
      subject: stated,
      verdict: 'warn',
      evidence: claimants.map(({ place }) => place),
      reason: 'another target goes by the name that these images on disk state; they are reported by their place',
      remediation: 'give images that differ names that differ',
    },
  ];
}

/** One image's own; of several the name of the first. */
function identityOf(targets: readonly NamedTarget[], mentions: readonly Mention[]): ReleaseIdentity {
  const [first] = targets;
  if (first === undefined) return { name: 'images', version: 'unknown' };
  const { name, version } = identityOfTarget(first.target, mentions);
  return { name, version: targets.length === 1 ? version : 'unknown' };
}

function identityOfTarget(target: ImageTarget, mentions: readonly Mention[]): ReleaseIdentity {
  if (target.transport === 'docker') {
    const { repository, tag } = parseReference(target.argument);
    return { name: basename(repository), version: tag ?? 'unknown' };
  }
  const place = formatTarget(target);
  const logical = mentions.find(({ local }) => local === place)?.logical ?? place;
  return (
    identityOfImage(logical) ?? { name: basename(resolve(target.argument)) || target.transport, version: 'unknown' }
  );
}
