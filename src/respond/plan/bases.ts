// Base images of a release, found without any registry: layers that several images begin with. Labels and the release's own images name them.
// Layer digests are those of the blobs as stored: one base that two builders packed differently is two, which its label joins again.
import { type Digest, digestOf } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';

/** Label that names the image that a build began with (OCI image specification, annotations.md, "Pre-Defined Annotation Keys"). */
const BASE_NAME = 'org.opencontainers.image.base.name';
/** Longer text in that label names nothing. */
const LONGEST_NAME = 512;

/** An image as far as its base is told from it. */
export interface LayeredImage {
  readonly digest: Digest;
  /** Logical references that lead to it. */
  readonly logical: readonly string[];
  /** Bottom first; never empty. */
  readonly layers: readonly Digest[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Layers that several images begin with. */
export interface Base {
  /** Digest over the layers' digests. */
  readonly id: Digest;
  /** Its name where one is known, else the digest of its top layer. Builds of one name have the same key. */
  readonly key: string;
  /** Where the name is from: an image of the release that is the base itself, or what the images on it say of theirs. */
  readonly namedBy: 'image' | 'label' | 'nothing';
  /** Bottom first. */
  readonly layers: readonly Digest[];
  /** The base that it begins with itself. */
  readonly parent?: Digest;
  /** Digests of the images that begin with it, sorted. */
  readonly images: readonly Digest[];
}

interface Node {
  readonly id: Digest;
  readonly depth: number;
  readonly members: LayeredImage[];
  readonly next: Set<Digest>;
  /** An image ends here. */
  ends: boolean;
}

/** The bases of the images, each below those that are built on it: sorted by number of layers, then id. Images with one digest are one. */
export function basesOf(images: readonly LayeredImage[]): readonly Base[] {
  const distinct = [...new Map(images.map((image) => [image.digest, image])).values()].sort((a, b) =>
    compareText(a.digest, b.digest),
  );
  const nodes = nodesOf(distinct);
  // Where only one image goes on, or all go on with the same layer, the place where a base ended cannot be told.
  const found = new Map([...nodes].filter(([, node]) => node.members.length > 1 && (node.ends || node.next.size > 1)));
  const chains = new Map(distinct.map((image) => [image.digest, chainOf(image.layers).filter((id) => found.has(id))]));
  const bases = new Map<Digest, Base>();
  for (const { id, depth, members } of [...found.values()].sort(
    (a, b) => a.depth - b.depth || compareText(a.id, b.id),
  )) {
    const [first] = members;
    if (first === undefined) throw new TypeError('a base has images');
    const below = (chains.get(first.digest) ?? []).slice(0, -1).flatMap((other) => bases.get(other) ?? []);
    const parent = below.at(-1);
    const direct = members.filter((image) => image.layers.length > depth && chains.get(image.digest)?.at(-1) === id);
    const layers = first.layers.slice(0, depth);
    const name = nameOf(
      members.filter((image) => image.layers.length === depth),
      direct,
    );
    // Images that name a base, and share more layers than it has, share those by chance: the name belongs to the lower one.
    const named = name !== undefined && below.every(({ key }) => key !== name.key);
    bases.set(id, {
      id,
      ...(named ? name : { key: layers.at(-1) ?? id, namedBy: 'nothing' as const }),
      layers,
      ...(parent === undefined ? {} : { parent: parent.id }),
      images: members.map(({ digest }) => digest),
    });
  }
  return [...bases.values()];
}

function nodesOf(images: readonly LayeredImage[]): ReadonlyMap<Digest, Node> {
  const nodes = new Map<Digest, Node>();
  for (const image of images) {
    const chain = chainOf(image.layers);
    for (const [at, id] of chain.entries()) {
      const node = nodes.get(id) ?? { id, depth: at + 1, members: [], next: new Set(), ends: false };
      nodes.set(id, node);
      node.members.push(image);
      const next = chain[at + 1];
      if (next === undefined) node.ends = true;
      else node.next.add(next);
    }
  }
  return nodes;
}

/** Digests of the layers from the lowest up to each one: the chain ids of the OCI image specification (config.md), over blobs. */
function chainOf(layers: readonly Digest[]): readonly Digest[] {
  const chain: Digest[] = [];
  for (const layer of layers) {
    const below = chain.at(-1);
    chain.push(below === undefined ? layer : digestOf(`${below} ${layer}`));
  }
  return chain;
}

/** An image of the release that ends with the base is the base; else the images directly on it may agree on a name. */
function nameOf(
  same: readonly LayeredImage[],
  direct: readonly LayeredImage[],
): Pick<Base, 'key' | 'namedBy'> | undefined {
  const [logical] = same.flatMap((image) => image.logical).sort(compareText);
  if (logical !== undefined) return { key: logical, namedBy: 'image' };
  const names = new Set(direct.map(({ labels }) => labels[BASE_NAME] ?? ''));
  const [label = ''] = names;
  return names.size === 1 && label !== '' && label.length <= LONGEST_NAME
    ? { key: label, namedBy: 'label' }
    : undefined;
}
