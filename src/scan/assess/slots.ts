// Slots: the places for images in a release. A slot is `REPOSITORY|PLATFORM`, with `#TAG` where the repository has several tags there.
// Rules: docs/guide/counting.md, "Slots".

/** An image of a release as far as its slot depends on it. */
export interface Placed {
  /** Logical reference, or a target on disk (`oci:PATH:TAG`, `rootfs:PATH`), which is a repository of its own. */
  readonly logical: string;
  /** `os/architecture[/variant]`. */
  readonly platform: string;
}

const ON_DISK = /^(?:oci|oci-archive|docker-archive|dir|rootfs|squashfs|sif|sbom):/;

/** The slots of images that differ in reference or platform, in the order given. No two are equal. */
export function slotsOf(images: readonly Placed[]): readonly string[] {
  const named = images.map(({ logical, platform }) => {
    const { repository, tag } = splitReference(logical);
    return { place: `${repository}|${platform}`, tag };
  });
  const tags = Map.groupBy(named, ({ place }) => place);
  return named.map(({ place, tag }) => ((tags.get(place)?.length ?? 0) > 1 ? `${place}#${tag}` : place));
}

/** `repository|platform` of a slot: what stays when a second tag of the repository comes or goes. */
export function placeOf(slot: string): string {
  const bar = slot.lastIndexOf('|');
  const hash = slot.indexOf('#', bar);
  return hash === -1 ? slot : slot.slice(0, hash);
}

/** The tag is what follows the repository, the digest included: two digests under one tag are two slots. */
function splitReference(logical: string): { readonly repository: string; readonly tag: string } {
  if (ON_DISK.test(logical)) return { repository: logical, tag: '' };
  const at = logical.indexOf('@');
  const named = at === -1 ? logical : logical.slice(0, at);
  const colon = named.lastIndexOf(':');
  const repository = colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
  return { repository, tag: logical.slice(repository.length).replace(/^[:@]/, '') };
}
