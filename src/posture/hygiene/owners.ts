// Who has to mend what a check found: the owner of the image, or of most images of the chart, repository or base, by the rules of plimsoll.yaml.
import type { OwnerRule } from '../../platform/settings.ts';
import { mostFrequent, ownerOf } from '../../respond/owners/owners.ts';
import { splitLogical } from '../../scan/release/logical.ts';
import { baseBuilds } from './base-builds.ts';
import type { HygieneRelease } from './check.ts';

/** Gives the owner of a subject; undefined where no rule says one. */
export function ownersIn(
  release: HygieneRelease,
  rules: readonly OwnerRule[],
): (subject: string) => string | undefined {
  if (rules.length === 0) return () => undefined;
  const owners = new Map<string, string[]>();
  const add = (subject: string, owner: string): void => {
    const known = owners.get(subject);
    if (known === undefined) owners.set(subject, [owner]);
    else known.push(owner);
  };
  const ofImages = new Map<string, string>();
  for (const { image } of release.images) {
    const owner = ownerOf(rules, image);
    if (owner === undefined) continue;
    ofImages.set(image.logical, owner);
    for (const subject of new Set([image.logical, splitLogical(image.logical).repository, ...image.charts]))
      add(subject, owner);
  }
  for (const { branch, images } of baseBuilds(release.images)) {
    for (const logical of images) {
      const owner = ofImages.get(logical);
      if (owner !== undefined) add(branch, owner);
    }
  }
  return (subject) => mostFrequent(owners.get(subject) ?? []);
}
