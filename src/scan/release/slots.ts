// Slots: the place that an image takes in a release, stable from one release to the next. Rule: docs/guide/releases.md, "Slots".
import { splitLogical } from './logical.ts';

/** What decides an image's slot. */
export interface SlotInput {
  /** Logical reference; text that is no reference (a path target) is its own repository. */
  readonly logical: string;
  /** `os/architecture[/variant]`. */
  readonly platform: string;
}

/**
 * The slot of each image, in the order given: `repository|platform`, with `#tag` behind it where the repository has several tags in the
 * release. References that agree in the tag too, or have none, are told apart by their digest (`#tag@sha256:…`, `#sha256:…`). Two references to
 * one digest are two slots; equal references on one platform share one.
 */
export function assignSlots(images: readonly SlotInput[]): readonly string[] {
  const names = images.map((image) => ({ ...splitLogical(image.logical), platform: image.platform }));
  const qualifiers = new Map<string, Set<string>>();
  const digests = new Map<string, Set<string>>();
  for (const name of names) {
    add(qualifiers, name.repository, `${name.tag ?? ''}@${name.digest ?? ''}`);
    add(digests, `${name.repository}:${name.tag ?? ''}`, name.digest ?? '');
  }
  return names.map((name) => {
    const slot = `${name.repository}|${name.platform}`;
    if (qualifiers.get(name.repository)?.size === 1) return slot;
    const tag = name.tag ?? '';
    const ambiguous = tag === '' || (digests.get(`${name.repository}:${tag}`)?.size ?? 0) > 1;
    const digest = ambiguous && name.digest !== undefined ? name.digest : '';
    const qualifier = tag !== '' && digest !== '' ? `${tag}@${digest}` : tag + digest;
    return qualifier === '' ? slot : `${slot}#${qualifier}`;
  });
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

/** `repository|platform` of a slot: what stays when a second tag of the repository comes or goes. */
export function placeOf(slot: string): string {
  const bar = slot.lastIndexOf('|');
  const hash = slot.indexOf('#', bar);
  return hash === -1 ? slot : slot.slice(0, hash);
}
